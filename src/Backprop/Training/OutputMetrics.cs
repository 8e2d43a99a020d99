namespace Backprop.Training;

/// <summary>The metrics of one of several targets.</summary>
/// <param name="Metrics">By name, in a fixed order; NaN where one cannot be had.</param>
public sealed record OutputMetrics(IReadOnlyList<KeyValuePair<string, double>> Metrics)
{
    /// <summary>Of a flag: how well its ones are told, which accuracy hides where few rows have it; null: it is none.</summary>
    public ClassMetrics? Ones { get; init; }
}
