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
    private readonly Func<int, (int Row, int Column)> _place;

    /// <param name="network">Whose it is.</param>
    /// <param name="name">Its name in files.</param>
    /// <param name="symbol">Its name in formulas.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="panels">Where it lies.</param>
    /// <param name="place">Where its n-th number lies there.</param>
    /// <param name="isTrained">False: it lies in <see cref="Network{T}.State"/>, which no optimizer touches.</param>
    /// <param name="initial">What its numbers are at first.</param>
    internal ParameterBlock(Network<T> network, string name, string symbol, ImmutableArray<int> shape, ParameterPanels panels, Func<int, (int Row, int Column)> place, bool isTrained, double initial)
    {
        (_network, Name, Symbol, Shape, Panels, _place, IsTrained, Initial) = (network, name, symbol, shape, panels, place, isTrained, initial);
        Length = shape.Aggregate(1, (product, size) => checked(product * size));
    }

    /// <summary>The tensor's name in files: <c>layers.2.weight</c>.</summary>
    public string Name { get; }

    /// <summary>Its name in formulas: <c>W2</c>, of which <c>W2[3,5]</c> is an entry.</summary>
    public string Symbol { get; }

    /// <summary>Its shape, row-major: [Out×In] of weights.</summary>
    public ImmutableArray<int> Shape { get; }

    /// <summary>Its numbers.</summary>
    public int Length { get; }

    /// <summary>Whether it is learned; what is not, such as running statistics, no optimizer touches.</summary>
    public bool IsTrained { get; }

    /// <summary>The layer that it belongs to, counted from 1; 0: the inputs.</summary>
    public int Layer => Panels.Layer;

    /// <summary>Whether L1 and L2 penalise it.</summary>
    public bool IsPenalised => _place(0).Row < Panels.PenalisedRows;

    internal ParameterPanels Panels { get; }

    /// <summary>What its numbers are at first.</summary>
    internal double Initial { get; }

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
        (int row, int column) = _place(n);
        return Panels.Index<T>(row, column);
    }

    /// <summary><c>layers.2.weight [10×64]</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} [{string.Join('×', Shape)}]");
}
