using System.Numerics;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation.Stages;

/// <summary>What a part of the inputs knows when its stage is planned.</summary>
/// <param name="Network">The network.</param>
/// <param name="Samples">What is known of the samples.</param>
/// <param name="Rows">The rows as they are [Batch×RowWidth].</param>
/// <param name="Output">X₀.</param>
/// <param name="Column">Where the part stands in X₀.</param>
/// <param name="Delta">Δ₀ = ∂L/∂X₀; null: there is no way back.</param>
/// <param name="RowDelta">∂L/∂rows, which parts add to.</param>
/// <param name="Threads">The threads that may run the stage.</param>
internal sealed unsafe record InputPlace<T>(
    Network<T> Network, Samples<T> Samples, BatchMatrix<T> Rows, BatchMatrix<T> Output, int Column, BatchMatrix<T>? Delta, BatchMatrix<T>? RowDelta, int Threads)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A tensor of the inputs, by its name behind theirs.</summary>
    public ParameterBlock<T> Block(string name) => Network.Block($"input.{name}");

    /// <summary>Where a tensor's part of θ begins.</summary>
    public T* Pointer(ParameterBlock<T> block) => Network.Parameters.Pointer + block.Panels.Offset;

    /// <summary>A matrix of rows of a width, padded with zeros.</summary>
    public BatchMatrix<T> NewMatrix(int width) => new(Samples.Capacity, width, Layout.RowStride<T>(width));
}
