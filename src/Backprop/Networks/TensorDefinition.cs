using System.Collections.Immutable;
using System.Globalization;
using Backprop.Inputs;
using Backprop.Layers;

namespace Backprop.Networks;

/// <summary>What a tensor of a network is, without its numbers.</summary>
public sealed class TensorDefinition
{
    private readonly string _ownName;

    internal TensorDefinition(int layer, string ownName, string kind, ImmutableArray<int> shape, bool isTrained, LayerPart? part, InputPart? inputPart, double least)
    {
        (Layer, _ownName, Kind, Shape, IsTrained, Part, InputPart, Least) = (layer, ownName, kind, shape, isTrained, part, inputPart, least);
        Length = shape.Aggregate(1, (product, size) => checked(product * size));
    }

    /// <summary>The layer that it belongs to, counted from 1; 0: the inputs.</summary>
    public int Layer { get; }

    /// <summary>Its name in files: <c>layers.2.weight</c>.</summary>
    public string Name => Layer == 0 ? $"input.{_ownName}" : string.Create(CultureInfo.InvariantCulture, $"layers.{Layer}.{_ownName}");

    /// <summary>Its name in formulas without the layer: <c>W</c>.</summary>
    public string Kind { get; }

    /// <summary>Its name in formulas: <c>W2</c>, of which <c>W2[3,5]</c> is an entry.</summary>
    public string Symbol => Layer == 0 ? Kind : string.Create(CultureInfo.InvariantCulture, $"{Kind}{Layer}");

    /// <summary>Its shape, row-major: [Out×In] of weights.</summary>
    public ImmutableArray<int> Shape { get; }

    /// <summary>Its numbers.</summary>
    public int Length { get; }

    /// <summary>Whether it is learned; what is not, such as running statistics, no optimizer touches.</summary>
    public bool IsTrained { get; }

    /// <summary>The part of the layer that it belongs to; null: the layer's product, or the inputs.</summary>
    internal LayerPart? Part { get; }

    /// <summary>The part of the input that it belongs to; null: it is a layer's.</summary>
    internal InputPart? InputPart { get; }

    /// <summary>No number of it can be less.</summary>
    internal double Least { get; }

    /// <summary><c>layers.2.weight [10×64]</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} [{string.Join('×', Shape)}]");
}
