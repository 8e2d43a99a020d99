namespace Backprop.Tables.Tuning;

/// <summary>What became of one candidate.</summary>
/// <param name="Number">Which, from 1, in the order that they were given.</param>
/// <param name="Candidate">What was tried.</param>
/// <param name="Scores">Its score at each rung that it came to.</param>
/// <param name="Seconds">What its training took, validation included, on one thread; in a race that went on, that before it too.</param>
/// <param name="Failure">Why it ended before its time; null: it did not.</param>
public sealed record RaceTrial(int Number, Candidate Candidate, IReadOnlyList<RaceScore> Scores, double Seconds, string? Failure)
{
    /// <summary>Its score at the last rung that it came to; null: it came to none.</summary>
    public RaceScore? Last => Scores.Count > 0 ? Scores[^1] : null;
}
