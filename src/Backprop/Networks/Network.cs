using System.Collections.Immutable;
using System.Numerics;
using Backprop.Kernels;

namespace Backprop.Networks;

/// <summary>A definition and its numbers: θ, all weights and biases, in one aligned buffer.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Network<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A network whose parameters are all zero.</summary>
    /// <exception cref="UsageException">More parameters than one buffer holds.</exception>
    public Network(NetworkDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        Definition = definition;
        var layers = ImmutableArray.CreateBuilder<DenseLayer<T>>(definition.Layers.Length);
        long offset = 0;
        for (int layer = 1; layer <= definition.Layers.Length; layer++)
        {
            layers.Add(new(this, layer, definition.InputsOf(layer), definition.Layers[layer - 1], offset));
            offset = layers[^1].End;
        }

        Layers = layers.MoveToImmutable();
        Parameters = new(offset);
    }

    /// <summary>A network with weights drawn by an initializer.</summary>
    public Network(NetworkDefinition definition, Initializer initializer, ulong seed = 0) : this(definition)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        initializer.Initialize(this, seed);
    }

    /// <summary>What the network is.</summary>
    public NetworkDefinition Definition { get; }

    /// <summary>The layers, ℓ = 1 first.</summary>
    public ImmutableArray<DenseLayer<T>> Layers { get; }

    /// <summary>θ.</summary>
    internal AlignedBuffer<T> Parameters { get; }

    /// <summary>Grows whenever parameters have changed, so that copies know that they are old.</summary>
    internal long Version { get; private set; }

    internal void Touch() => Version++;

    /// <summary>A network with the same definition and numbers.</summary>
    public Network<T> Clone()
    {
        var copy = new Network<T>(Definition);
        copy.CopyFrom(this);
        return copy;
    }

    /// <summary>Takes the numbers of a network of the same shape; its activations and loss may be others.</summary>
    /// <exception cref="ArgumentException">A layer of another shape.</exception>
    public void CopyFrom(Network<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!other.Definition.HasShapeOf(Definition))
        {
            throw new ArgumentException($"a network {other.Definition} does not fit {Definition}", nameof(other));
        }

        other.Parameters.Span.CopyTo(Parameters.Span);
        Touch();
    }

    /// <summary>The same network in another precision.</summary>
    public Network<TOther> Convert<TOther>() where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther>
    {
        var result = new Network<TOther>(Definition);
        for (int l = 0; l < Layers.Length; l++)
        {
            result.Layers[l].SetWeights(Array.ConvertAll(Layers[l].GetWeights(), TOther.CreateTruncating));
            result.Layers[l].SetBiases(Array.ConvertAll(Layers[l].GetBiases(), TOther.CreateTruncating));
        }

        return result;
    }

    /// <summary>The first layer, counted from 1, with a NaN or an infinity among its parameters; 0 where all are finite.</summary>
    public int FirstNonFiniteLayer()
    {
        foreach (DenseLayer<T> layer in Layers)
        {
            foreach (T value in Parameters.Span[(int)layer.Offset..(int)layer.End])
            {
                if (!T.IsFinite(value))
                {
                    return layer.Index;
                }
            }
        }

        return 0;
    }
}
