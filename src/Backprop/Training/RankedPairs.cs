using System.Buffers;
using System.Runtime.CompilerServices;

namespace Backprop.Training;

/// <summary>
/// The chance that a row of a class ranks above one that is not, ties counting half, where all rows count alike: in whole numbers, rounded once. Only the
/// rows of the class are sorted, by buckets between the least and the greatest rank; every row looks in one bucket how many of them are above it: O(n)
/// where ranks lie evenly, O(n log n) wherever they lie.
/// </summary>
internal static class RankedPairs
{
    /// <summary>Most buckets are empty, so that most rows have nothing to look for.</summary>
    private const int BucketsOfRow = 4, MostBuckets = 1 << 16;

    /// <summary>The area under the ROC curve of a class.</summary>
    /// <param name="c">The class that is told from the others.</param>
    /// <param name="classes">The class of each row.</param>
    /// <param name="ranks">The rank of each row, a number; what lies behind is not looked at.</param>
    /// <param name="positives">The rows of the class: some, and not all.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Area(int c, ReadOnlySpan<int> classes, ReadOnlySpan<double> ranks, int positives)
    {
        double[] unsorted = ArrayPool<double>.Shared.Rent(positives + 1), sorted = ArrayPool<double>.Shared.Rent(positives);
        for (int row = 0, count = 0; row < classes.Length; row++)
        {
            unsorted[count] = ranks[row]; // without a branch that nobody can predict
            count += classes[row] == c ? 1 : 0;
        }

        double least = double.PositiveInfinity, greatest = double.NegativeInfinity;
        foreach (double rank in unsorted.AsSpan(0, positives))
        {
            least = rank < least ? rank : least;
            greatest = rank > greatest ? rank : greatest;
        }

        int last = (int)Math.Min(MostBuckets, BucketsOfRow * (long)positives) + 1; // the first is of ranks below the least
        double perRank = (last - 1) / (greatest - least);
        last = perRank > 0 && double.IsFinite(perRank) ? last : 0; // one bucket for ranks that are all the same, or infinitely far apart
        int[] ends = ArrayPool<int>.Shared.Rent(last + 2);
        ends.AsSpan(0, last + 2).Clear();
        foreach (double rank in unsorted.AsSpan(0, positives))
        {
            ends[Bucket(rank, least, perRank, last)]++;
        }

        for (int bucket = 0, end = 0; bucket < last + 2; bucket++)
        {
            ends[bucket] = end += ends[bucket];
        }

        int[] starts = ends; // each end moves to where its bucket starts, and the next bucket's is its end
        foreach (double rank in unsorted.AsSpan(0, positives))
        {
            sorted[--starts[Bucket(rank, least, perRank, last)]] = rank;
        }

        for (int bucket = 0; bucket <= last; bucket++)
        {
            if (starts[bucket + 1] - starts[bucket] > 1)
            {
                sorted.AsSpan(starts[bucket]..starts[bucket + 1]).Sort();
            }
        }

        long twice = 0; // pairs that are ranked right, those that tie counting one of two
        for (int row = 0; row < classes.Length; row++)
        {
            double rank = ranks[row];
            int bucket = Bucket(rank, least, perRank, last), notBelow = starts[bucket], end = starts[bucket + 1], above = notBelow;
            if (notBelow < end)
            {
                notBelow = FirstAbove(sorted, notBelow, end, rank, orLevel: true);
                above = notBelow < end && sorted[notBelow] == rank ? FirstAbove(sorted, notBelow, end, rank, orLevel: false) : notBelow;
            }

            twice += (2L * positives) - notBelow - above;
        }

        ArrayPool<double>.Shared.Return(unsorted);
        ArrayPool<double>.Shared.Return(sorted);
        ArrayPool<int>.Shared.Return(ends);
        twice -= (long)positives * positives; // what rows of the class are to one another: of two one is above, or both tie
        return 0.5 * twice / ((double)positives * (classes.Length - positives));
    }

    /// <summary>Never less of a greater rank.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Bucket(double rank, double least, double perRank, int last) =>
        last == 0 ? 0 : (int)double.MinNative(double.MaxNative(((rank - least) * perRank) + 1, 0), last);

    /// <summary>The first place of a sorted part whose rank is above, or level with, a rank; its end, if none is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int FirstAbove(double[] sorted, int start, int end, double rank, bool orLevel)
    {
        while (start < end)
        {
            int middle = (start + end) >>> 1;
            (start, end) = sorted[middle] < rank || (!orLevel && sorted[middle] == rank) ? (middle + 1, end) : (start, middle);
        }

        return start;
    }
}
