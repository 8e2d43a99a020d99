using System.Numerics;
using System.Runtime.CompilerServices;

namespace Backprop.Kernels;

/// <summary>
/// C = start + A·B, all three products of a step: B lies in panels (<see cref="Layout"/>), A is read one number at a time, so that the lanes
/// run across the columns of C and never across the sum. Every element is one chain of fused multiply-adds in the order of the sum,
/// whatever the tile, the vector or the thread: the same bits as <see cref="Reference.ReferenceMatrixProduct"/>.
/// </summary>
internal static unsafe class MatrixProduct<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    /// <summary>Longer sums go on from C in pieces, so that a panel's piece stays in the cache.</summary>
    private const int SumPiece = 1024;

    /// <summary>C[rows × columns] = bias + A·B for a whole paneled B.</summary>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="columns">Columns of B and C; padded columns of C are written too.</param>
    /// <param name="length">The length of the sums: rows of B.</param>
    /// <param name="a">A[row, k] at a[row · rowStride + k].</param>
    /// <param name="rowStride">The distance between rows of A.</param>
    /// <param name="b">B in panels.</param>
    /// <param name="bias">What each row of C starts with, padded; or null for 0.</param>
    /// <param name="c">C[row, column] at c[row · cStride + column].</param>
    /// <param name="cStride">The distance between rows of C.</param>
    public static void Run(int rows, int columns, int length, T* a, nint rowStride, T* b, T* bias, T* c, nint cStride)
    {
        for (int column = 0; column < columns; column += Layout.PanelWidth<T>())
        {
            int width = Layout.WidthAt<T>(column, columns);
            T* panel = b + ((long)column * length);
            for (int k = 0; k < length; k += SumPiece)
            {
                Panel(rows, width, Math.Min(SumPiece, length - k), a + k, rowStride, 1, panel + ((long)k * width), width,
                    k > 0 ? c + column : null, bias is null || k > 0 ? null : bias + column, c + column, cStride);
            }
        }
    }

    /// <summary>One panel: C[rows × width] = start + Σ_k A[row, k] B[k, ·].</summary>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="width">Columns: a multiple of 64 bytes.</param>
    /// <param name="length">The length of the sums.</param>
    /// <param name="a">A[row, k] at a[row · rowStride + k · sumStride].</param>
    /// <param name="rowStride">The distance between rows of A.</param>
    /// <param name="sumStride">The distance between terms of A.</param>
    /// <param name="b">B[k, column] at b[k · bStride + column].</param>
    /// <param name="bStride">The distance between rows of B.</param>
    /// <param name="start">What C starts with, laid out as C; or null.</param>
    /// <param name="bias">What each row of C starts with; or null. Both null: 0.</param>
    /// <param name="c">C[row, column] at c[row · cStride + column].</param>
    /// <param name="cStride">The distance between rows of C.</param>
    public static void Panel(int rows, int width, int length, T* a, nint rowStride, nint sumStride, T* b, nint bStride, T* start, T* bias, T* c, nint cStride)
    {
        int column = 0;
        for (; column + (2 * V.Count) <= width; column += 2 * V.Count)
        {
            T* columnBias = bias is null ? null : bias + column, columnStart = start is null ? null : start + column;
            int row = 0;
            for (; row + 4 <= rows; row += 4)
            {
                Tile4x2(length, a + (row * rowStride), rowStride, sumStride, b + column, bStride, columnStart is null ? null : columnStart + (row * cStride), columnBias, c + column + (row * cStride), cStride);
            }

            for (; row < rows; row++)
            {
                Tile1x2(length, a + (row * rowStride), sumStride, b + column, bStride, columnStart is null ? columnBias : columnStart + (row * cStride), c + column + (row * cStride));
            }
        }

        for (; column < width; column += V.Count)
        {
            T* columnBias = bias is null ? null : bias + column, columnStart = start is null ? null : start + column;
            int row = 0;
            for (; row + 4 <= rows; row += 4)
            {
                Tile4x1(length, a + (row * rowStride), rowStride, sumStride, b + column, bStride, columnStart is null ? null : columnStart + (row * cStride), columnBias, c + column + (row * cStride), cStride);
            }

            for (; row < rows; row++)
            {
                Tile1x1(length, a + (row * rowStride), sumStride, b + column, bStride, columnStart is null ? columnBias : columnStart + (row * cStride), c + column + (row * cStride));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V From(T* at) => at is null ? V.Create(0) : V.Load(at);

    private static void Tile4x2(int length, T* a, nint rowStride, nint sumStride, T* b, nint bStride, T* start, T* bias, T* c, nint cStride)
    {
        V c00, c01, c10, c11, c20, c21, c30, c31;
        if (start is null)
        {
            c00 = c10 = c20 = c30 = From(bias);
            c01 = c11 = c21 = c31 = bias is null ? V.Create(0) : V.Load(bias + V.Count);
        }
        else
        {
            c00 = V.Load(start);
            c01 = V.Load(start + V.Count);
            c10 = V.Load(start + cStride);
            c11 = V.Load(start + cStride + V.Count);
            c20 = V.Load(start + (2 * cStride));
            c21 = V.Load(start + (2 * cStride) + V.Count);
            c30 = V.Load(start + (3 * cStride));
            c31 = V.Load(start + (3 * cStride) + V.Count);
        }

        T* a2 = a + (2 * rowStride);
        for (int k = 0; k < length; k++)
        {
            V b0 = V.Load(b), b1 = V.Load(b + V.Count);
            V left = V.Broadcast(a[0]);
            c00 = V.FusedMultiplyAdd(left, b0, c00);
            c01 = V.FusedMultiplyAdd(left, b1, c01);
            left = V.Broadcast(a[rowStride]);
            c10 = V.FusedMultiplyAdd(left, b0, c10);
            c11 = V.FusedMultiplyAdd(left, b1, c11);
            left = V.Broadcast(a2[0]);
            c20 = V.FusedMultiplyAdd(left, b0, c20);
            c21 = V.FusedMultiplyAdd(left, b1, c21);
            left = V.Broadcast(a2[rowStride]);
            c30 = V.FusedMultiplyAdd(left, b0, c30);
            c31 = V.FusedMultiplyAdd(left, b1, c31);
            a += sumStride;
            a2 += sumStride;
            b += bStride;
        }

        c00.Store(c);
        c01.Store(c + V.Count);
        c10.Store(c + cStride);
        c11.Store(c + cStride + V.Count);
        c20.Store(c + (2 * cStride));
        c21.Store(c + (2 * cStride) + V.Count);
        c30.Store(c + (3 * cStride));
        c31.Store(c + (3 * cStride) + V.Count);
    }

    private static void Tile1x2(int length, T* a, nint sumStride, T* b, nint bStride, T* start, T* c)
    {
        V c0 = From(start), c1 = start is null ? V.Create(0) : V.Load(start + V.Count);
        for (int k = 0; k < length; k++)
        {
            V left = V.Broadcast(*a);
            c0 = V.FusedMultiplyAdd(left, V.Load(b), c0);
            c1 = V.FusedMultiplyAdd(left, V.Load(b + V.Count), c1);
            a += sumStride;
            b += bStride;
        }

        c0.Store(c);
        c1.Store(c + V.Count);
    }

    private static void Tile4x1(int length, T* a, nint rowStride, nint sumStride, T* b, nint bStride, T* start, T* bias, T* c, nint cStride)
    {
        V c0, c1, c2, c3;
        if (start is null)
        {
            c0 = c1 = c2 = c3 = From(bias);
        }
        else
        {
            c0 = V.Load(start);
            c1 = V.Load(start + cStride);
            c2 = V.Load(start + (2 * cStride));
            c3 = V.Load(start + (3 * cStride));
        }

        T* a2 = a + (2 * rowStride);
        for (int k = 0; k < length; k++)
        {
            V b0 = V.Load(b);
            c0 = V.FusedMultiplyAdd(V.Broadcast(a[0]), b0, c0);
            c1 = V.FusedMultiplyAdd(V.Broadcast(a[rowStride]), b0, c1);
            c2 = V.FusedMultiplyAdd(V.Broadcast(a2[0]), b0, c2);
            c3 = V.FusedMultiplyAdd(V.Broadcast(a2[rowStride]), b0, c3);
            a += sumStride;
            a2 += sumStride;
            b += bStride;
        }

        c0.Store(c);
        c1.Store(c + cStride);
        c2.Store(c + (2 * cStride));
        c3.Store(c + (3 * cStride));
    }

    private static void Tile1x1(int length, T* a, nint sumStride, T* b, nint bStride, T* start, T* c)
    {
        V c0 = From(start);
        for (int k = 0; k < length; k++)
        {
            c0 = V.FusedMultiplyAdd(V.Broadcast(*a), V.Load(b), c0);
            a += sumStride;
            b += bStride;
        }

        c0.Store(c);
    }
}
