using System.Globalization;
using Backprop.Data;
using Backprop.Inspection;
using Backprop.Losses;
using Backprop.Pages.Drawing;
using Backprop.Tables.Inspection;
using Backprop.Training;

namespace Backprop.Cli.Output.Reports;

/// <summary>What was predicted of rows that were not learned from, beside what is true.</summary>
internal static class PredictionSections
{
    private const int MostClasses = 40, MostCurves = 8, MostTargets = 4, MostDots = 2000, Bins = 10;

    public static string Of(RunFacts run)
    {
        if (run.HeldOut is not { } held)
        {
            return Html.Section("Predictions", "<p class=\"note\">No rows were held out: what is predicted can only be judged on rows that were not learned from. --folds K or --validation gives some.</p>");
        }

        bool isFinite = Enumerable.Range(0, held.Predictions.Labels.Count + (held.Predictions.Labels.Count == 0 ? held.Predictions.Targets.Count : 0)).All(output => Numbers(held, output).All(double.IsFinite));
        return !isFinite ? Html.Section("Predictions", "<p class=\"note\">Some predictions are no finite numbers: they cannot be drawn.</p>")
            : held.Predictions.Labels.Count > 0 ? Classes(run, held)
            : held.AreFlags ? $"<div class=\"pair\">{Curves(held, [.. held.Predictions.Targets.Select((name, n) => (name, held.Actual[n].Select(value => value == 1).ToArray(), Numbers(held, n)))])}</div>"
            : string.Concat(held.Predictions.Targets.Take(MostTargets).Select((_, target) => Residuals(held, target)))
                + (held.Predictions.Targets.Count > MostTargets ? $"<p class=\"note\">The first {MostTargets} of {held.Predictions.Targets.Count} targets are drawn.</p>" : "");
    }

    private static double[] Numbers(HeldOut held, int output) => held.Predictions.NumbersOf(output).ToArray();

