namespace Backprop.Onnx.Reading;

/// <summary>What becomes of a constant's sizes; null: nothing that ONNX allows, or more than a matrix turned.</summary>
internal static class Shapes
{
    /// <param name="tensor">The constant.</param>
    /// <param name="order">Which size comes where; null: from the last to the first.</param>
    public static Tensor? Transposed(Tensor tensor, long[]? order)
    {
        int rank = tensor.Shape.Length;
        bool stays = order is null ? rank < 2 : order.SequenceEqual(Enumerable.Range(0, rank).Select(n => (long)n));
        return stays ? tensor : rank == 2 && order is null or [1, 0] ? tensor.Transposed() : null;
    }

    /// <summary>0: as it was; −1: what is left.</summary>
    public static int[]? Reshaped(int[] shape, long[] sizes)
    {
        if (sizes.Any(size => size is < -1 or > int.MaxValue) || sizes.Count(size => size == -1) > 1 || sizes.Select((size, n) => size == 0 && n >= shape.Length).Any(isNone => isNone))
        {
            return null;
        }

        long[] known = [.. sizes.Select((size, n) => size == 0 ? shape[n] : size)];
        UInt128 count = Count(shape), given = 1;
        foreach (long size in known.Where(size => size >= 0))
        {
            given *= (UInt128)size;
            if (given > int.MaxValue)
            {
                return null;
            }
        }

        int open = Array.IndexOf(known, -1);
        if (open >= 0 && given > 0 && count % given == 0)
        {
            known[open] = (long)(count / given);
            given = count;
        }

        return given == count && !known.Contains(-1) ? [.. known.Select(size => (int)size)] : null;
    }

    /// <summary>Two sizes: what stands before an axis, and the rest.</summary>
    public static int[]? Flattened(int[] shape, long axis)
    {
        axis += axis < 0 ? shape.Length : 0;
        return axis >= 0 && axis <= shape.Length ? [(int)Count(shape[..(int)axis]), (int)Count(shape[(int)axis..])] : null;
    }

    /// <summary>Without the sizes 1 at some places; null: at all.</summary>
    public static int[]? Squeezed(int[] shape, long[]? axes)
    {
        HashSet<long>? places = axes is null ? null : [.. axes.Select(axis => axis < 0 ? axis + shape.Length : axis)];
        return places?.Any(axis => axis < 0 || axis >= shape.Length || shape[axis] != 1) == true ? null : [.. shape.Where((size, n) => places is null ? size != 1 : !places.Contains(n))];
    }

    /// <summary>With sizes 1 at some places of the result.</summary>
    public static int[]? Unsqueezed(int[] shape, long[] axes)
    {
        const int Most = 64;
        int rank = shape.Length + axes.Length;
        HashSet<long> places = [.. axes.Select(axis => axis < 0 ? axis + rank : axis)];
        if (rank > Most || places.Count != axes.Length || places.Any(axis => axis < 0 || axis >= rank))
        {
            return null;
        }

        Queue<int> sizes = new(shape);
        return [.. Enumerable.Range(0, rank).Select(n => places.Contains(n) ? 1 : sizes.Dequeue())];
    }

    private static UInt128 Count(int[] shape) => shape.Aggregate((UInt128)1, (product, size) => product * (UInt128)size);
}
