using Backprop.Training;

namespace Backprop.Tables.Models;

/// <summary>Where training stands: before the first epoch, and after each.</summary>
/// <param name="Epochs">All epochs.</param>
/// <param name="Last">The epoch that has just ended; null: training begins.</param>
/// <param name="Notes">What was guessed, dropped, filled or taken for something else, so far.</param>
public sealed record TrainingProgress(int Epochs, EpochResult? Last, IReadOnlyList<Note> Notes)
{
    /// <summary>Which of several networks the epoch is of, counted from 1; they are trained at the same time.</summary>
    public int Member { get; init; } = 1;
}