    private static string Classes(RunFacts run, HeldOut held)
    {
        IReadOnlyList<string> labels = held.Predictions.Labels;
        int[] classes = [.. held.Classes];
        int[] drawn = labels.Count == 2 ? [1] : [.. Enumerable.Range(0, labels.Count).Where(classes.Contains).OrderByDescending(c => classes.Count(one => one == c)).Take(MostCurves).Order()];
        string curves = Curves(held, [.. drawn.Select(c => (labels[c], classes.Select(one => one == c).ToArray(), Numbers(held, c)))]);
        bool left = labels.Count > 2 && drawn.Length < labels.Count;
        return $"<div class=\"pair\">{curves}{(run.Network.OutputMeaning.IsProbability() ? Calibration(held, classes) : "")}</div>{(left ? $"<p class=\"note\">Curves of the {drawn.Length} commonest of {labels.Count} classes.</p>" : "")}{Confusion(held.Evaluation, labels)}";
    }

    /// <summary>ROC and precision-recall, a line for each class or flag.</summary>
    private static string Curves(HeldOut held, (string Name, bool[] IsPositive, double[] Scores)[] series)
    {
        PlotScale unit = PlotScale.Of([0, 1], false)!;
        var roc = new SvgPlot("ROC", "false positive rate", "true positive rate", unit, unit).Line([(0, 0), (1, 1)], "guide");
        var recall = new SvgPlot("Precision and recall", "recall", "precision", unit, unit);
        int drawn = 0;
        foreach ((string name, bool[] isPositive, double[] scores) in series.Take(MostCurves))
        {
            var curve = RankingCurve.Of(isPositive, scores, held.Weights?.ToArray());
            if (!(curve.Positives > 0 && curve.Negatives > 0))
            {
                continue; // nothing to tell apart
            }

            string style = SvgPlot.Series(drawn++);
            roc.Line(curve.Roc, style).Key(style, $"{name}, area {curve.RocArea:F3}");
            recall.Line(curve.PrecisionRecall, style).Key(style, $"{name}, average precision {curve.AveragePrecision:F3}; {curve.Positives / (curve.Positives + curve.Negatives):P0} of rows");
        }

        return drawn == 0 ? "" : roc.Section() + recall.Section();
    }

    private static string Calibration(HeldOut held, int[] classes)
    {
        IReadOnlyList<string> labels = held.Predictions.Labels;
        bool isTwo = labels.Count == 2;
        double[][] all = [.. labels.Select((_, c) => Numbers(held, c))];
        int[] winner = [.. Enumerable.Range(0, classes.Length).Select(row => isTwo ? 1 : Enumerable.Range(0, all.Length).MaxBy(c => all[c][row]))];
        double[] p = [.. winner.Select((c, row) => Math.Clamp(all[c][row], 0, 1))];
        IReadOnlyList<CalibrationBin> bins = CalibrationCurve.Of([.. winner.Select((c, row) => classes[row] == c)], p, Bins, held.Weights?.ToArray());
        PlotScale unit = PlotScale.Of([0, 1], false)!;
        var plot = new SvgPlot("Calibration", isTwo ? $"probability of {labels[1]}" : "probability of the likeliest class", "share that came true", unit, unit)
            .Line([(0, 0), (1, 1)], "guide").Line(bins.Select(bin => (bin.Predicted, bin.Observed)), "c0");
        int most = bins.Max(bin => bin.Rows);
        foreach (CalibrationBin bin in bins)
        {
            plot.Dot(bin.Predicted, bin.Observed, 2.5 + (5 * Math.Sqrt((double)bin.Rows / most)), "c0");
        }

        double error = held.Evaluation.Metrics.FirstOrDefault(metric => metric.Key == "calibration_error").Value;
        return plot.Section(string.Create(CultureInfo.InvariantCulture, $"Rows in {Bins} bins by their probability; the larger a dot, the more rows ({bins.Min(bin => bin.Rows)} to {most}). On the dashed line what is said is what happens. Calibration error {error:G3}."));
    }

    private static string Residuals(HeldOut held, int target)
    {
        double[] predicted = Numbers(held, target), actual = [.. held.Actual[target]], residuals = [.. actual.Zip(predicted, (t, y) => t - y)];
        string name = held.Predictions.Targets[target];
        string Title(string what) => held.Predictions.Targets.Count == 1 ? what : $"{name}: {what.ToLowerInvariant()}";
        int count = Math.Min(MostDots, predicted.Length);
        var order = new RowPermutation(predicted.Length, 0, 0);
        int[] rows = [.. Enumerable.Range(0, count).Select(n => order[n])];
        string? thinned = count < predicted.Length ? $"{count:N0} of {predicted.Length:N0} rows are drawn." : null;
        PlotScale across = PlotScale.Of(predicted, false)!, up = PlotScale.Of(actual, false)!, difference = PlotScale.Of(residuals, false)!;
        (double low, double high) = (Math.Max(across.Value(0), up.Value(0)), Math.Min(across.Value(1), up.Value(1)));
        var histogram = Histogram.Of<double>(residuals, 30);
        var plots = new[]
        {
            new SvgPlot(Title("Predicted and actual"), $"predicted {name}", $"actual {name}", across, up)
                .Cloud(rows.Select(row => (predicted[row], actual[row])), "c0").Line(low < high ? [(low, low), (high, high)] : [], "guide").Section(thinned),
            new SvgPlot(Title("Residuals"), $"predicted {name}", "actual − predicted", across, difference)
                .Cloud(rows.Select(row => (predicted[row], residuals[row])), "c0").Line(difference.Value(0) < 0 && difference.Value(1) > 0 ? [(across.Value(0), 0), (across.Value(1), 0)] : [], "guide").Section(thinned),
            new SvgPlot(Title("How residuals are spread"), "actual − predicted", "rows", PlotScale.Of([histogram.Edges[0], histogram.Edges[^1]], false)!, PlotScale.Of([0, histogram.Counts.Max()], false)!)
                .Bars(histogram.Edges, histogram.Counts, "c0").Section(Spread(residuals)),
        };
        return $"<div class=\"pair\">{string.Concat(plots)}</div>";
    }

    private static string Spread(double[] residuals)
    {
        double[] sorted = [.. residuals.Order()];
        double At(double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];
        return $"Half of the rows lie between {Html.Short(At(0.25))} and {Html.Short(At(0.75))}, nine of ten between {Html.Short(At(0.05))} and {Html.Short(At(0.95))}; the median is {Html.Short(At(0.5))}.";
    }

    private static string Confusion(Evaluation validation, IReadOnlyList<string> labels)
    {
        if (validation.Confusion is not { } confusion)
        {
            return "";
        }

        if (confusion.Length > MostClasses)
        {
            return Html.Section("Confusion", $"<p class=\"note\">{confusion.Length} classes are too many to be shown: evaluate --json lists them.</p>");
        }

        return Html.Section($"Confusion{(validation.WeightedConfusion is null ? "" : ", by weight")}: actual down, predicted across", $"<div class=\"scroll\">{ConfusionMarkup.Of(validation, labels)}</div>");
    }
}
