using Backprop.Networks;

namespace Backprop.Pages.Runs;

/// <summary>Moves from one parameter to another.</summary>
internal static class ParameterPick
{
    /// <summary>The parameter of another layer whose place is nearest.</summary>
    public static ParameterName Layer(ParameterName from, int layer, NetworkDefinition network)
    {
        ParameterName there = new(layer, Math.Min(from.Output, network.Layers[layer - 1].Units - 1), from.IsWeight ? Math.Min(from.Input, network.InputsOf(layer) - 1) : -1);
        return from.IsWeight || from.IsBias ? there : OfNorm(there, from.Kind, network);
    }

    /// <summary>The units to choose from.</summary>
    public static int Units(ParameterName from, NetworkDefinition network) => network.Layers[Math.Max(1, from.Layer) - 1].Units;

    /// <summary>What the norm of the same unit has learned, or its bias where the layer has none.</summary>
    /// <param name="from">The parameter.</param>
    /// <param name="kind"><c>gamma</c> or <c>beta</c>.</param>
    /// <param name="network">The network.</param>
    public static ParameterName OfNorm(ParameterName from, string kind, NetworkDefinition network)
    {
        int layer = Math.Max(1, from.Layer);
        return network.Tensors.FirstOrDefault(tensor => tensor.Layer == layer && tensor.Kind == kind) is { } tensor ? ParameterName.Of(tensor, from.Output) : new(layer, from.Output);
    }

    /// <summary>Whether a parameter's layer has a norm.</summary>
    public static bool HasNorm(ParameterName from, NetworkDefinition network) => network.Tensors.Any(tensor => tensor.Layer == Math.Max(1, from.Layer) && tensor.Kind == "gamma");

    /// <summary>The bias of the same unit, or its first weight.</summary>
    public static ParameterName Bias(ParameterName from, bool isBias) => new(Math.Max(1, from.Layer), from.Output, isBias ? -1 : 0);
}
