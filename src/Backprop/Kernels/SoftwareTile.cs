using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Backprop.Kernels;

/// <summary>
/// <see cref="MatrixTile{T, V}"/> where the machine has no fused multiply-add: up to four rows of four floats, which stay in registers as doubles while
/// the sum runs. There the compiler would call a function for every product, and widen its factors each time.
/// </summary>
internal static unsafe class SoftwareTile
{
    private const int MostRows = 4;

    /// <summary>As <see cref="MatrixTile{T, V}"/> has it, with the rows and the vectors of a row as numbers.</summary>
    public static void Run<TLanes>(int rows, int vectors, nint length, float* a, nint rowStride, nint sumStride, float* b, nint bStride, float* start, nint startStride, float* c, nint cStride)
        where TLanes : struct, IConstant
    {
        for (int row = 0; row < rows; row += MostRows)
        {
            for (int column = 0; column < vectors * Vector128<float>.Count; column += Vector128<float>.Count)
            {
                float* from = a + (row * rowStride), first = start + (row * startStride) + column, to = c + (row * cStride) + column;
                switch (rows - row)
                {
                    case 1:
                        Rows<Constants.N1, TLanes>(length, from, rowStride, sumStride, b + column, bStride, first, startStride, to, cStride);
                        break;
                    case 2:
                        Rows<Constants.N2, TLanes>(length, from, rowStride, sumStride, b + column, bStride, first, startStride, to, cStride);
                        break;
                    case 3:
                        Rows<Constants.N3, TLanes>(length, from, rowStride, sumStride, b + column, bStride, first, startStride, to, cStride);
                        break;
                    default:
                        Rows<Constants.N4, TLanes>(length, from, rowStride, sumStride, b + column, bStride, first, startStride, to, cStride);
                        break;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<TRows, TLanes>(nint length, float* a, nint rowStride, nint sumStride, float* b, nint bStride, float* start, nint startStride, float* c, nint cStride)
        where TRows : struct, IConstant
        where TLanes : struct, IConstant
    {
        Vector128<float> row0 = Vector128.Load(start), row1 = TRows.Value > 1 ? Vector128.Load(start + startStride) : row0;
        Vector128<float> row2 = TRows.Value > 2 ? Vector128.Load(start + (2 * startStride)) : row0, row3 = TRows.Value > 3 ? Vector128.Load(start + (3 * startStride)) : row0;
        Vector128<double> low0 = Vector128.WidenLower(row0), low1 = Vector128.WidenLower(row1), low2 = Vector128.WidenLower(row2), low3 = Vector128.WidenLower(row3);
        Vector128<double> high0 = Vector128.WidenUpper(row0), high1 = Vector128.WidenUpper(row1), high2 = Vector128.WidenUpper(row2), high3 = Vector128.WidenUpper(row3);
        for (; length > 0; length--)
        {
            Vector128<float> both = Vector128.Load(b);
            Vector128<double> low = Vector128.WidenLower(both), high = Vector128.WidenUpper(both);
            Add<TLanes>(a, low, high, ref low0, ref high0);
            if (TRows.Value > 1)
            {
                Add<TLanes>(a + rowStride, low, high, ref low1, ref high1);
            }

            if (TRows.Value > 2)
            {
                Add<TLanes>(a + (2 * rowStride), low, high, ref low2, ref high2);
            }

            if (TRows.Value > 3)
            {
                Add<TLanes>(a + (3 * rowStride), low, high, ref low3, ref high3);
            }

            a += sumStride;
            b += bStride;
        }

        Vector128.Narrow(low0, high0).Store(c);
        if (TRows.Value > 1)
        {
            Vector128.Narrow(low1, high1).Store(c + cStride);
        }

        if (TRows.Value > 2)
        {
            Vector128.Narrow(low2, high2).Store(c + (2 * cStride));
        }

        if (TRows.Value > 3)
        {
            Vector128.Narrow(low3, high3).Store(c + (3 * cStride));
        }
    }

    /// <summary>sum = a·b + sum, rounded to float.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TLanes>(float* a, Vector128<double> low, Vector128<double> high, ref Vector128<double> lowSum, ref Vector128<double> highSum) where TLanes : struct, IConstant
    {
        if (TLanes.Value == 0)
        {
            Vector128<double> factor = Vector128.Create((double)*a);
            FusedVectors.Add(factor * low, factor * high, ref lowSum, ref highSum);
        }
        else
        {
            Vector128<float> factors = Vector128.Load(a);
            FusedVectors.Add(Vector128.WidenLower(factors) * low, Vector128.WidenUpper(factors) * high, ref lowSum, ref highSum);
        }
    }
}
