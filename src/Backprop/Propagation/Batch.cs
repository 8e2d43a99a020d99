using Backprop.Data;
using Backprop.Layers;

namespace Backprop.Propagation;

/// <summary>The samples of one step: rows at positions <paramref name="Start"/>, Start + 1, … of an order.</summary>
/// <param name="Order">The order of the rows.</param>
/// <param name="Start">The first position.</param>
/// <param name="Samples">How many.</param>
/// <param name="Weights">What the losses are divided by: the sum of the samples' weights.</param>
/// <param name="Dropout">What dropout is drawn from, where there is any.</param>
/// <param name="Momentum">How much of it goes into running statistics.</param>
internal readonly record struct Batch(RowPermutation Order, int Start, int Samples, double Weights, DropoutKey Dropout = default, double Momentum = BatchNorm.Momentum);
