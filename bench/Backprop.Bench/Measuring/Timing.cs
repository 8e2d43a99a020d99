namespace Backprop.Bench.Measuring;

/// <summary>What a contestant took, in every round.</summary>
/// <param name="Name">Whose.</param>
/// <param name="Threads">The threads that it ran on.</param>
/// <param name="Rounds">µs for one piece of work, in the order of the rounds.</param>
internal sealed record Timing(string Name, int Threads, double[] Rounds)
{
    public double Median { get; } = MedianOf(Rounds);

    public double Min => Rounds.Min();

    public double Max => Rounds.Max();

    /// <summary>The one with the least median.</summary>
    public static Timing Best(IEnumerable<Timing> timings) => timings.MinBy(timing => timing.Median)!;

    /// <summary>How many times faster this is than another: the ratio of the medians, and the least and the greatest ratio within one round.</summary>
    public (double Ratio, double Min, double Max) Against(Timing other)
    {
        double[] ratios = [.. other.Rounds.Zip(Rounds, (theirs, ours) => theirs / ours)];
        return (other.Median / Median, ratios.Min(), ratios.Max());
    }

    private static double MedianOf(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
