namespace Backprop.Pages.Runs;

/// <summary>What can be changed while a run goes on.</summary>
/// <param name="LearningRate">η.</param>
/// <param name="L1">λ of λ‖W‖₁.</param>
/// <param name="L2">α of (α/2)‖W‖².</param>
internal sealed record TrainingRates(double LearningRate, double L1, double L2);
