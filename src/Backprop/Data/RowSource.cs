using System.Numerics;

namespace Backprop.Data;

/// <summary>Where the features of rows come from, where they are not one array: a file that is read as it is asked for, pixels that are scaled on the way, rows that are made up.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class RowSource<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <param name="rows">How many rows, at least 1.</param>
    /// <param name="width">The features of each, at least 1.</param>
    protected RowSource(int rows, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        (Rows, Width) = (rows, width);
    }

    /// <summary>How many rows.</summary>
    public int Rows { get; }

    /// <summary>The features of each.</summary>
    public int Width { get; }

    /// <summary>
    /// Copies the features of some rows: of the n-th to <paramref name="to"/>[n · stride …]. The same row has the same features every time, or
    /// no run can be made again. Several threads call it at the same time.
    /// </summary>
    /// <param name="rows">The rows, counted from 0, in any order.</param>
    /// <param name="to">Written; what lies between rows is left alone.</param>
    /// <param name="stride">From row to row, at least <see cref="Width"/>.</param>
    public abstract void CopyRows(ReadOnlySpan<int> rows, Span<T> to, int stride);
}
