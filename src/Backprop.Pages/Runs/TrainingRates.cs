using System.Globalization;

namespace Backprop.Pages.Runs;

/// <summary>What can be changed while a run goes on.</summary>
/// <param name="LearningRate">η.</param>
/// <param name="L1">λ of λ‖W‖₁.</param>
/// <param name="L2">α of (α/2)‖W‖².</param>
internal sealed record TrainingRates(double LearningRate, double L1, double L2)
{
    /// <summary>More changes than this are no run that anybody follows.</summary>
    private const int MostChanges = 200;

    /// <summary>Reads changes, <c>120:0.05:0:0.001;300:…</c>: the steps made by then, η, L1 and L2.</summary>
    /// <exception cref="UsageException">What was found, and what was expected.</exception>
    public static IReadOnlyList<(long Step, TrainingRates Rates)> Parse(string changes)
    {
        var read = new List<(long Step, TrainingRates Rates)>();
        foreach (string change in changes.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = change.Split(':');
            double[] numbers = [.. parts.Skip(1).Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN)];
            if (numbers.Length != 3 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long step) || step > PageLimits.MostSteps || step <= (read.Count == 0 ? 0 : read[^1].Step) || read.Count == MostChanges)
            {
                throw new UsageException($"then: '{change}' found, at most {MostChanges} changes as step:rate:l1:l2, of growing steps from 1 to {PageLimits.MostSteps:N0}, expected");
            }

            foreach ((string name, int n) in new[] { ("rate", 0), ("l1", 1), ("l2", 2) })
            {
                if (PageLimits.Mistake(name, numbers[n], parts[n + 1]) is { } mistake)
                {
                    throw new UsageException($"then: {mistake}");
                }
            }

            read.Add((step, new(numbers[0], numbers[1], numbers[2])));
        }

        return read;
    }

    /// <summary>The same as text.</summary>
    public static string Format(IEnumerable<(long Step, TrainingRates Rates)> changes) =>
        string.Join(';', changes.Select(change => string.Create(CultureInfo.InvariantCulture, $"{change.Step}:{change.Rates.LearningRate:R}:{change.Rates.L1:R}:{change.Rates.L2:R}")));
}
