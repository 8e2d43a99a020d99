using System.Globalization;
using System.Net;
using System.Text;
using Backprop.ModelFiles;
using Backprop.Pages.Drawing;
using Backprop.Tables.Tuning;

namespace Backprop.Cli.Output;

/// <summary>A page about a search that stands by itself: for each range the scores by its values, all trials, the command that makes the best model again. Light and dark; nothing is fetched.</summary>
internal static class TunePage
{
    private const int Width = 440, Height = 270, Left = 56, Right = 428, Top = 12, Bottom = 216;

    /// <summary>The part of the trials that the scale shows; what is far worse stands at its edge.</summary>
    private const double Shown = 0.85;

    /// <summary>From how many times the least score on the scale is logarithmic.</summary>
    private const double WideSpread = 3;

    public static void Write(string path, string title, IReadOnlyList<SearchRange> ranges, RaceResult race, string command, IReadOnlyList<string> closing)
    {
        string html = $$"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{Escape(title)}}</title>
            <style>
            :root { color-scheme: light dark; --line: light-dark(#d9dde3, #3a4048); --soft: light-dark(#5a6472, #a3adba); --ink: light-dark(#15181c, #e8ebef); --r0: light-dark(#a9b6c6, #5d6b7d); --r1: light-dark(#6f9fd8, #5f94d6); --r2: light-dark(#0b63c5, #7db8ff); --r3: light-dark(#4b2aa8, #b49bff); --best: light-dark(#b3460b, #ffab73); }
            * { box-sizing: border-box; }
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; background: light-dark(#fff, #14171b); color: var(--ink); }
            h1 { font-size: 1.35rem; margin: 0 0 .6rem; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; margin: 0 0 .3rem; } p { margin: 0 0 .4rem; }
            .key { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; color: var(--soft); margin: .8rem 0 1rem; } .key svg { width: 14px; height: 14px; vertical-align: -2px; margin-right: .35rem; }
            .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1.2rem 2rem; margin-bottom: 1.5rem; } section { min-width: 0; }
            svg { display: block; width: 100%; height: auto; } .key svg { display: inline-block; } svg text { fill: var(--soft); font-size: 12px; } .grid { stroke: var(--line); }
            .r0 { fill: var(--r0); } .r1 { fill: var(--r1); } .r2 { fill: var(--r2); } .r3 { fill: var(--r3); } .beyond { opacity: .45; } .ring { fill: none; stroke: var(--best); stroke-width: 2.5; } .error { stroke: var(--best); stroke-width: 1.5; }
            .scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; font-size: .92rem; } td, th { padding: .2rem .6rem; text-align: right; border-bottom: 1px solid var(--line); font-weight: normal; white-space: nowrap; } th { color: var(--soft); } tr.best td { font-weight: 600; }
            pre { white-space: pre-wrap; overflow-wrap: anywhere; background: light-dark(#f4f6f8, #1d2126); padding: .7rem .9rem; border-radius: .3rem; font-size: .88rem; }
            </style></head><body>
            <h1>{{Escape(title)}}</h1>
            {{string.Concat(closing.Select(line => $"<p>{Escape(line)}</p>"))}}
            <div class="key">{{Key(race)}}</div>
            <div class="pair">{{string.Concat(ranges.Select(range => Chart(range, race)))}}</div>
            <section><h2>The command that makes the best model again</h2><pre>{{Escape(command)}}</pre></section>
            <section><h2>Trials, best first</h2><div class="scroll">{{Trials(ranges, race)}}</div></section>
            </body></html>
            """;
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(html)));
    }

    private static string Key(RaceResult race)
    {
        var key = new StringBuilder();
        foreach (int rung in race.Trials.Where(trial => trial.Last is not null).Select(trial => trial.Last!.Rung).Distinct().Order())
        {
            int most = race.Trials.SelectMany(trial => trial.Scores).Where(score => score.Rung == rung).Max(score => score.Epochs), count = race.Trials.Count(trial => trial.Last?.Rung == rung);
            key.Append(CultureInfo.InvariantCulture, $"<span><svg viewBox=\"0 0 14 14\"><circle class=\"{Class(rung, race)}\" cx=\"7\" cy=\"7\" r=\"5\"/></svg>{count} {(rung == race.Rungs - 1 ? "came to the end" : "left")} after {most} {(most == 1 ? "epoch" : "epochs")}</span>");
        }

        return key.Append("<span><svg viewBox=\"0 0 14 14\"><circle class=\"ring\" cx=\"7\" cy=\"7\" r=\"5\"/></svg>the best, ± its standard error</span>").ToString();
    }

    /// <summary>The last rung has the strongest colour.</summary>
    private static string Class(int rung, RaceResult race) => $"r{Math.Clamp(rung + Math.Max(0, 3 - race.Rungs), 0, 3)}";

    private static string Chart(SearchRange range, RaceResult race)
    {
        RaceTrial[] scored = [.. race.Trials.Where(trial => trial.Last is { } last && double.IsFinite(last.Value))];
        double Badness(double score) => race.IsHigherBetter ? -score : score;
        double[] shown = [.. scored.Select(trial => trial.Last!.Value).OrderBy(Badness).Take(Math.Max(2, (int)Math.Ceiling(Shown * scored.Length)))];
        bool spreads = shown.Length > 0 && shown.Min() > 0 && shown.Max() > WideSpread * shown.Min(); // candidates that left early would press the others together
        RaceScore? best = race.Best.Last;
        double[] ends = best is { } one && double.IsFinite(one.Error) ? [one.Value - one.Error, one.Value + one.Error] : []; // the error of the best is seen whole
        if (PlotScale.Of([.. shown, .. ends.Where(end => !spreads || end > 0)], spreads) is not { } vertical)
        {
            return "";
        }

        double Y(double score) => Bottom - 8 - ((Bottom - Top - 16) * (double.IsFinite(vertical.At(score)) ? Math.Clamp(vertical.At(score), -0.06, 1.06) : -0.06));
        bool IsBeyond(double score) => vertical.At(score) is not (>= -0.06 and <= 1.06);
        double X(double place) => Left + 14 + ((Right - Left - 28) * place);
        var svg = new StringBuilder();
        foreach (double tick in vertical.Ticks())
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Right}\" y1=\"{Y(tick):F1}\" y2=\"{Y(tick):F1}\"/><text x=\"{Left - 6}\" y=\"{Y(tick) + 4:F1}\" text-anchor=\"end\">{tick:G4}</text>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Right}\" y1=\"{Bottom}\" y2=\"{Bottom}\"/>");
        (double Place, string Text)[] ticks = [.. Ticks(range)];
        bool slanted = ticks.Sum(tick => tick.Text.Length + 2) * 6.5 > Right - Left;
        foreach ((double place, string text) in ticks)
        {
            string at = slanted
                ? string.Create(CultureInfo.InvariantCulture, $"text-anchor=\"end\" transform=\"rotate(-22 {X(place):F1} {Bottom + 15})\"")
                : "text-anchor=\"middle\"";
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{X(place):F1}\" x2=\"{X(place):F1}\" y1=\"{Bottom}\" y2=\"{Bottom + 4}\"/><text x=\"{X(place):F1}\" y=\"{Bottom + 17}\" {at}>{Escape(Brief(text))}<title>{Escape(text)}</title></text>");
        }

        foreach (RaceTrial trial in scored.Reverse()) // the best on top
        {
            string value = trial.Candidate.Values.First(one => one.Key == range.Name).Value;
            double place = range.PlaceOf(value) ?? 0.5;
            double x = X(place) + (range.Ends is null ? 5 * ((trial.Number % 5) - 2) : 0), y = Y(trial.Last!.Value); // side by side where many have one value
            string dot = string.Create(CultureInfo.InvariantCulture, $"cx=\"{x:F1}\" cy=\"{y:F1}\"");
            svg.Append(CultureInfo.InvariantCulture, $"<circle class=\"{Class(trial.Last.Rung, race)}{(IsBeyond(trial.Last.Value) ? " beyond" : "")}\" {dot} r=\"4.5\"><title>{Escape($"trial {trial.Number}: {range.Name} {value}, {race.Measure} {TuneTable.Score(trial.Last)}, {trial.Last.Epochs} epochs")}</title></circle>");
            if (trial == race.Best)
            {
                if (double.IsFinite(trial.Last.Error))
                {
                    svg.Append(CultureInfo.InvariantCulture, $"<line class=\"error\" x1=\"{x:F1}\" x2=\"{x:F1}\" y1=\"{Y(trial.Last.Value - trial.Last.Error):F1}\" y2=\"{Y(trial.Last.Value + trial.Last.Error):F1}\"/>");
                }

                svg.Append(CultureInfo.InvariantCulture, $"<circle class=\"ring\" {dot} r=\"7.5\"/>");
            }
        }

        string name = $"{race.Measure} by {range.Name.Replace('-', ' ')}";
        return $"<section><h2>{Escape(name)}{(range.IsLogarithmic ? " (logarithmic)" : "")}</h2><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Escape(name)}\">{svg}</svg>{(scored.Any(trial => IsBeyond(trial.Last!.Value)) ? "<p>Pale dots lie beyond the axis: their scores are in the table.</p>" : "")}</section>";
    }

    /// <summary>What has room below an axis.</summary>
    private static string Brief(string text) => text.Length <= 20 ? text : $"{text[..9]}…{text[^10..]}";

    /// <summary>Places of an axis and what stands there.</summary>
    private static IEnumerable<(double Place, string Text)> Ticks(SearchRange range)
    {
        if (range.Ends is not var (low, high))
        {
            return range.Values.Select(value => (range.PlaceOf(value)!.Value, value));
        }

        PlotScale scale = PlotScale.Of([low, high], range.IsLogarithmic)!;
        return scale.Ticks().Select(tick => (scale.At(tick), tick.ToString("G3", CultureInfo.InvariantCulture)));
    }

    private static string Trials(IReadOnlyList<SearchRange> ranges, RaceResult race)
    {
        string Row(RaceTrial trial) => $"<tr{(trial == race.Best ? " class=\"best\"" : "")}><td>{trial.Number}</td>{string.Concat(ranges.Select(range => $"<td>{Escape(trial.Candidate.Values.First(value => value.Key == range.Name).Value)}</td>"))}<td>{Escape(trial.Failure ?? TuneTable.Score(trial.Last))}</td><td>{trial.Last?.Epochs ?? 0}</td><td>{trial.Seconds.ToString("F1", CultureInfo.InvariantCulture)}</td></tr>";
        return $"<table><thead><tr><th>trial</th>{string.Concat(ranges.Select(range => $"<th>{Escape(range.Name)}</th>"))}<th>{Escape(race.Measure)}</th><th>epochs</th><th>seconds</th></tr></thead><tbody>{string.Concat(race.Trials.Select(Row))}</tbody></table>";
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
