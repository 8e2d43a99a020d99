using System.Numerics;
using System.Text.Json;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation.Stages;

namespace Backprop.Layers;

/// <summary>
/// What a layer has beside its weights and its activation, such as dropout. Each kind is one file: its name, its keys in a model file, its
/// tensors, its stage in the engine.
/// </summary>
public abstract class LayerPart : IEquatable<LayerPart>
{
    private static readonly ParameterizedRegistry<LayerPart> s_registry = new("part of a layer", part => part.Name, part => part.Parameter);
    private static readonly Dictionary<string, (string[] Keys, Func<JsonElement, LayerPart?> Read)> s_readers = new(StringComparer.Ordinal);

    private protected LayerPart(string name, LayerPlace place) => (Name, Place) = (name, place);

    /// <summary>The names that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> Names => s_registry.Names;

    /// <summary>The name in a specification: <c>dropout</c>.</summary>
    public string Name { get; }

    /// <summary>Its number, such as the rate of dropout; null: it has none.</summary>
    public virtual double? Parameter => null;

    /// <summary>The keys of a layer in a model file that belong to parts.</summary>
    internal static IEnumerable<string> Keys => s_readers.Values.SelectMany(reader => reader.Keys);

    /// <summary>Whether its number goes without saying.</summary>
    internal virtual bool IsUsual => false;

    /// <summary>Where it stands. A layer has one part of each place at most.</summary>
    internal LayerPlace Place { get; }

    /// <summary>The version of model files that can say it.</summary>
    internal virtual int FileVersion => 2;

    /// <summary>Whether its Jacobian is more than a diagonal.</summary>
    internal virtual bool MixesUnits => false;

    /// <summary>Whether it adds x_{ℓ−1}, which so reaches x_ℓ past the layer too.</summary>
    internal virtual bool AddsBefore => false;

    /// <summary>Makes a kind known.</summary>
    /// <param name="name">The name of all that it makes.</param>
    /// <param name="create">Makes it of its number; null: of the usual one.</param>
    /// <param name="keys">Its keys in a model file.</param>
    /// <param name="read">Reads it from a layer of a model file; null: the layer has none.</param>
    private protected static void Register(string name, Func<double?, LayerPart> create, string[] keys, Func<JsonElement, LayerPart?> read)
    {
        s_registry.Add(name, create);
        s_readers.Add(name, (keys, read));
    }

    /// <summary>Reads <c>dropout(0.1)</c>.</summary>
    /// <exception cref="UsageException">No such part, or a number out of its range.</exception>
    public static LayerPart Parse(string text) => text?.Trim() == "dropout"
        ? throw new UsageException("dropout needs a rate, such as dropout(0.1)")
        : s_registry.Parse(text!);

    /// <summary>The parts of a layer in a model file.</summary>
    internal static IEnumerable<LayerPart> Read(JsonElement layer) => s_readers.Values.Select(reader => reader.Read(layer)).OfType<LayerPart>();

    /// <summary>Its keys and values in a model file.</summary>
    internal abstract void Write(Utf8JsonWriter json);

    /// <summary>Why it cannot stand in a layer, as the end of a sentence; null: it can.</summary>
    internal virtual string? Misfit(int inputs, int units, bool isOutput) => null;

    /// <summary>Adds its tensors to a network.</summary>
    internal virtual void AddParameters<T>(NetworkBuilder<T> network, int layer, int units) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
    }

    /// <summary>Its stage in a plan; null: there is nothing to do.</summary>
    internal abstract Stage<T, V>? Plan<T, V>(StagePlace<T> place)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>;

    /// <summary>The same function in plain loops on any element, for one sample outside training: what derivations stand on.</summary>
    /// <param name="q">What the part is of.</param>
    /// <param name="before">x_{ℓ−1}.</param>
    /// <param name="tensors">Its tensors, in the order of <see cref="AddParameters"/>.</param>
    /// <param name="p">What becomes of it.</param>
    internal virtual void Forward<TElement>(ReadOnlySpan<TElement> q, ReadOnlySpan<TElement> before, TElement[][] tensors, Span<TElement> p) where TElement : unmanaged, IElement<TElement> =>
        q.CopyTo(p);

    /// <summary>J[r, c] = ∂p_r/∂q_c of that, row-major [n×n]; the diagonal alone, [n], where it has nothing else; null: the identity.</summary>
    internal virtual double[]? Jacobian(ReadOnlySpan<double> q, double[][] tensors) => null;

    /// <summary>What the terms of each entry of that J add up to in size: what rounding is measured by.</summary>
    internal virtual double[]? JacobianSizes(ReadOnlySpan<double> q, double[][] tensors) => Jacobian(q, tensors) is { } jacobian ? Array.ConvertAll(jacobian, Math.Abs) : null;

    /// <summary>What that J is called in formulas.</summary>
    internal virtual (string Text, string Latex) JacobianSymbol(int layer) => throw new InvalidOperationException($"{Name} has no Jacobian");

    /// <summary>What ∂p/∂(an entry of a tensor) is called, and in words; null: it is 1.</summary>
    internal virtual (string Text, string Latex, string Meaning)? TangentSymbol(int tensor, int layer, int unit) => throw new InvalidOperationException($"{Name} has no parameters");

    /// <summary>∂p/∂(an entry of a tensor) of that.</summary>
    internal virtual double[] Tangent(int tensor, int index, ReadOnlySpan<double> q, double[][] tensors) => throw new InvalidOperationException($"{Name} has no parameters");

    /// <summary><c>dropout(0.1)</c>.</summary>
    public override string ToString() => ParameterizedRegistry<LayerPart>.Format(Name, IsUsual ? null : Parameter);

    /// <inheritdoc/>
    public bool Equals(LayerPart? other) => other is not null && Name == other.Name && Parameter == other.Parameter;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LayerPart);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Parameter);
}
