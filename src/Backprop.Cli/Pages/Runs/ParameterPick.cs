using Backprop.Networks;

namespace Backprop.Cli.Pages.Runs;

/// <summary>Moves from one parameter to another.</summary>
internal static class ParameterPick
{
    /// <summary>The parameter of another layer whose place is nearest.</summary>
    public static ParameterName Layer(ParameterName from, int layer, NetworkDefinition network) => new(
        layer, Math.Min(from.Output, network.Layers[layer - 1].Units - 1), Math.Min(from.Input, network.InputsOf(layer) - 1));
}
