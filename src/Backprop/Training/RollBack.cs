namespace Backprop.Training;

/// <summary>A divergence that training went on from.</summary>
/// <param name="Error">What was found, in which layer and step.</param>
/// <param name="ToStep">The steps that stand.</param>
/// <param name="Epochs">The finished epochs that stand; what was told of later ones did not happen.</param>
/// <param name="LearningRate">The learning rate from there on, before the schedule.</param>
public sealed record RollBack(DivergenceException Error, long ToStep, int Epochs, double LearningRate);
