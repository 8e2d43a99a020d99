using Backprop.Training;

namespace Backprop.Cli.Output;

/// <summary>Metrics for people.</summary>
internal static class MetricText
{
    /// <summary>A metric, or why there is none.</summary>
    public static string Of(Evaluation evaluation, string name) => Of(evaluation[name], evaluation.Reasons.GetValueOrDefault(name));

    /// <summary>A number, or that there is none.</summary>
    public static string Of(double value, string? reason = null) =>
        double.IsFinite(value) ? $"{value:G6}" : reason is null ? "none" : $"none: {reason}";
}
