namespace Backprop.Tables.Tuning;

/// <summary>How a race went.</summary>
/// <param name="Measure">The figure of the validation rows that decided.</param>
/// <param name="IsHigherBetter">Whether more of it is better.</param>
/// <param name="MeasuredOn">The rows it was measured on, in words.</param>
/// <param name="Rungs">How many rungs there were.</param>
/// <param name="Trials">What became of each candidate, best first: those of a later rung before those of an earlier one, then by their score there.</param>
/// <param name="IsTimeUp">Whether the time ended it before all had run as far as they should.</param>
/// <param name="IsCancelled">Whether somebody ended it.</param>
public sealed record RaceResult(string Measure, bool IsHigherBetter, string MeasuredOn, int Rungs, IReadOnlyList<RaceTrial> Trials, bool IsTimeUp, bool IsCancelled)
{
    /// <summary>The best candidate.</summary>
    public RaceTrial Best => Trials[0];

    /// <summary>Whether the best has a score: else all failed, or none came to the first rung in time.</summary>
    public bool HasScore => Best.Last is { Value: var value } && double.IsFinite(value);
}
