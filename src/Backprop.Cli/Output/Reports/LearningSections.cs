using Backprop.Pages.Drawing;
using Backprop.Training;

namespace Backprop.Cli.Output.Reports;

/// <summary>The learning curves of every network.</summary>
internal static class LearningSections
{
    /// <summary>The most points of a line.</summary>
    private const int MostPoints = 200;

    public static string Of(RunFacts run)
    {
        bool isOne = run.Histories.Count == 1;
        string loss = Plot(run, "Loss", [("training", "training", epoch => epoch.Loss), ("validation", "validation", epoch => epoch.Validation?.Loss ?? double.NaN)]);
        Evaluation? first = run.Histories.SelectMany(history => history).Select(epoch => epoch.Validation).FirstOrDefault(validation => validation is not null);
        if (first is null)
        {
            return loss;
        }

        string name = run.Result.KeptBy is { } watched and not "loss" ? watched : first.Metrics[0].Key;
        return loss + Plot(run, $"Validation {name}", [("validation", isOne ? "validation" : "validation, a line for each network", epoch => epoch.Validation?[name] ?? double.NaN)]);
    }

    private static string Plot(RunFacts run, string title, (string Style, string Key, Func<EpochResult, double> Value)[] series)
    {
        int last = run.Histories.Max(history => history.Count == 0 ? 0 : history[^1].Epoch);
        bool shrinks = title == "Loss";
        double[] all = [.. series.SelectMany(one => run.Histories.SelectMany(history => history.Select(one.Value)))];
        if (last == 0 || PlotScale.Of(all, shrinks) is not { } vertical || PlotScale.Of([1, last], false) is not { } horizontal)
        {
            return "";
        }

        var plot = new SvgPlot(title, "epoch", shrinks ? "loss" : title["Validation ".Length..].Replace('_', ' '), horizontal, vertical);
        string thin = run.Histories.Count > 1 ? " thin" : "";
        foreach ((string style, string key, Func<EpochResult, double> value) in series)
        {
            if (!run.Histories.Any(history => history.Any(epoch => double.IsFinite(value(epoch)))))
            {
                continue;
            }

            foreach (IReadOnlyList<EpochResult> history in run.Histories)
            {
                int stride = Math.Max(1, (history.Count + MostPoints - 1) / MostPoints);
                plot.Line(history.Where((_, n) => n % stride == 0 || n == history.Count - 1).Select(epoch => ((double)epoch.Epoch, value(epoch))), style + thin);
                if (style == "validation" && run.Result.KeptBy is not null && history.LastOrDefault(epoch => epoch.IsBest) is { } kept && double.IsFinite(value(kept)))
                {
                    plot.Dot(kept.Epoch, value(kept), 3.5, style);
                }
            }

            plot.Key(style, key);
        }

        int longest = run.Histories.Max(history => history.Count);
        return plot.Section(Joined(
            series.Length > 1 && run.Histories.Count > 1 ? $"A line for each of {run.Histories.Count} networks." : null,
            run.Result.KeptBy is { } by ? $"Dots: the epoch{(run.Histories.Count > 1 ? "s" : "")} kept, the best by validation {by.Replace('_', ' ')}." : null,
            longest > MostPoints ? $"Not every one of {longest} epochs is drawn." : null));
    }

    private static string? Joined(params string?[] sentences) => string.Join(' ', sentences.OfType<string>()) is { Length: > 0 } text ? text : null;
}
