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
    /// <summary>What sums start with that start with nothing: a panel's row of zeros.</summary>
    private static readonly AlignedBuffer<T> s_zeros = new(Layout.PanelWidth<T>());

    /// <summary>Longer sums go on from C in pieces, so that a panel's piece stays in the cache.</summary>
    private const int SumPiece = 1024;

    /// <summary>C[rows × columns] = bias + A·B, for columns firstColumn … endColumn − 1 of a paneled B.</summary>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="columns">Columns of B.</param>
    /// <param name="firstColumn">The first column wanted, where a panel begins.</param>
    /// <param name="endColumn">The column after the last one wanted, where a panel begins or all columns end; padded columns of C are written too.</param>
    /// <param name="length">The length of the sums: rows of B.</param>
    /// <param name="a">A[row, k] at a[row · rowStride + k].</param>
    /// <param name="rowStride">The distance between rows of A.</param>
    /// <param name="b">B in panels.</param>
    /// <param name="biased">Whether each panel of B has one more row, which the sums start with; otherwise they start with 0.</param>
    /// <param name="c">C[row, column] at c[row · cStride + column].</param>
    /// <param name="cStride">The distance between rows of C.</param>
    /// <param name="tail">What is done with each panel of C.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TTail>(int rows, int columns, int firstColumn, int endColumn, int length, T* a, nint rowStride, T* b, bool biased, T* c, nint cStride, in TTail tail)
        where TTail : struct, IPanelTail
    {
        int panelRows = biased ? length + 1 : length;
        for (int k = 0; k < length; k += SumPiece) // a piece of A's columns stays in the cache while B streams by
        {
            int piece = Math.Min(SumPiece, length - k), column = firstColumn;
            if (rows == 1 && piece == length)
            {
                int full = Math.Min(endColumn, columns / Layout.PanelWidth<T>() * Layout.PanelWidth<T>());
                for (; column + (8 * V.Count) <= full; column += 8 * V.Count)
                {
                    Row<Constants.N8>(length, a, b, column, panelRows, biased, c + column);
                    tail.Run(column, 8 * V.Count);
                }

                for (; column + (4 * V.Count) <= full; column += 4 * V.Count)
                {
                    Row<Constants.N4>(length, a, b, column, panelRows, biased, c + column);
                    tail.Run(column, 4 * V.Count);
                }
            }

            for (; column < endColumn; column += Layout.PanelWidth<T>())
            {
                int width = Layout.WidthAt<T>(column, columns);
                T* panel = b + ((nint)column * panelRows);
                T* start = k > 0 ? c + column : biased ? panel + ((nint)length * width) : null;
                Panel<Constants.N0>(rows, width, piece, a + k, rowStride, 1, panel + ((nint)k * width), width, start, k > 0 ? cStride : 0, c + column, cStride);
                if (k + piece == length)
                {
                    tail.Run(column, width);
                }
            }
        }
    }

    /// <summary>
    /// One row of C, four or eight vectors at once: a single row has no other rows to hide the time of an addition behind, and it reads the weights as
    /// fast as the second cache gives them, faster from several places.
    /// </summary>
    /// <typeparam name="TVectors">4 or 8.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<TVectors>(int length, T* a, T* b, int column, int panelRows, bool biased, T* c)
        where TVectors : struct, IConstant
    {
        nint width = Layout.PanelWidth<T>(), bias = length * width;
        T* b0 = At(0), b1 = At(1), b2 = At(2), b3 = At(3), b4 = At(4 % TVectors.Value), b5 = At(5 % TVectors.Value), b6 = At(6 % TVectors.Value), b7 = At(7 % TVectors.Value);
        V c0 = V.Create(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
        if (biased)
        {
            (c0, c1, c2, c3) = (V.Load(b0 + bias), V.Load(b1 + bias), V.Load(b2 + bias), V.Load(b3 + bias));
            (c4, c5, c6, c7) = (V.Load(b4 + bias), V.Load(b5 + bias), V.Load(b6 + bias), V.Load(b7 + bias));
        }

        for (nint at = 0; at < bias; at += width, a++)
        {
            V x = V.Broadcast(*a);
            c0 = V.FusedMultiplyAdd(x, V.Load(b0 + at), c0);
            c1 = V.FusedMultiplyAdd(x, V.Load(b1 + at), c1);
            c2 = V.FusedMultiplyAdd(x, V.Load(b2 + at), c2);
            c3 = V.FusedMultiplyAdd(x, V.Load(b3 + at), c3);
            if (TVectors.Value == 8)
            {
                c4 = V.FusedMultiplyAdd(x, V.Load(b4 + at), c4);
                c5 = V.FusedMultiplyAdd(x, V.Load(b5 + at), c5);
                c6 = V.FusedMultiplyAdd(x, V.Load(b6 + at), c6);
                c7 = V.FusedMultiplyAdd(x, V.Load(b7 + at), c7);
            }
        }

        c0.Store(c);
        c1.Store(c + V.Count);
        c2.Store(c + (2 * V.Count));
        c3.Store(c + (3 * V.Count));
        if (TVectors.Value == 8)
        {
            c4.Store(c + (4 * V.Count));
            c5.Store(c + (5 * V.Count));
            c6.Store(c + (6 * V.Count));
            c7.Store(c + (7 * V.Count));
        }

        T* At(int vector) => b + Layout.FullPanelIndex<T>(column + (vector * V.Count), panelRows);
    }

    /// <summary>One panel: C[rows × width] = start + Σ_k A[row, k] B[k, ·].</summary>
    /// <typeparam name="TLanes">1: A[row, k] is a vector, and multiplies lane by lane; 0: one number.</typeparam>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="width">Columns: a multiple of 64 bytes.</param>
    /// <param name="length">The length of the sums.</param>
    /// <param name="a">A[row, k] at a[row · rowStride + k · sumStride].</param>
    /// <param name="rowStride">The distance between rows of A.</param>
    /// <param name="sumStride">The distance between terms of A.</param>
    /// <param name="b">B[k, column] at b[k · bStride + column].</param>
    /// <param name="bStride">The distance between rows of B.</param>
    /// <param name="start">Row r of C starts as start[r · startStride + column]; null: 0.</param>
    /// <param name="startStride">The distance between rows of start; 0: all start alike.</param>
    /// <param name="c">C[row, column] at c[row · cStride + column].</param>
    /// <param name="cStride">The distance between rows of C.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Panel<TLanes>(int rows, int width, int length, T* a, nint rowStride, nint sumStride, T* b, nint bStride, T* start, nint startStride, T* c, nint cStride)
        where TLanes : struct, IConstant
    {
        nint startStep = start is null ? 0 : 1;
        if (start is null)
        {
            start = s_zeros.Pointer;
            startStride = 0;
        }

        int tiles = (rows + V.TileRows - 1) / V.TileRows, least = rows / tiles, larger = rows - (tiles * least); // tiles as even as can be
        int column = 0;
        for (; column + (2 * V.Count) <= width; column += 2 * V.Count)
        {
            int row = 0;
            for (int tile = 0; tile < tiles; tile++)
            {
                int count = tile < larger ? least + 1 : least;
                Tile<Constants.N2, TLanes>(count, length, a + (row * rowStride), rowStride, sumStride, b + column, bStride, start + (column * startStep) + (row * startStride), startStride, c + column + (row * cStride), cStride);
                row += count;
            }
        }

        for (; column < width; column += V.Count)
        {
            int row = 0;
            for (int tile = 0; tile < tiles; tile++)
            {
                int count = tile < larger ? least + 1 : least;
                Tile<Constants.N1, TLanes>(count, length, a + (row * rowStride), rowStride, sumStride, b + column, bStride, start + (column * startStep) + (row * startStride), startStride, c + column + (row * cStride), cStride);
                row += count;
            }
        }
    }

    private static void Tile<TVectors, TLanes>(int rows, nint length, T* a, nint rowStride, nint sumStride, T* b, nint bStride, T* start, nint startStride, T* c, nint cStride)
        where TVectors : struct, IConstant
        where TLanes : struct, IConstant
    {
        switch (rows)
        {
            case 1:
                MatrixTile<T, V>.Run<Constants.N1, TVectors, TLanes>(length, a, rowStride, sumStride, b, bStride, start, startStride, c, cStride);
                break;
            case 2:
                MatrixTile<T, V>.Run<Constants.N2, TVectors, TLanes>(length, a, rowStride, sumStride, b, bStride, start, startStride, c, cStride);
                break;
            case 3:
                MatrixTile<T, V>.Run<Constants.N3, TVectors, TLanes>(length, a, rowStride, sumStride, b, bStride, start, startStride, c, cStride);
                break;
            case 4:
                MatrixTile<T, V>.Run<Constants.N4, TVectors, TLanes>(length, a, rowStride, sumStride, b, bStride, start, startStride, c, cStride);
                break;
            case 5:
                MatrixTile<T, V>.Run<Constants.N5, TVectors, TLanes>(length, a, rowStride, sumStride, b, bStride, start, startStride, c, cStride);
                break;
            case 6:
                MatrixTile<T, V>.Run<Constants.N6, TVectors, TLanes>(length, a, rowStride, sumStride, b, bStride, start, startStride, c, cStride);
                break;
            case 7:
                MatrixTile<T, V>.Run<Constants.N7, TVectors, TLanes>(length, a, rowStride, sumStride, b, bStride, start, startStride, c, cStride);
                break;
            case 8:
                MatrixTile<T, V>.Run<Constants.N8, TVectors, TLanes>(length, a, rowStride, sumStride, b, bStride, start, startStride, c, cStride);
                break;
            case 9:
                MatrixTile<T, V>.Run<Constants.N9, TVectors, TLanes>(length, a, rowStride, sumStride, b, bStride, start, startStride, c, cStride);
                break;
            case 10:
                MatrixTile<T, V>.Run<Constants.N10, TVectors, TLanes>(length, a, rowStride, sumStride, b, bStride, start, startStride, c, cStride);
                break;
            case 11:
                MatrixTile<T, V>.Run<Constants.N11, TVectors, TLanes>(length, a, rowStride, sumStride, b, bStride, start, startStride, c, cStride);
                break;
            case 12:
                MatrixTile<T, V>.Run<Constants.N12, TVectors, TLanes>(length, a, rowStride, sumStride, b, bStride, start, startStride, c, cStride);
                break;
        }
    }
}
