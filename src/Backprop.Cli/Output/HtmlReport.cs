using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Backprop.ModelFiles;
using Backprop.Training;

namespace Backprop.Cli.Output;

/// <summary>A page about a run that stands by itself: curves as SVG, metrics, confusion, options. Light and dark; nothing is fetched.</summary>
internal static class HtmlReport
{
    private const int Width = 440, Height = 260, Left = 52, Right = 430, Top = 12, Bottom = 226;

    private const int MostClasses = 40;

    /// <summary>Writes the page.</summary>
    /// <param name="path">Where.</param>
    /// <param name="network">What was trained.</param>
    /// <param name="training">How, as the JSON that model files carry.</param>
    /// <param name="result">What came out.</param>
    /// <param name="labels">The classes' names; null: their indices.</param>
    public static void Write(string path, string network, string training, TrainingResult result, IReadOnlyList<string>? labels)
    {
        string html = $$"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{Escape(network)}}</title>
            <style>
            :root { color-scheme: light dark; --training: light-dark(#0b63c5, #6fb1ff); --validation: light-dark(#b3460b, #ffab73); --line: light-dark(#d9dde3, #3a4048); --soft: light-dark(#5a6472, #a3adba); }
            * { box-sizing: border-box; }
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; background: light-dark(#fff, #14171b); color: light-dark(#15181c, #e8ebef); }
            h1 { font-size: 1.35rem; margin: 0 0 1rem; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; margin: 0 0 .4rem; }
            .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1.5rem 2rem; align-items: start; }
            section { margin: 0 0 1.5rem; min-width: 0; } svg { display: block; width: 100%; height: auto; } svg text { fill: var(--soft); font-size: 12px; }
            .grid { stroke: var(--line); } .kept { stroke: var(--soft); stroke-dasharray: 2 3; } polyline, .key { fill: none; stroke-width: 2; stroke-linejoin: round; }
            .training { stroke: var(--training); } .validation { stroke: var(--validation); stroke-dasharray: 6 3; } .dot { stroke: none; } .dot.training { fill: var(--training); } .dot.validation { fill: var(--validation); }
            table { border-collapse: collapse; font-variant-numeric: tabular-nums; } .list { width: 100%; } td, th { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid var(--line); font-weight: normal; }
            .list th { color: var(--soft); text-align: left; padding-left: 0; white-space: nowrap; vertical-align: top; } .list td { padding-right: 0; overflow-wrap: anywhere; }
            .scroll { overflow-x: auto; } .confusion td { text-align: center; min-width: clamp(1.9rem, 7vw, 2.6rem); padding: .25rem .2rem; border: 1px solid var(--line); } .confusion th { border: 0; padding: .25rem .4rem; color: var(--soft); } .confusion thead th { text-align: center; } .zero { color: var(--soft); opacity: .5; }
            </style></head><body>
            <h1>{{Escape(network)}}</h1>
            <div class="pair">{{Curves(result)}}</div>
            <div class="pair">{{Metrics(result)}}{{Options(training)}}</div>
            {{Confusion(result, labels)}}
            </body></html>
            """;
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(html)));
    }

    private static string Curves(TrainingResult result)
    {
        EpochResult[] validated = [.. result.History.Where(epoch => epoch.Validation is not null)];
        string loss = Chart("Loss", result, logarithmic: true, ("training", [.. result.History.Select(epoch => (epoch.Epoch, epoch.Loss))]), ("validation", [.. validated.Select(epoch => (epoch.Epoch, epoch.Validation!.Loss))]));
        if (validated.Length == 0)
        {
            return loss;
        }

        string name = result.KeptBy is { } watched and not "loss" ? watched : validated[0].Validation!.Metrics[0].Key;
        return loss + Chart($"Validation {name}", result, logarithmic: false, ("validation", [.. validated.Select(epoch => (epoch.Epoch, epoch.Validation![name]))]));
    }

    private static string Chart(string title, TrainingResult result, bool logarithmic, params (string Name, (int Epoch, double Value)[] Points)[] series)
    {
        if (PlotScale.Of(series.SelectMany(one => one.Points).Select(point => point.Value), logarithmic) is not { } vertical)
        {
            return "";
        }

        int epochs = result.History.Count;
        double X(double epoch) => epochs == 1 ? 0.5 * (Left + Right) : Left + ((Right - Left) * (epoch - 1) / (epochs - 1));
        double Y(double value) => Bottom - ((Bottom - Top) * vertical.At(value));
        var svg = new StringBuilder();
        foreach (double tick in vertical.Ticks())
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Right}\" y1=\"{Y(tick):F1}\" y2=\"{Y(tick):F1}\"/><text x=\"{Left - 6}\" y=\"{Y(tick) + 4:F1}\" text-anchor=\"end\">{tick:G4}</text>");
        }

        foreach (int epoch in EpochTicks(epochs))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{X(epoch):F1}\" x2=\"{X(epoch):F1}\" y1=\"{Bottom}\" y2=\"{Bottom + 4}\"/><text x=\"{X(epoch):F1}\" y=\"{Bottom + 17}\" text-anchor=\"{(epoch == epochs && epochs > 1 ? "end" : "middle")}\">{epoch}</text>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Right}\" y1=\"{Bottom}\" y2=\"{Bottom}\"/><text x=\"{Right}\" y=\"{Height - 2}\" text-anchor=\"end\">epoch</text>");
        if (result.Kept is { } kept)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"kept\" x1=\"{X(kept.Epoch):F1}\" x2=\"{X(kept.Epoch):F1}\" y1=\"{Top}\" y2=\"{Bottom}\"/>");
        }

        double key = Left;
        foreach ((string name, (int Epoch, double Value)[] points) in series.Where(one => one.Points.Length > 0))
        {
            (int Epoch, double Value)[] shown = [.. points.Where(point => double.IsFinite(point.Value))];
            svg.Append(shown.Length == 1
                ? string.Create(CultureInfo.InvariantCulture, $"<circle class=\"dot {name}\" cx=\"{X(shown[0].Epoch):F1}\" cy=\"{Y(shown[0].Value):F1}\" r=\"3.5\"/>")
                : $"<polyline class=\"{name}\" points=\"{string.Join(' ', shown.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.Epoch):F1},{Y(point.Value):F1}")))}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"key {name}\" x1=\"{key}\" x2=\"{key + 22}\" y1=\"{Height - 6}\" y2=\"{Height - 6}\"/><text x=\"{key + 28}\" y=\"{Height - 2}\">{name}</text>");
            key += 100;
        }

        if (result.Kept is not null)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"kept\" x1=\"{key + 6}\" x2=\"{key + 6}\" y1=\"{Height - 13}\" y2=\"{Height}\"/><text x=\"{key + 14}\" y=\"{Height - 2}\">kept</text>");
        }

        return $"<section><h2>{Escape(title)}</h2><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Escape(title)} by epoch\">{svg}</svg></section>";
    }

    private static IEnumerable<int> EpochTicks(int epochs)
    {
        int step = Math.Max(1, (int)Math.Ceiling(epochs / 5.0));
        for (int epoch = 1; epoch < epochs && epochs - epoch >= step / 2.0; epoch += step)
        {
            yield return epoch;
        }

        yield return epochs;
    }

    private static string Metrics(TrainingResult result)
    {
        var rows = new List<(string, string)>();
        if (result.Kept is { } kept)
        {
            rows.Add(result.Members == 1 ? ("epoch kept", $"{kept.Epoch} of {result.History.Count}") : ("networks", $"{result.Members}"));
            rows.Add(("training loss", $"{kept.Loss:G6}"));
            if (kept.Validation is { } validation)
            {
                rows.Add(("validation rows", $"{validation.Rows}"));
                rows.Add(("validation loss", $"{validation.Loss:G6}"));
                rows.AddRange(validation.Metrics.Select(metric => ($"validation {metric.Key}", MetricText.Of(validation, metric.Key))));
            }
        }

        rows.Add(("training time", $"{result.Seconds:F2} s"));
        rows.Add(("a step", $"{result.MicrosecondsPerStep:F1} µs"));
        return List("Result", rows);
    }

    private static string Options(string training)
    {
        using JsonDocument document = JsonDocument.Parse(training);
        return List("How it was made", [.. document.RootElement.EnumerateObject().Where(property => property.Name is not ("kept_epoch" or "loss" or "validation" or "feature_range" or "array_range")).Select(property =>
            (property.Name.Replace('_', ' '), property.Value.ValueKind == JsonValueKind.Object
                ? string.Join(' ', property.Value.EnumerateObject().Select(option => $"--{option.Name} {option.Value}").DefaultIfEmpty("none: the recipe"))
                : property.Value.ToString()))]);
    }

    private static string List(string title, IEnumerable<(string Name, string Value)> rows) =>
        $"<section><h2>{Escape(title)}</h2><table class=\"list\">{string.Concat(rows.Select(row => $"<tr><th scope=\"row\">{Escape(row.Name)}</th><td>{Escape(row.Value)}</td></tr>"))}</table></section>";

    private static string Confusion(TrainingResult result, IReadOnlyList<string>? labels)
    {
        if (result.Kept?.Validation is not { Confusion: { Length: <= MostClasses } confusion } validation)
        {
            return "";
        }

        string Name(int c) => Escape(labels is not null && c < labels.Count ? labels[c] : $"{c}");
        int most = Math.Max(1, confusion.Max(line => line.Max()));
        string Cell(int count, int actual, int predicted) => count == 0 ? "<td class=\"zero\">0</td>" : string.Create(CultureInfo.InvariantCulture,
            $"<td style=\"background:color-mix(in srgb, var(--{(actual == predicted ? "training" : "validation")}) {20 + (35.0 * count / most):F0}%, transparent)\">{ConfusionTable.Cell(validation, actual, predicted)}</td>");
        return $"""
            <section><h2>Confusion{(validation.WeightedConfusion is null ? "" : ", by weight")}: actual down, predicted across</h2><div class="scroll"><table class="confusion"><thead><tr><th></th>{string.Concat(confusion.Select((_, c) => $"<th scope=\"col\">{Name(c)}</th>"))}</tr></thead>
            <tbody>{string.Concat(confusion.Select((line, r) => $"<tr><th scope=\"row\">{Name(r)}</th>{string.Concat(line.Select((count, c) => Cell(count, r, c)))}</tr>"))}</tbody></table></div></section>
            """;
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
