using System.Numerics;
using Backprop.Activations;

namespace Backprop.Networks;

/// <summary>Layer ℓ of a network: its shape, and its part of the parameter buffer.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class DenseLayer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Network<T> _network;

    internal DenseLayer(Network<T> network, int inputs, LayerDefinition definition, ParameterPanels panels) =>
        (_network, Inputs, Definition, Panels) = (network, inputs, definition, panels);

    /// <summary>ℓ, counted from 1.</summary>
    public int Index => Panels.Layer;

    /// <summary>The width of x_{ℓ−1}.</summary>
    public int Inputs { get; }

    /// <summary>The width of x_ℓ.</summary>
    public int Outputs => Definition.Units;

    /// <summary>f_ℓ.</summary>
    public ActivationFunction Activation => Definition.Activation;

    /// <summary>The layer's description.</summary>
    public LayerDefinition Definition { get; }

    /// <summary>Its weights and biases in θ: panels of outputs, [Out/32][In + 1][32] in float, whose last row is the biases, the weights of an input that is always 1.</summary>
    internal ParameterPanels Panels { get; }

    /// <summary>Where the layer begins in θ.</summary>
    internal long Offset => Panels.Offset;

    internal long End => Panels.End<T>();

    internal long WeightIndex(int output, int input) => Panels.Index<T>(input, output);

    internal long BiasIndex(int output) => WeightIndex(output, Inputs);

    /// <summary>W_ℓ[output, input].</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such weight.</exception>
    public T GetWeight(int output, int input) => _network.Parameters.Span[(int)Checked(output, input)];

    /// <summary>Sets W_ℓ[output, input].</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such weight.</exception>
    public void SetWeight(int output, int input, T value)
    {
        _network.Parameters.Span[(int)Checked(output, input)] = value;
        _network.Touch();
    }

    /// <summary>b_ℓ[output].</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such bias.</exception>
    public T GetBias(int output) => _network.Parameters.Span[(int)BiasIndex(Checked(output))];

    /// <summary>Sets b_ℓ[output].</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such bias.</exception>
    public void SetBias(int output, T value)
    {
        _network.Parameters.Span[(int)BiasIndex(Checked(output))] = value;
        _network.Touch();
    }

    /// <summary>A copy of W_ℓ, row-major [Out×In].</summary>
    public T[] GetWeights() => Unpack(_network.Parameters.Span);

    /// <summary>A copy of b_ℓ, [Out].</summary>
    public T[] GetBiases() => UnpackBiases(_network.Parameters.Span);

    /// <summary>Sets W_ℓ from row-major [Out×In].</summary>
    /// <exception cref="ArgumentException">Not Out·In numbers.</exception>
    public void SetWeights(ReadOnlySpan<T> weights)
    {
        if (weights.Length != (long)Outputs * Inputs)
        {
            throw new ArgumentException($"layer {Index}: expected {Outputs}×{Inputs} weights, found {weights.Length}", nameof(weights));
        }

        Span<T> parameters = _network.Parameters.Span;
        for (int o = 0; o < Outputs; o++)
        {
            for (int i = 0; i < Inputs; i++)
            {
                parameters[(int)WeightIndex(o, i)] = weights[(o * Inputs) + i];
            }
        }

        _network.Touch();
    }

    /// <summary>Sets b_ℓ.</summary>
    /// <exception cref="ArgumentException">Not Out numbers.</exception>
    public void SetBiases(ReadOnlySpan<T> biases)
    {
        if (biases.Length != Outputs)
        {
            throw new ArgumentException($"layer {Index}: expected {Outputs} biases, found {biases.Length}", nameof(biases));
        }

        for (int o = 0; o < Outputs; o++)
        {
            _network.Parameters.Span[(int)BiasIndex(o)] = biases[o];
        }

        _network.Touch();
    }

    /// <summary>Row-major [Out×In] numbers of a buffer that is laid out as the parameters are.</summary>
    internal T[] Unpack(ReadOnlySpan<T> buffer)
    {
        var result = new T[Outputs * Inputs];
        for (int o = 0; o < Outputs; o++)
        {
            for (int i = 0; i < Inputs; i++)
            {
                result[(o * Inputs) + i] = buffer[(int)WeightIndex(o, i)];
            }
        }

        return result;
    }

    /// <summary>The [Out] biases of a buffer that is laid out as the parameters are.</summary>
    internal T[] UnpackBiases(ReadOnlySpan<T> buffer)
    {
        var result = new T[Outputs];
        for (int o = 0; o < Outputs; o++)
        {
            result[o] = buffer[(int)BiasIndex(o)];
        }

        return result;
    }

    private long Checked(int output, int input)
    {
        Checked(output);
        ArgumentOutOfRangeException.ThrowIfNegative(input);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(input, Inputs);
        return WeightIndex(output, input);
    }

    private int Checked(int output)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(output);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(output, Outputs);
        return output;
    }
}
