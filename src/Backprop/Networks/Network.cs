using System.Collections.Immutable;
using System.Numerics;
using Backprop.Kernels;

namespace Backprop.Networks;

/// <summary>A definition and its numbers: θ, all weights and biases, in one aligned buffer.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Network<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Dictionary<string, ParameterBlock<T>>? _byName;

    /// <summary>A network whose weights and biases are all zero; of what norms have, factors and variances are 1.</summary>
    /// <exception cref="UsageException">More parameters than one buffer holds.</exception>
    public Network(NetworkDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        Definition = definition;
        var builder = new NetworkBuilder<T>(definition);
        Layers = [.. builder.Products.Select((panels, n) => new DenseLayer<T>(this, definition.InputsOf(n + 1), definition.Layers[n], panels))];
        Blocks = [.. builder.Blocks.Select(place => new ParameterBlock<T>(this, place))];
        Panels = builder.Panels;
        (Parameters, State) = (new(builder.Length), new(builder.StateLength));
        foreach (ParameterBlock<T> block in Blocks.Where(block => block.Initial != 0))
        {
            block.Set([.. Enumerable.Repeat(T.CreateTruncating(block.Initial), block.Length)]);
        }
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

    /// <summary>The tensors that the network is made of.</summary>
    public ImmutableArray<ParameterBlock<T>> Blocks { get; }

    /// <summary>The parts of θ, in their order.</summary>
    internal ImmutableArray<ParameterPanels> Panels { get; }

    /// <summary>The tensor of a name.</summary>
    internal ParameterBlock<T> Block(string name) => (_byName ??= Blocks.ToDictionary(block => block.Name, StringComparer.Ordinal))[name];

    /// <summary>θ.</summary>
    internal AlignedBuffer<T> Parameters { get; }

    /// <summary>What belongs to the network and is not learned: running statistics.</summary>
    internal AlignedBuffer<T> State { get; }

    /// <summary>Grows whenever parameters have changed, so that copies know that they are old.</summary>
    internal long Version { get; private set; }

    internal void Touch() => Version++;

    /// <summary>The value of a parameter.</summary>
    /// <exception cref="UsageException">No such parameter.</exception>
    public T Get(ParameterName parameter)
    {
        (ParameterBlock<T> block, int index) = Find(parameter);
        return block.Get(index);
    }

    /// <summary>Sets a parameter.</summary>
    /// <param name="parameter">Which.</param>
    /// <param name="value">Its new value.</param>
    /// <exception cref="UsageException">No such parameter.</exception>
    /// <example><code>network.Set(ParameterName.Parse("W2[3,5]", network.Definition), 0.5f);</code></example>
    public void Set(ParameterName parameter, T value)
    {
        (ParameterBlock<T> block, int index) = Find(parameter);
        block.Set(index, value);
    }

    /// <summary>The tensor that a parameter is in, and its place there.</summary>
    /// <exception cref="UsageException">No such parameter.</exception>
    internal (ParameterBlock<T> Block, int Index) Find(ParameterName parameter)
    {
        foreach (ParameterBlock<T> block in Blocks)
        {
            if (parameter.IsOf(block.Tensor))
            {
                return (block, parameter.IndexIn(block.Tensor));
            }
        }

        parameter.RequireIn(Definition);
        throw new UsageException($"the network {Definition} has no parameter {parameter}");
    }

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
        other.State.Span.CopyTo(State.Span);
        Touch();
    }

    /// <summary>The same network in another precision.</summary>
    public Network<TOther> Convert<TOther>() where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther>
    {
        var result = new Network<TOther>(Definition);
        for (int n = 0; n < Blocks.Length; n++)
        {
            result.Blocks[n].Set(Array.ConvertAll(Blocks[n].Get(), TOther.CreateTruncating));
        }

        return result;
    }

    /// <summary>The first layer, counted from 1, with a NaN or an infinity among its parameters or running statistics or, of the first, among the inputs' parameters; 0 where all are finite.</summary>
    public int FirstNonFiniteLayer()
    {
        foreach (ParameterPanels panels in Panels)
        {
            foreach (T value in Parameters.Span[(int)panels.Offset..(int)panels.End<T>()])
            {
                if (!T.IsFinite(value))
                {
                    return Math.Max(1, panels.Layer);
                }
            }
        }

        return NonFiniteStateLayer();
    }

    /// <summary>The same of running statistics alone.</summary>
    internal int NonFiniteStateLayer()
    {
        foreach (T value in State.Span)
        {
            if (!T.IsFinite(value))
            {
                return Blocks.First(block => !block.IsTrained && block.Get().Any(number => !T.IsFinite(number))).Layer;
            }
        }

        return 0;
    }
}
