namespace Backprop.Training;

/// <summary>Several flags of 0 and 1 in a row, each measured as two classes, beside the metrics of values: the mean over the flags.</summary>
internal static class FlagMetrics
{
    private static readonly string[] s_of = ["accuracy", "log_loss", "auc"];

    /// <param name="values">The flags as values.</param>
    /// <param name="flags">Each flag as two classes.</param>
    public static Evaluation Compute(Evaluation values, IReadOnlyList<Evaluation> flags)
    {
        var reasons = new Dictionary<string, string>(values.Reasons);
        var means = new List<KeyValuePair<string, double>>();
        foreach (string name in s_of)
        {
            means.Add(new(name, flags.Average(flag => flag[name])));
            int missing = flags.ToList().FindIndex(flag => flag.Reasons.ContainsKey(name));
            if (missing >= 0)
            {
                reasons[name] = $"target {missing}: {flags[missing].Reasons[name]}";
            }
        }

        return values with
        {
            Metrics = [.. values.Metrics, .. means],
            PerOutput = [.. values.PerOutput!.Select((output, n) => new OutputMetrics([.. output.Metrics, .. s_of.Select(name => new KeyValuePair<string, double>(name, flags[n][name]))]) { Ones = flags[n].PerClass![1] })],
            Reasons = reasons,
        };
    }
}
