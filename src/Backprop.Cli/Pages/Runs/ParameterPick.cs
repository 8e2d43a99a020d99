using Backprop.Networks;

namespace Backprop.Cli.Pages.Runs;

/// <summary>Moves from one parameter to another.</summary>
internal static class ParameterPick
{
    /// <summary>The parameter of another layer whose place is nearest.</summary>
    public static ParameterName Layer(ParameterName from, int layer, NetworkDefinition network) => new(
        layer, Math.Min(from.Output, network.Layers[layer - 1].Units - 1), from.IsWeight ? Math.Min(from.Input, network.InputsOf(layer) - 1) : -1);

    /// <summary>The units to choose from.</summary>
    public static int Units(ParameterName from, NetworkDefinition network) => network.Layers[Math.Max(1, from.Layer) - 1].Units;

    /// <summary>The bias of the same unit, or its first weight.</summary>
    public static ParameterName Bias(ParameterName from, bool isBias) => new(Math.Max(1, from.Layer), from.Output, isBias ? -1 : 0);
}
