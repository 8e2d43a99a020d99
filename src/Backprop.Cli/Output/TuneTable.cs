using System.Globalization;
using System.Text;
using Backprop.Tables.Tuning;

namespace Backprop.Cli.Output;

/// <summary>The trials of a search as text, best first, in 80 columns as long as the ranges are few; what is too long for a column is a letter that a line below explains.</summary>
internal static class TuneTable
{
    private const int Width = 80, Most = 20, LongestValue = 10;

    public static string Of(IReadOnlyList<SearchRange> ranges, RaceResult race)
    {
        string Value(RaceTrial trial, SearchRange range)
        {
            string value = trial.Candidate.Values.First(one => one.Key == range.Name).Value;
            return IsLettered(range) ? Letter(range.Values.ToList().IndexOf(value)) : value;
        }

        List<string[]> lines =
        [
            ["", .. ranges.Select(range => range.Name.Contains('-', StringComparison.Ordinal) ? range.Name.Split('-', 2)[0] : ""), "", "", ""],
            ["trial", .. ranges.Select(range => range.Name.Split('-', 2)[^1]), race.Measure, "epochs", "s"],
            .. race.Trials.Take(Most).Select(trial => new[] { $"{trial.Number}" }.Concat(ranges.Select(range => Value(trial, range)))
                .Concat([trial.Failure?.Split(':')[0] ?? Score(trial.Last), $"{trial.Last?.Epochs ?? 0}", trial.Seconds.ToString(trial.Seconds < 10 ? "F1" : "F0", CultureInfo.InvariantCulture)]).ToArray()),
        ];
        int[] widths = [.. Enumerable.Range(0, lines[0].Length).Select(column => lines.Max(line => line[column].Length))];
        string gap = widths.Sum() + (2 * (widths.Length - 1)) > Width ? " " : "  ";
        var text = new StringBuilder();
        foreach (string[] line in lines.Where(line => line.Any(cell => cell.Length > 0)))
        {
            text.AppendLine(string.Join(gap, line.Select((cell, column) => cell.PadLeft(widths[column]))).TrimEnd());
            if (line == lines[1])
            {
                text.AppendLine(string.Join(gap, widths.Select(width => new string('─', width))));
            }
        }

        if (race.Trials.Count > Most)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"and {race.Trials.Count - Most} more; --report and --json have all");
        }

        foreach (SearchRange range in ranges.Where(IsLettered))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{range.Name}: {string.Join(", ", range.Values.Select((value, n) => $"{Letter(n)} = {value}"))}");
        }

        return text.ToString();
    }

    /// <summary>A score and its standard error, with two figures of that.</summary>
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

        int digits = Math.Clamp(1 - (int)Math.Floor(Math.Log10(score.Error)), 0, 6);
        return $"{score.Value.ToString($"F{digits}", CultureInfo.InvariantCulture)} ± {score.Error.ToString($"F{digits}", CultureInfo.InvariantCulture)}";
    }

    private static bool IsLettered(SearchRange range) => range.Values.Any(value => value.Length > LongestValue);

    private static string Letter(int n) => n < 26 ? $"{(char)('a' + n)}" : $"a{n}";
}
