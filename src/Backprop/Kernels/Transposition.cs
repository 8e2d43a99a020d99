using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Backprop.Kernels;

/// <summary>Rows become columns: blocks of registers where the machine has them, one number at a time elsewhere. Numbers are moved, never changed.</summary>
internal static unsafe class Transposition
{
    /// <summary>to[column · toStride + row] = from[row · fromStride + column].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run<T>(T* from, nint fromStride, int rows, int columns, T* to, nint toStride) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int side = !Avx.IsSupported ? 1 : typeof(T) == typeof(float) ? 8 : 4;
        int wholeRows = rows / side * side, wholeColumns = columns / side * side;
        if (side == 1)
        {
            wholeRows = wholeColumns = 0;
        }

        for (int row = 0; row < wholeRows; row += side)
        {
            for (int column = 0; column < wholeColumns; column += side)
            {
                T* source = from + (row * fromStride) + column, target = to + (column * toStride) + row;
                if (typeof(T) == typeof(float))
                {
                    Block((float*)source, fromStride, (float*)target, toStride);
                }
                else
                {
                    Block((double*)source, fromStride, (double*)target, toStride);
                }
            }
        }

        Edge(from, fromStride, 0, wholeRows, wholeColumns, columns, to, toStride);
        Edge(from, fromStride, wholeRows, rows, 0, columns, to, toStride);
    }

    private static void Edge<T>(T* from, nint fromStride, int firstRow, int rows, int firstColumn, int columns, T* to, nint toStride) where T : unmanaged
    {
        for (int row = firstRow; row < rows; row++)
        {
            for (int column = firstColumn; column < columns; column++)
            {
                to[(column * toStride) + row] = from[(row * fromStride) + column];
            }
        }
    }

    /// <summary>8×8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block(float* from, nint fromStride, float* to, nint toStride)
    {
        float* from3 = from + (3 * fromStride), from6 = from3 + (3 * fromStride);
        Vector256<float> r0 = Vector256.Load(from), r1 = Vector256.Load(from + fromStride), r2 = Vector256.Load(from + (2 * fromStride));
        Vector256<float> r3 = Vector256.Load(from3), r4 = Vector256.Load(from3 + fromStride), r5 = Vector256.Load(from3 + (2 * fromStride));
        Vector256<float> r6 = Vector256.Load(from6), r7 = Vector256.Load(from6 + fromStride);

        Vector256<float> t0 = Avx.UnpackLow(r0, r1), t1 = Avx.UnpackHigh(r0, r1), t2 = Avx.UnpackLow(r2, r3), t3 = Avx.UnpackHigh(r2, r3);
        Vector256<float> t4 = Avx.UnpackLow(r4, r5), t5 = Avx.UnpackHigh(r4, r5), t6 = Avx.UnpackLow(r6, r7), t7 = Avx.UnpackHigh(r6, r7);

        r0 = Avx.Shuffle(t0, t2, 0x44);
        r1 = Avx.Shuffle(t0, t2, 0xEE);
        r2 = Avx.Shuffle(t1, t3, 0x44);
        r3 = Avx.Shuffle(t1, t3, 0xEE);
        r4 = Avx.Shuffle(t4, t6, 0x44);
        r5 = Avx.Shuffle(t4, t6, 0xEE);
        r6 = Avx.Shuffle(t5, t7, 0x44);
        r7 = Avx.Shuffle(t5, t7, 0xEE);

        float* to3 = to + (3 * toStride), to6 = to3 + (3 * toStride);
        Avx.Permute2x128(r0, r4, 0x20).Store(to);
        Avx.Permute2x128(r1, r5, 0x20).Store(to + toStride);
        Avx.Permute2x128(r2, r6, 0x20).Store(to + (2 * toStride));
        Avx.Permute2x128(r3, r7, 0x20).Store(to3);
        Avx.Permute2x128(r0, r4, 0x31).Store(to3 + toStride);
        Avx.Permute2x128(r1, r5, 0x31).Store(to3 + (2 * toStride));
        Avx.Permute2x128(r2, r6, 0x31).Store(to6);
        Avx.Permute2x128(r3, r7, 0x31).Store(to6 + toStride);
    }

    /// <summary>4×4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block(double* from, nint fromStride, double* to, nint toStride)
    {
        Vector256<double> r0 = Vector256.Load(from), r1 = Vector256.Load(from + fromStride), r2 = Vector256.Load(from + (2 * fromStride)), r3 = Vector256.Load(from + (3 * fromStride));
        Vector256<double> t0 = Avx.UnpackLow(r0, r1), t1 = Avx.UnpackHigh(r0, r1), t2 = Avx.UnpackLow(r2, r3), t3 = Avx.UnpackHigh(r2, r3);
        Avx.Permute2x128(t0, t2, 0x20).Store(to);
        Avx.Permute2x128(t1, t3, 0x20).Store(to + toStride);
        Avx.Permute2x128(t0, t2, 0x31).Store(to + (2 * toStride));
        Avx.Permute2x128(t1, t3, 0x31).Store(to + (3 * toStride));
    }
}
