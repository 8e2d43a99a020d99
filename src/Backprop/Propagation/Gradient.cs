using System.Numerics;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>∂L/∂θ of the mean loss over some rows, in the shapes of the network's weights and biases.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Gradient<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Network<T> _network;

    internal Gradient(Network<T> network)
    {
        _network = network;
        Buffer = new(network.Parameters.Length);
    }

    /// <summary>The mean loss, weighted where the rows have weights.</summary>
    public double Loss { get; internal set; }

    /// <summary>The rows that the mean is over.</summary>
    public int Rows { get; internal set; }

    /// <summary>∂L/∂X₀ [Rows×Inputs], row-major; null unless asked for.</summary>
    public T[]? InputGradients { get; internal set; }

    internal Network<T> Network => _network;

    internal AlignedBuffer<T> Buffer { get; }

    /// <summary>∂L/∂block, row-major.</summary>
    /// <exception cref="ArgumentException">A block that is not learned.</exception>
    public T[] Of(ParameterBlock<T> block)
    {
        ArgumentNullException.ThrowIfNull(block);
        return block.IsTrained ? block.Unpack(Buffer.Span) : throw new ArgumentException($"{block.Name} is not learned: it has no gradient", nameof(block));
    }

    /// <summary>∂L/∂W_ℓ, row-major [Out×In]; layers count from 1.</summary>
    public T[] WeightGradients(int layer) => _network.Layers[layer - 1].Unpack(Buffer.Span);

    /// <summary>∂L/∂b_ℓ, [Out]; layers count from 1.</summary>
    public T[] BiasGradients(int layer) => _network.Layers[layer - 1].UnpackBiases(Buffer.Span);
}
