using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Backprop.Kernels;

/// <summary>
/// The inner loop of every product: a tile of C, up to twelve rows by one or two vectors, stays in registers while the sum runs. One source
/// serves every shape, vector and number: what a shape does not have is a constant condition, and not compiled.
/// </summary>
internal static unsafe class MatrixTile<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    /// <summary>The terms of the sum between a prefetch and its use.</summary>
    private const int Ahead = 16;

    /// <summary>C[row, ·] = start[row, ·] + Σ_k A[row, k] B[k, ·], one chain of fused multiply-adds for each element, in the order of k.</summary>
    /// <typeparam name="TRows">The rows.</typeparam>
    /// <typeparam name="TVectors">The vectors of a row.</typeparam>
    /// <typeparam name="TLanes">1: A[row, k] is a vector, and multiplies lane by lane; 0: one number.</typeparam>
    /// <param name="length">The length of the sum.</param>
    /// <param name="a">A[row, k] at a[row · rowStride + k · sumStride].</param>
    /// <param name="rowStride">The distance between rows of A.</param>
    /// <param name="sumStride">The distance between terms of A.</param>
    /// <param name="b">B[k, ·] at b[k · bStride].</param>
    /// <param name="bStride">The distance between rows of B.</param>
    /// <param name="start">Row r of C starts as start[r · startStride].</param>
    /// <param name="startStride">The distance between rows of start; 0: all start alike.</param>
    /// <param name="c">C[row, ·] at c[row · cStride].</param>
    /// <param name="cStride">The distance between rows of C.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TRows, TVectors, TLanes>(nint length, T* a, nint rowStride, nint sumStride, T* b, nint bStride, T* start, nint startStride, T* c, nint cStride)
        where TRows : struct, IConstant
        where TVectors : struct, IConstant
        where TLanes : struct, IConstant
    {
        if (Sse2.IsSupported && !Fma.IsSupported && typeof(V) == typeof(Lanes128Single))
        {
            SoftwareTile.Run<TLanes>(TRows.Value, TVectors.Value, length, (float*)a, rowStride, sumStride, (float*)b, bStride, (float*)start, startStride, (float*)c, cStride);
            return;
        }

        V c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
        V d0 = default, d1 = default, d2 = default, d3 = default, d4 = default, d5 = default, d6 = default, d7 = default, d8 = default, d9 = default, d10 = default, d11 = default;
        c0 = V.Load(start);
        d0 = TVectors.Value > 1 ? V.Load(start + V.Count) : c0;
        start += startStride;

        if (TRows.Value > 1)
        {
            c1 = V.Load(start);
            d1 = TVectors.Value > 1 ? V.Load(start + V.Count) : c1;
            start += startStride;
        }

        if (TRows.Value > 2)
        {
            c2 = V.Load(start);
            d2 = TVectors.Value > 1 ? V.Load(start + V.Count) : c2;
            start += startStride;
        }

        if (TRows.Value > 3)
        {
            c3 = V.Load(start);
            d3 = TVectors.Value > 1 ? V.Load(start + V.Count) : c3;
            start += startStride;
        }

        if (TRows.Value > 4)
        {
            c4 = V.Load(start);
            d4 = TVectors.Value > 1 ? V.Load(start + V.Count) : c4;
            start += startStride;
        }

        if (TRows.Value > 5)
        {
            c5 = V.Load(start);
            d5 = TVectors.Value > 1 ? V.Load(start + V.Count) : c5;
            start += startStride;
        }

        if (TRows.Value > 6)
        {
            c6 = V.Load(start);
            d6 = TVectors.Value > 1 ? V.Load(start + V.Count) : c6;
            start += startStride;
        }

        if (TRows.Value > 7)
        {
            c7 = V.Load(start);
            d7 = TVectors.Value > 1 ? V.Load(start + V.Count) : c7;
            start += startStride;
        }

        if (TRows.Value > 8)
        {
            c8 = V.Load(start);
            d8 = TVectors.Value > 1 ? V.Load(start + V.Count) : c8;
            start += startStride;
        }

        if (TRows.Value > 9)
        {
            c9 = V.Load(start);
            d9 = TVectors.Value > 1 ? V.Load(start + V.Count) : c9;
            start += startStride;
        }

        if (TRows.Value > 10)
        {
            c10 = V.Load(start);
            d10 = TVectors.Value > 1 ? V.Load(start + V.Count) : c10;
            start += startStride;
        }

        if (TRows.Value > 11)
        {
            c11 = V.Load(start);
            d11 = TVectors.Value > 1 ? V.Load(start + V.Count) : c11;
        }

        nint twoRows = 2 * rowStride;
        T* a3 = a + (3 * rowStride), a6 = a3 + (3 * rowStride), a9 = a6 + (3 * rowStride);
        for (; length > 0; length--)
        {
            if (Sse.IsSupported && TVectors.Value > 1)
            {
                Sse.Prefetch0(b + (Ahead * bStride)); // the other core may have written it
                Sse.Prefetch0(b + (Ahead * bStride) + V.Count);
                Sse.Prefetch0(a + (Ahead * sumStride) + ((TRows.Value - 1) * rowStride));
            }

            V b0 = V.Load(b), b1 = TVectors.Value > 1 ? V.Load(b + V.Count) : b0;
            V x = Factor<TLanes>(a, 0);
            c0 = V.FusedMultiplyAdd(x, b0, c0);
            d0 = TVectors.Value > 1 ? V.FusedMultiplyAdd(x, b1, d0) : d0;

            if (TRows.Value > 1)
            {
                x = Factor<TLanes>(a, rowStride);
                c1 = V.FusedMultiplyAdd(x, b0, c1);
                d1 = TVectors.Value > 1 ? V.FusedMultiplyAdd(x, b1, d1) : d1;
            }

            if (TRows.Value > 2)
            {
                x = Factor<TLanes>(a, twoRows);
                c2 = V.FusedMultiplyAdd(x, b0, c2);
                d2 = TVectors.Value > 1 ? V.FusedMultiplyAdd(x, b1, d2) : d2;
            }

            if (TRows.Value > 3)
            {
                x = Factor<TLanes>(a3, 0);
                c3 = V.FusedMultiplyAdd(x, b0, c3);
                d3 = TVectors.Value > 1 ? V.FusedMultiplyAdd(x, b1, d3) : d3;
            }

            if (TRows.Value > 4)
            {
                x = Factor<TLanes>(a3, rowStride);
                c4 = V.FusedMultiplyAdd(x, b0, c4);
                d4 = TVectors.Value > 1 ? V.FusedMultiplyAdd(x, b1, d4) : d4;
            }

            if (TRows.Value > 5)
            {
                x = Factor<TLanes>(a3, twoRows);
                c5 = V.FusedMultiplyAdd(x, b0, c5);
                d5 = TVectors.Value > 1 ? V.FusedMultiplyAdd(x, b1, d5) : d5;
            }

            if (TRows.Value > 6)
            {
                x = Factor<TLanes>(a6, 0);
                c6 = V.FusedMultiplyAdd(x, b0, c6);
                d6 = TVectors.Value > 1 ? V.FusedMultiplyAdd(x, b1, d6) : d6;
            }

            if (TRows.Value > 7)
            {
                x = Factor<TLanes>(a6, rowStride);
                c7 = V.FusedMultiplyAdd(x, b0, c7);
                d7 = TVectors.Value > 1 ? V.FusedMultiplyAdd(x, b1, d7) : d7;
            }

            if (TRows.Value > 8)
            {
                x = Factor<TLanes>(a6, twoRows);
                c8 = V.FusedMultiplyAdd(x, b0, c8);
                d8 = TVectors.Value > 1 ? V.FusedMultiplyAdd(x, b1, d8) : d8;
            }

            if (TRows.Value > 9)
            {
                x = Factor<TLanes>(a9, 0);
                c9 = V.FusedMultiplyAdd(x, b0, c9);
                d9 = TVectors.Value > 1 ? V.FusedMultiplyAdd(x, b1, d9) : d9;
            }

            if (TRows.Value > 10)
            {
                x = Factor<TLanes>(a9, rowStride);
                c10 = V.FusedMultiplyAdd(x, b0, c10);
                d10 = TVectors.Value > 1 ? V.FusedMultiplyAdd(x, b1, d10) : d10;
            }

            if (TRows.Value > 11)
            {
                x = Factor<TLanes>(a9, twoRows);
                c11 = V.FusedMultiplyAdd(x, b0, c11);
                d11 = TVectors.Value > 1 ? V.FusedMultiplyAdd(x, b1, d11) : d11;
            }

            a += sumStride;
            a3 += sumStride;
            a6 += sumStride;
            a9 += sumStride;
            b += bStride;
        }

        c0.Store(c);
        if (TVectors.Value > 1)
        {
            d0.Store(c + V.Count);
        }

        c += cStride;

        if (TRows.Value > 1)
        {
            c1.Store(c);
            if (TVectors.Value > 1)
            {
                d1.Store(c + V.Count);
            }

            c += cStride;
        }

        if (TRows.Value > 2)
        {
            c2.Store(c);
            if (TVectors.Value > 1)
            {
                d2.Store(c + V.Count);
            }

            c += cStride;
        }

        if (TRows.Value > 3)
        {
            c3.Store(c);
            if (TVectors.Value > 1)
            {
                d3.Store(c + V.Count);
            }

            c += cStride;
        }

        if (TRows.Value > 4)
        {
            c4.Store(c);
            if (TVectors.Value > 1)
            {
                d4.Store(c + V.Count);
            }

            c += cStride;
        }

        if (TRows.Value > 5)
        {
            c5.Store(c);
            if (TVectors.Value > 1)
            {
                d5.Store(c + V.Count);
            }

            c += cStride;
        }

        if (TRows.Value > 6)
        {
            c6.Store(c);
            if (TVectors.Value > 1)
            {
                d6.Store(c + V.Count);
            }

            c += cStride;
        }

        if (TRows.Value > 7)
        {
            c7.Store(c);
            if (TVectors.Value > 1)
            {
                d7.Store(c + V.Count);
            }

            c += cStride;
        }

        if (TRows.Value > 8)
        {
            c8.Store(c);
            if (TVectors.Value > 1)
            {
                d8.Store(c + V.Count);
            }

            c += cStride;
        }

        if (TRows.Value > 9)
        {
            c9.Store(c);
            if (TVectors.Value > 1)
            {
                d9.Store(c + V.Count);
            }

            c += cStride;
        }

        if (TRows.Value > 10)
        {
            c10.Store(c);
            if (TVectors.Value > 1)
            {
                d10.Store(c + V.Count);
            }

            c += cStride;
        }

        if (TRows.Value > 11)
        {
            c11.Store(c);
            if (TVectors.Value > 1)
            {
                d11.Store(c + V.Count);
            }
        }
    }

    /// <summary>One number for all lanes, or one for each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Factor<TLanes>(T* a, nint at) where TLanes : struct, IConstant => TLanes.Value > 0 ? V.Load(a + at) : V.Broadcast(a[at]);
}
