using System.Text;
using System.Text.Json;
using Backprop.ModelFiles;
using Backprop.Tables;
using Backprop.Training;

namespace Backprop.Cli.Output.Reports;

/// <summary>A page about a run that stands by itself: pictures as SVG, light and dark, no script; nothing is fetched. Its size is bounded, whatever the table's.</summary>
internal static class HtmlReport
{
    /// <summary>Writes the page.</summary>
    public static void Write(string path, RunFacts run)
    {
        string title = $"{run.Network}, {run.Network.Loss}, on {run.Source}";
        string html = $$"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{Html.Escape(title)}}</title>
            <style>
            :root { color-scheme: light dark; --training: light-dark(#0b63c5, #6fb1ff); --validation: light-dark(#b3460b, #ffab73); --line: light-dark(#d9dde3, #3a4048); --soft: light-dark(#5a6472, #a3adba); }
            * { box-sizing: border-box; }
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; background: light-dark(#fff, #14171b); color: light-dark(#15181c, #e8ebef); }
            h1 { font-size: 1.35rem; margin: 0 0 1rem; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; margin: 0 0 .4rem; overflow-wrap: anywhere; } h2.over { margin-top: 1rem; }
            .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1.5rem 2rem; align-items: start; }
            section { margin: 0 0 1.5rem; min-width: 0; } .wide { max-width: 46rem; } svg { display: block; width: 100%; max-width: 34rem; height: auto; } svg text { fill: var(--soft); font-size: 13px; }
            .note, .keys { color: var(--soft); font-size: .875rem; line-height: 1.45; margin: .4rem 0 0; max-width: 46rem; } .keys span { display: inline-block; margin-right: 1.1rem; overflow-wrap: anywhere; } body > .note { margin-bottom: 1.5rem; } .keys i { display: inline-block; width: 1.4em; height: 0; border-top: 3px solid var(--own); margin: 0 .4em .25em 0; }
            .training, .c0 { --own: var(--training); } .validation, .c1 { --own: var(--validation); } .c2 { --own: light-dark(#1a7f37, #5fd07a); } .c3 { --own: light-dark(#7b3fc4, #c49bff); } .c4 { --own: light-dark(#c0264b, #ff8fa6); } .c5 { --own: light-dark(#0f7f86, #57cfd6); } .c6 { --own: light-dark(#8a6d00, #e0bd3f); } .c7 { --own: light-dark(#666, #bbb); }
            .grid { stroke: var(--line); } .guide { stroke-dasharray: 4 4; } polyline { fill: none; stroke: var(--own); stroke-width: 2; stroke-linejoin: round; } polyline.guide { stroke: light-dark(#15181c, #e8ebef); stroke-width: 1.2; opacity: .7; } polyline.validation { stroke-dasharray: 6 3; } polyline.thin { stroke-width: 1.3; stroke-dasharray: none; opacity: .6; }
            .dot, .bar { fill: var(--own); stroke: none; } .bar { opacity: .8; } .cloud { stroke: var(--own); stroke-width: 4.5; stroke-linecap: round; opacity: .45; fill: none; }
            table { border-collapse: collapse; font-variant-numeric: tabular-nums; } td, th { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid var(--line); font-weight: normal; }
            .list { width: 100%; } .list th { color: var(--soft); text-align: left; padding-left: 0; white-space: nowrap; vertical-align: top; } .list td { padding-right: 0; overflow-wrap: anywhere; }
            .scroll { overflow-x: auto; } .confusion td { text-align: center; min-width: clamp(1.9rem, 7vw, 2.6rem); padding: .25rem .2rem; border: 1px solid var(--line); } .confusion th { border: 0; padding: .25rem .4rem; color: var(--soft); } .confusion thead td { border: 0; color: var(--soft); white-space: nowrap; } .confusion thead th { text-align: center; } .zero { color: var(--soft); } .right { background: color-mix(in srgb, var(--training) calc(20% + var(--part) * .35), transparent); } .wrong { background: color-mix(in srgb, var(--validation) calc(20% + var(--part) * .35), transparent); }
            .bars { width: 100%; } .bars th { text-align: left; padding-left: 0; overflow-wrap: anywhere; max-width: 12rem; } .bars td:nth-child(2) { width: 55%; } .bars td:last-child { white-space: nowrap; padding-right: 0; font-size: .875rem; } @media (max-width: 30rem) { .bars td:nth-child(2) { width: 30%; } .bars th { min-width: 6.5rem; } } .track { position: relative; height: .9rem; } .fill { height: 100%; background: var(--training); opacity: .75; } .spread { position: absolute; top: 50%; border-top: 2px solid light-dark(#15181c, #e8ebef); min-width: 2px; }
            .columns { font-size: .875rem; } .columns th { text-align: left; } .columns thead th { color: var(--soft); text-align: right; } .columns thead th:first-child, .columns td:nth-child(2), .columns .text { text-align: left; } .columns td:nth-child(5) { white-space: nowrap; } .columns td, .columns th { vertical-align: top; } .columns .text { min-width: 16rem; overflow-wrap: anywhere; } .off { color: var(--soft); }
            .cells th { text-align: left; color: var(--soft); } .cells thead th { text-align: right; } .wide { grid-column: 1 / -1; } .tint { min-width: 4rem; background: color-mix(in srgb, var(--training) calc(.45 * var(--part)), transparent); }
            .notes { margin: 0; padding-left: 1.2rem; max-width: 60rem; } .notes li { overflow-wrap: anywhere; margin-bottom: .2rem; }
            </style></head><body>
            <h1>{{Html.Escape(title)}}</h1>
            <div class="pair">{{LearningSections.Of(run)}}</div>
            <div class="pair">{{Figures(run)}}{{Options(run)}}</div>
            {{PredictionSections.Of(run)}}
            {{ColumnSections.Of(run)}}
            {{Notes(run.Notes)}}
            </body></html>
            """;
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(html)));
    }

    private static string Figures(RunFacts run)
    {
        TrainingResult result = run.Result;
        var rows = new List<(string, string)>();
        if (result.Kept is { } kept)
        {
            rows.Add(result.Members == 1 ? ("epoch kept", $"{kept.Epoch} of {result.History.Count}") : ("networks", $"{result.Members}"));
            rows.Add(("training loss", $"{kept.Loss:G6}"));
            if (kept.Validation is { } validation)
            {
                rows.Add(("measured on", run.HeldOut is null ? $"{validation.Rows:N0} rows" : run.Rows));
                rows.Add(("validation loss", $"{validation.Loss:G6}"));
                rows.AddRange(validation.Metrics.Select(metric => ($"validation {metric.Key}", MetricText.Of(validation, metric.Key))));
                IReadOnlyList<string>? names = run.Schema?.Target.Names; // of several targets the figures above are means, of unlike units perhaps
                rows.AddRange((validation.PerOutput ?? []).Index().SelectMany(output => output.Item.Metrics.Select(metric => ($"{metric.Key} of {names?[output.Index] ?? $"output {output.Index}"}", MetricText.Of(metric.Value)))));
            }
        }

        rows.Add(("training time", $"{result.Seconds:F2} s"));
        rows.Add(("a step", $"{result.MicrosecondsPerStep:F1} µs"));
        return Html.List("Result", rows);
    }

    private static string Options(RunFacts run)
    {
        using JsonDocument document = JsonDocument.Parse(run.Training);
        IEnumerable<(string, string)> made = document.RootElement.EnumerateObject().Where(property => property.Name is not ("kept_epoch" or "loss" or "validation" or "feature_range" or "array_range")).Select(property =>
            (property.Name.Replace('_', ' '), property.Value.ValueKind == JsonValueKind.Object
                ? string.Join(' ', property.Value.EnumerateObject().Select(option => $"--{option.Name} {option.Value}").DefaultIfEmpty("none: the recipe"))
                : property.Value.ValueKind switch { JsonValueKind.True => "yes", JsonValueKind.False => "no", _ => property.Value.ToString() }));
        return Html.List("How it was made", [("network", $"{run.Network}, {run.Network.ParameterCount:N0} parameters"), ("loss function", $"{run.Network.Loss}"), .. run.Temperature == 1 ? Array.Empty<(string, string)>() : [("temperature", $"{run.Temperature:G4}, fitted on the rows held out")], .. made]);
    }

    private static string Notes(IReadOnlyList<Note> notes) => notes.Count == 0 ? ""
        : Html.Section("What was guessed, dropped or filled", $"<ul class=\"notes\">{string.Concat(notes.Select(note => $"<li>{Html.Escape(OptionNames.With(note.Message, note.Settings))}</li>"))}</ul>");
}
