namespace Backprop.Training;

/// <summary>The loss and the metrics of a network on some data.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Loss">The mean loss.</param>
/// <param name="Metrics">By name, in a fixed order; NaN where one cannot be had, which <see cref="Reasons"/> explains.</param>
/// <param name="Confusion">[actual][predicted] counts of rows; null unless rows have classes.</param>
public sealed record Evaluation(int Rows, double Loss, IReadOnlyList<KeyValuePair<string, double>> Metrics, int[][]? Confusion)
{
    /// <summary>[actual][predicted] sums of weights; null unless rows have classes and weights.</summary>
    public double[][]? WeightedConfusion { get; init; }

    /// <summary>Each class by itself; null unless rows have classes.</summary>
    public IReadOnlyList<ClassMetrics>? PerClass { get; init; }

    /// <summary>Each target by itself; null unless there are several.</summary>
    public IReadOnlyList<OutputMetrics>? PerOutput { get; init; }

    /// <summary>How often intervals or sets held what was true; null: none were asked for.</summary>
    public CoverageFigures? Coverage { get; init; }

    /// <summary>Why a metric cannot be had, by its name.</summary>
    public IReadOnlyDictionary<string, string> Reasons { get; init; } = new Dictionary<string, string>();

    /// <summary>One metric.</summary>
    /// <exception cref="KeyNotFoundException">No such metric.</exception>
    public double this[string name]
    {
        get
        {
            foreach (KeyValuePair<string, double> metric in Metrics)
            {
                if (metric.Key == name)
                {
                    return metric.Value;
                }
            }

            throw new KeyNotFoundException($"no metric '{name}'; there are {string.Join(", ", Metrics.Select(metric => metric.Key))}");
        }
    }
}
