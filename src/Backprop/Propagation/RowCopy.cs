using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Backprop.Data;

namespace Backprop.Propagation;

/// <summary>Copies rows in any order, and asks for those to come: in a shuffled order no processor guesses them.</summary>
internal static unsafe class RowCopy
{
    /// <summary>Fewer bytes than this stay in the second cache: their rows need not be asked for.</summary>
    private const long Near = 1 << 19;

    /// <summary>How much of the rows to come is asked for before they are copied.</summary>
    private const int PrefetchedBytes = 8192;

    /// <summary>Asks for rows that will be copied soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Ask<T>(Dataset<T> data, ReadOnlySpan<int> rows) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (data.Source is not null || !IsFar<T>(data.Rows, data.FeatureCount))
        {
            return;
        }

        fixed (T* features = data.Features)
        {
            foreach (int row in rows)
            {
                Prefetch(features + ((nint)row * data.FeatureCount), data.FeatureCount);
            }
        }
    }

    /// <summary>
    /// Asks for the features and classes of the rows of a later step, however short they are: where one step takes no longer than a few trips to
    /// memory, its own rows cannot be asked for in time.
    /// </summary>
    /// <param name="data">Where they come from.</param>
    /// <param name="order">Which order they are in.</param>
    /// <param name="start">The first position.</param>
    /// <param name="count">How many; no more are asked for than the first cache has room for beside what is at work.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AskEarly<T>(Dataset<T> data, in RowPermutation order, int start, int count) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int bytes = data.FeatureCount * sizeof(T);
        count = Math.Min(Math.Min(count, order.Rows - start), PrefetchedBytes / Math.Max(64, bytes));
        if (data.Source is not null || count <= 0 || (long)data.Rows * bytes <= Near)
        {
            return;
        }

        Span<int> rows = stackalloc int[count];
        order.CopyTo(rows, start);
        ReadOnlySpan<int> indices = data.Targets.AreClasses ? data.Targets.ClassIndices : [];
        fixed (T* features = data.Features)
        fixed (int* classes = indices)
        {
            foreach (int row in rows)
            {
                Prefetch(features + ((nint)row * data.FeatureCount), data.FeatureCount);
                if (classes != null)
                {
                    Prefetch(classes + row, 1);
                }
            }
        }
    }

    /// <summary>The features of some rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T>(Dataset<T> data, ReadOnlySpan<int> rows, T* to, int toStride) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (data.Source is { } source)
        {
            source.CopyRows(rows, new(to, ((rows.Length - 1) * toStride) + data.FeatureCount), toStride);
            return;
        }

        fixed (T* features = data.Features)
        {
            Run(features, data.Rows, data.FeatureCount, rows, to, toStride);
        }
    }

    /// <summary>Whether rows lie one behind the other, as in the file.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AreNeighbours(ReadOnlySpan<int> rows)
    {
        if (rows[^1] - rows[0] != rows.Length - 1)
        {
            return false; // of shuffled rows nearly always
        }

        for (int n = 1; n < rows.Length; n++)
        {
            if (rows[n] - rows[0] != n)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Copies rows, and asks for those that come later while it does.</summary>
    public static void Run<T>(T* from, int allRows, int width, ReadOnlySpan<int> rows, T* to, nint toStride) where T : unmanaged
    {
        if (toStride == width && rows.Length > 1 && AreNeighbours(rows))
        {
            new Span<T>(from + ((nint)rows[0] * width), rows.Length * width).CopyTo(new(to, rows.Length * width));
            return;
        }

        int ahead = IsFar<T>(allRows, width) ? Math.Clamp(PrefetchedBytes / (width * sizeof(T)), 1, rows.Length) : rows.Length;
        for (int n = 0; n < ahead && IsFar<T>(allRows, width); n++)
        {
            Prefetch(from + ((nint)rows[n] * width), width);
        }

        for (int n = 0; n < rows.Length; n++)
        {
            if (n + ahead < rows.Length)
            {
                Prefetch(from + ((nint)rows[n + ahead] * width), width);
            }

            Run(from + ((nint)rows[n] * width), to, width);
            to += toStride;
        }
    }

    /// <summary>One row. Few numbers are copied faster without a call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<T>(T* from, T* to, int width) where T : unmanaged
    {
        if (width > 64)
        {
            new Span<T>(from, width).CopyTo(new(to, width));
            return;
        }

        int n = 0;
        for (; n + Vector512<T>.Count <= width; n += Vector512<T>.Count)
        {
            Vector512.Load(from + n).Store(to + n);
        }

        for (; n + Vector128<T>.Count <= width; n += Vector128<T>.Count)
        {
            Vector128.Load(from + n).Store(to + n);
        }

        for (; n < width; n++)
        {
            to[n] = from[n];
        }
    }

    /// <summary>Whether rows are worth asking for: not in the cache already, and not so short that the processor has enough of them under way.</summary>
    private static bool IsFar<T>(int rows, int width) where T : unmanaged => width * sizeof(T) >= 64 && (long)rows * width * sizeof(T) > Near;

    private static void Prefetch<T>(T* row, int width) where T : unmanaged
    {
        for (byte* line = (byte*)((nint)row & ~63); Sse.IsSupported && line < (byte*)(row + width); line += 64)
        {
            Sse.Prefetch0(line);
        }
    }
}
