using Backprop.Networks;
using Backprop.Optimizers;

namespace Backprop.Training;

/// <summary>What the next step makes of one parameter, term by term (<see cref="TrainingStep{T}.Explain"/>): w → g → w′.</summary>
/// <param name="Parameter">Which parameter.</param>
/// <param name="Step">The step, counted from 1.</param>
/// <param name="Rows">The rows of the batch.</param>
/// <param name="LearningRate">η, where the tensor has a rate of its own multiplied by it.</param>
/// <param name="Before">w.</param>
/// <param name="MeanGradient">∂L/∂w of the batch's mean loss, as the engine sums it.</param>
/// <param name="Gradient">g: the same with penalties and clipping, as the optimizer gets it.</param>
/// <param name="Terms">From the mean gradient to what is added to w, in double, for people to read.</param>
/// <param name="After">w′, by the optimizer's own rule in the network's type: the bits that the step will make.</param>
public sealed record UpdateExplanation(
    ParameterName Parameter, long Step, int Rows, double LearningRate, double Before, double MeanGradient, double Gradient, IReadOnlyList<UpdateTerm> Terms, double After);
