using Backprop.Training;
using Spectre.Console;

namespace Backprop.Cli.Output;

/// <summary>What a run ended with.</summary>
internal static class FigureTable
{
    /// <param name="title">What was kept.</param>
    /// <param name="kept">Its figures.</param>
    /// <param name="first">What comes before the validation.</param>
    /// <param name="result">The run.</param>
    public static Spectre.Console.Table Of(string title, EpochResult kept, IEnumerable<(string Name, string Value)> first, TrainingResult result)
    {
        var table = new Spectre.Console.Table().Title(Markup.Escape(title)).AddColumn("").AddColumn(new TableColumn("").RightAligned()).HideHeaders();
        foreach ((string name, string value) in first)
        {
            table.AddRow(name, value);
        }

        if (kept.Validation is { } validation)
        {
            table.AddRow("validation loss", $"{validation.Loss:G5}");
            foreach ((string name, _) in validation.Metrics)
            {
                table.AddRow($"validation {name}", Markup.Escape(MetricText.Of(validation, name)));
            }
        }

        double wall = result.History.Skip(result.Earlier).Sum(epoch => epoch.WallSeconds);
        return table.AddRow("time", $"{result.Seconds:F2} s{(result.Members > 1 ? "" : $", {wall:F2} s in all")}").AddRow("a step", $"{result.MicrosecondsPerStep:F1} µs");
    }

    /// <summary>Why the run ended, as the beginning of a line.</summary>
    public static string Why(TrainingResult result) => result.Reason switch
    {
        StopReason.EarlyStopping => $"The validation {result.KeptBy?.Replace('_', ' ') ?? "loss"} became no better. ",
        StopReason.MaxTime => "The time is up. ",
        StopReason.Converged => "No further step changes anything. ",
        StopReason.Cancelled => "Interrupted. ",
        _ => "",
    };
}
