using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Backprop.Kernels;

namespace Backprop.Networks;

/// <summary>
/// One tensor of a network: a layer's weights, its biases, or what its parts have learned. A network is its blocks: model files, gradient
/// files and the names of parameters follow from them.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ParameterBlock<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Network<T> _network;
    private readonly BlockPlace _place;

    /// <param name="network">Whose it is.</param>
    /// <param name="place">Where it lies there.</param>
    internal ParameterBlock(Network<T> network, BlockPlace place) => (_network, _place) = (network, place);

    /// <summary>What it is.</summary>
    public TensorDefinition Tensor => _place.Tensor;

    /// <inheritdoc cref="TensorDefinition.Name"/>
    public string Name => Tensor.Name;

    /// <inheritdoc cref="TensorDefinition.Symbol"/>
    public string Symbol => Tensor.Symbol;

    /// <inheritdoc cref="TensorDefinition.Shape"/>
    public ImmutableArray<int> Shape => Tensor.Shape;

    /// <inheritdoc cref="TensorDefinition.Length"/>
    public int Length => Tensor.Length;

    /// <inheritdoc cref="TensorDefinition.IsTrained"/>
    public bool IsTrained => Tensor.IsTrained;

    /// <inheritdoc cref="TensorDefinition.Layer"/>
    public int Layer => Tensor.Layer;

    /// <summary>Whether L1 and L2 penalise it.</summary>
    public bool IsPenalised => _place.Of(0).Row < Panels.PenalisedRows;

    internal ParameterPanels Panels => _place.Panels;

    /// <summary>What its numbers are at first.</summary>
    internal double Initial => _place.Initial;

    private AlignedBuffer<T> Home => IsTrained ? _network.Parameters : _network.State;

    /// <summary>A copy of its numbers, row-major.</summary>
    public T[] Get() => Unpack(Home.Span);

    /// <summary>One number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such place.</exception>
    public T Get(int index) => Home.Span[(int)IndexOf(index)];

    /// <summary>Sets one number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such place.</exception>
    public void Set(int index, T value)
    {
        Home.Span[(int)IndexOf(index)] = value;
        _network.Touch();
    }

    /// <summary>Sets its numbers, row-major.</summary>
    /// <exception cref="ArgumentException">Not so many numbers.</exception>
    public void Set(ReadOnlySpan<T> values)
    {
        if (values.Length != Length)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{Name}: {string.Join('×', Shape)} numbers expected, {values.Length} found"), nameof(values));
        }

        Span<T> home = Home.Span;
        for (int n = 0; n < values.Length; n++)
        {
            home[(int)IndexOf(n)] = values[n];
        }

        _network.Touch();
    }

    /// <summary>Its numbers in a buffer that is laid out as θ is (or the state, of what is not trained).</summary>
    internal T[] Unpack(ReadOnlySpan<T> buffer)
    {
        var result = new T[Length];
        for (int n = 0; n < result.Length; n++)
        {
            result[n] = buffer[(int)IndexOf(n)];
        }

        return result;
    }

    /// <summary>Where its n-th number lies in θ, or in the state.</summary>
    internal long IndexOf(int n)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)n, (uint)Length, nameof(n));
        (int row, int column) = _place.Of(n);
        return Panels.Index<T>(row, column);
    }

    /// <summary><c>layers.2.weight [10×64]</c>.</summary>
    public override string ToString() => Tensor.ToString();
}
