using System.Numerics;

namespace Backprop.Inspection;

/// <summary>How often numbers fall into pieces of equal width, and their sums. What is not finite is counted apart.</summary>
/// <remarks>
/// With n pieces from the least to the greatest number, piece i holds edge i ≤ x &lt; edge i + 1, the last one also its end: numpy.histogram's (1.24).
/// Where all numbers are equal, one piece holds them.
/// </remarks>
/// <example>
/// <code>
/// Histogram weights = Histogram.Of&lt;float&gt;(network.Layers[0].GetWeights(), 30);
/// Console.WriteLine($"{weights.Counts[0]} weights from {weights.Edges[0]} to {weights.Edges[1]}");
/// </code>
/// </example>
public sealed class Histogram
{
    private Histogram(long count, long left, double sum, double squares, double[] edges, long[] counts) =>
        (Count, NotFinite, Sum, SumOfSquares, Edges, Counts) = (count, left, sum, squares, edges, counts);

    /// <summary>The finite numbers.</summary>
    public long Count { get; }

    /// <summary>The others, which no piece holds.</summary>
    public long NotFinite { get; }

    /// <summary>Σ x.</summary>
    public double Sum { get; }

    /// <summary>Σ x².</summary>
    public double SumOfSquares { get; }

    /// <summary>Where pieces begin, and where the last one ends: one more than <see cref="Counts"/>, from the least to the greatest number. Empty where there is no number.</summary>
    public IReadOnlyList<double> Edges { get; }

    /// <summary>The numbers in each piece.</summary>
    public IReadOnlyList<long> Counts { get; }

    /// <summary>Counts.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="pieces">How many pieces, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">No piece.</exception>
    public static Histogram Of<T>(ReadOnlySpan<T> values, int pieces) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pieces, 1);
        double least = double.PositiveInfinity, greatest = double.NegativeInfinity;
        Training.CompensatedSum sum = default, squares = default;
        long count = 0;
        foreach (T value in values)
        {
            double x = double.CreateTruncating(value);
            if (double.IsFinite(x))
            {
                count++;
                (least, greatest) = (Math.Min(least, x), Math.Max(greatest, x));
                sum.Add(x);
                squares.Add(x * x);
            }
        }

        if (count == 0 || least == greatest)
        {
            return new(count, values.Length - count, sum.Value, squares.Value, count == 0 ? [] : [least, greatest], count == 0 ? [] : [count]);
        }

        double width = (greatest / pieces) - (least / pieces); // the difference itself may be beyond the largest number
        double[] edges = [.. Enumerable.Range(0, pieces).Select(n => least + (n * width)), greatest];
        long[] counts = new long[pieces];
        foreach (T value in values)
        {
            double x = double.CreateTruncating(value);
            if (!double.IsFinite(x))
            {
                continue;
            }

            int piece = Math.Clamp((int)((x - least) / width), 0, pieces - 1);
            piece -= piece > 0 && x < edges[piece] ? 1 : 0; // what the division has rounded
            piece += piece < pieces - 1 && x >= edges[piece + 1] ? 1 : 0;
            counts[piece]++;
        }

        return new(count, values.Length - count, sum.Value, squares.Value, edges, counts);
    }
}
