namespace Backprop.Training;

/// <summary>The loss and the metrics of a network on some data.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Loss">The mean loss.</param>
/// <param name="Metrics">By name, in a fixed order.</param>
/// <param name="Confusion">[actual][predicted] counts; null unless rows have classes.</param>
public sealed record Evaluation(int Rows, double Loss, IReadOnlyList<KeyValuePair<string, double>> Metrics, int[][]? Confusion)
{
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
