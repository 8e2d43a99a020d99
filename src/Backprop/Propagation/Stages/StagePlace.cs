using System.Globalization;
using System.Numerics;
using Backprop.Networks;

namespace Backprop.Propagation.Stages;

/// <summary>What a part of a layer knows when its stage is planned.</summary>
/// <param name="Network">The network.</param>
/// <param name="Layer">ℓ.</param>
/// <param name="Samples">What is known of the samples.</param>
/// <param name="Before">X_{ℓ−1}.</param>
/// <param name="Product">X_{ℓ−1} W_ℓᵀ + b_ℓ: its width and stride are those of all matrices of the layer.</param>
/// <param name="IsTraining">Whether the step is one of training: dropout draws.</param>
/// <param name="BatchStatistics">Whether norms take the statistics of the batch.</param>
/// <param name="HasBackward">Whether there is a way back.</param>
/// <param name="Threads">The threads that may run the stage.</param>
/// <param name="UpdatesState">Whether running statistics move with the batches.</param>
internal sealed unsafe record StagePlace<T>(
    Network<T> Network, int Layer, Samples<T> Samples, BatchMatrix<T> Before, BatchMatrix<T> Product, bool IsTraining, bool BatchStatistics, bool HasBackward, int Threads, bool UpdatesState)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A tensor of the layer, by its name behind the layer's.</summary>
    public ParameterBlock<T> Block(string name) => Network.Block(string.Create(CultureInfo.InvariantCulture, $"layers.{Layer}.{name}"));

    /// <summary>Where the numbers of a tensor of one row lie, one after the other.</summary>
    public T* Pointer(ParameterBlock<T> block) => (block.IsTrained ? Network.Parameters : Network.State).Pointer + block.Panels.Offset;

    /// <summary>One more matrix of the layer's shape.</summary>
    public BatchMatrix<T> NewMatrix() => new(Samples.Capacity, Product.Width, (int)Product.Stride);
}
