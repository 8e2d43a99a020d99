namespace Backprop.Tables.Tuning;

/// <summary>One way to train, among several that race.</summary>
/// <param name="Options">All of it. What would end it early or add networks (<see cref="TrainingOptions.MaxSeconds"/>, <see cref="TrainingOptions.Ensemble"/>, <see cref="TrainingOptions.Preset"/>) the race leaves out.</param>
/// <param name="Values">What tells it from the others, by the command line's names of options; for people and journals.</param>
public sealed record Candidate(TrainingOptions Options, IReadOnlyList<KeyValuePair<string, string>> Values)
{
    /// <summary>The values as one text: <c>learning-rate=0.003 dropout=0.1</c>.</summary>
    public override string ToString() => string.Join(' ', Values.Select(value => $"{value.Key}={value.Value}"));
}
