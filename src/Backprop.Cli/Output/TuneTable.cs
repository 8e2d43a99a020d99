using System.Globalization;
using Backprop.Tables.Tuning;
using Spectre.Console;

namespace Backprop.Cli.Output;

/// <summary>The trials of a search, best first, in 80 columns.</summary>
internal static class TuneTable
{
    private const int Width = 80, Most = 20;

    public static Spectre.Console.Table Of(IReadOnlyList<SearchRange> ranges, RaceResult race)
    {
        var table = new Spectre.Console.Table { Border = TableBorder.SimpleHeavy, Width = Width };
        table.AddColumn(new TableColumn("#").RightAligned().NoWrap());
        foreach (SearchRange range in ranges)
        {
            var column = new TableColumn(Markup.Escape(range.Name.Replace('-', ' ')));
            table.AddColumn(range.IsNumeric ? column.RightAligned() : column);
        }

        table.AddColumn(new TableColumn(Markup.Escape(race.Measure)).RightAligned().NoWrap());
        table.AddColumn(new TableColumn("epochs").RightAligned().NoWrap());
        table.AddColumn(new TableColumn("s").RightAligned().NoWrap());
        foreach (RaceTrial trial in race.Trials.Take(Most))
        {
            table.AddRow([$"{trial.Number}", .. ranges.Select(range => Markup.Escape(trial.Candidate.Values.First(value => value.Key == range.Name).Value)),
                trial.Failure is null ? Score(trial.Last) : Markup.Escape(trial.Failure.Split(':')[0]), $"{trial.Last?.Epochs ?? 0}", trial.Seconds.ToString(trial.Seconds < 10 ? "F1" : "F0", CultureInfo.InvariantCulture)]);
        }

        return race.Trials.Count > Most ? table.Caption($"and {race.Trials.Count - Most} more; --report and --json have all") : table;
    }

    /// <summary>A score and its standard error, as far as that has something to say.</summary>
    public static string Score(RaceScore? score)
    {
        if (score is null || !double.IsFinite(score.Value))
        {
            return "–";
        }

        if (!double.IsFinite(score.Error) || score.Error <= 0)
        {
            return score.Value.ToString("G4", CultureInfo.InvariantCulture);
        }

        int digits = Math.Clamp(1 - (int)Math.Floor(Math.Log10(score.Error)), 0, 6); // two figures of the error
        return $"{score.Value.ToString($"F{digits}", CultureInfo.InvariantCulture)} ± {score.Error.ToString($"F{digits}", CultureInfo.InvariantCulture)}";
    }
}
