using Backprop.Kernels;
using Backprop.Optimizers;

namespace Backprop.Propagation;

/// <summary>What a step is planned for.</summary>
/// <param name="Capacity">The most samples of a batch.</param>
/// <param name="Vectors">The vectors to run on.</param>
/// <param name="Optimizer">What updates the parameters; null: nothing does.</param>
/// <param name="Narrow">Whether to take one sample per lane wherever that is possible; null: where it is faster.</param>
/// <param name="IsTraining">Whether dropout draws.</param>
/// <param name="BatchStatistics">Whether norms take the statistics of the batch; running ones move with it if there is an optimizer too, or <paramref name="MovesStatistics"/>.</param>
/// <param name="RateOf">What the learning rate of a tensor is multiplied by, by its name; null: all by 1.</param>
/// <param name="MovesStatistics">Whether running statistics move without an optimizer.</param>
internal sealed record PlanOptions(
    int Capacity, VectorPath Vectors, Optimizer? Optimizer = null, bool? Narrow = null, bool IsTraining = false, bool BatchStatistics = false,
    Func<string, double>? RateOf = null, bool MovesStatistics = false);
