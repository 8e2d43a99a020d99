namespace Backprop.Training;

/// <summary>How the training of one of several networks went.</summary>
/// <param name="Result">How; null: it diverged, or had not begun when training was stopped.</param>
/// <param name="Kept">The epoch whose weights its network holds; null: none was finished.</param>
/// <param name="Divergence">Where a loss or a weight was not finite any more; null: nowhere.</param>
public sealed record MemberResult(TrainingResult? Result, EpochResult? Kept, DivergenceException? Divergence);
