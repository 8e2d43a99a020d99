using System.Globalization;

namespace Backprop.Pages.Runs;

/// <summary>What somebody has changed while a run went on: its rates, or one parameter by hand. Repeated at the same step it gives the same bits.</summary>
/// <param name="Step">The steps made by then.</param>
/// <param name="Rates">The rates from then on; null: they stay.</param>
/// <param name="Parameter">The parameter that was set, as <c>W1[0,0]</c>; null: none.</param>
/// <param name="Value">What it was set to.</param>
internal sealed record RunChange(long Step, TrainingRates? Rates, string? Parameter = null, float Value = 0)
{
    /// <summary>More changes than this are no run that anybody follows.</summary>
    public const int Most = 200;

    /// <summary>Reads changes in their order, <c>120:0.05:0:0.001;300:W1[0,0]=0.5</c>: the steps made by then, and η, L1 and L2, or a parameter and its value.</summary>
    /// <exception cref="UsageException">What was found, and what was expected.</exception>
    public static IReadOnlyList<RunChange> Parse(string changes)
    {
        var read = new List<RunChange>();
        foreach (string text in changes.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            RunChange? change = Read(text);
            bool isInOrder = change is not null && change.Step >= (read.Count == 0 ? 0 : read[^1].Step)
                && (change.Rates is null || (change.Step > 0 && !read.Any(before => before.Rates is not null && before.Step == change.Step)));
            if (!isInOrder || read.Count == Most)
            {
                throw new UsageException($"then: '{text}' found, at most {Most} changes as step:rate:l1:l2 or step:parameter=value, of growing steps up to {PageLimits.MostSteps:N0}, expected");
            }

            read.Add(change!);
        }

        return read;
    }

    /// <summary>The same as text.</summary>
    public static string Format(IEnumerable<RunChange> changes) => string.Join(';', changes.Select(change => change.Rates is { } rates
        ? string.Create(CultureInfo.InvariantCulture, $"{change.Step}:{rates.LearningRate:R}:{rates.L1:R}:{rates.L2:R}")
        : string.Create(CultureInfo.InvariantCulture, $"{change.Step}:{change.Parameter}={change.Value:R}")));

    /// <summary>Whether two texts set the same parameters by hand.</summary>
    public static bool AreSameEdits(string changes, string others) => changes == others
        || Parse(changes).Where(change => change.Parameter is not null).SequenceEqual(Parse(others).Where(change => change.Parameter is not null));

    /// <summary>The parameters that were set by hand, for people to read; null where none was.</summary>
    public static string? Edits(string changes)
    {
        string[] edits = [.. Parse(changes).Where(change => change.Parameter is not null).Select(change => $"{change.Parameter} = {change.Value.ToString("G6", CultureInfo.InvariantCulture)} at step {change.Step:N0}")];
        return edits.Length == 0 ? null : edits.Length <= 4 ? string.Join(", ", edits) : $"{edits.Length} parameters, the last {edits[^1]}";
    }

    private static RunChange? Read(string text)
    {
        string[] parts = text.Split(':');
        if (!long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long step) || step > PageLimits.MostSteps)
        {
            return null;
        }

        if (parts is [_, var edit] && edit.Split('=') is [{ Length: > 0 } parameter, var set])
        {
            return float.TryParse(set, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value) ? new(step, null, parameter, value) : null;
        }

        double[] numbers = [.. parts.Skip(1).Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN)];
        if (numbers.Length != 3)
        {
            return null;
        }

        foreach ((string name, int n) in new[] { ("rate", 0), ("l1", 1), ("l2", 2) })
        {
            if (PageLimits.Mistake(name, numbers[n], parts[n + 1]) is { } mistake)
            {
                throw new UsageException($"then: {mistake}");
            }
        }

        return new(step, new(numbers[0], numbers[1], numbers[2]));
    }
}
