using Backprop.Networks;

namespace Backprop.Pages.Runs;

/// <summary>A hidden layer as the settings show it.</summary>
/// <param name="Units">How many units.</param>
/// <param name="Activation">Its activation.</param>
/// <param name="Parts">What else it has, each after a comma.</param>
internal sealed record HiddenLayer(int Units, string Activation, string Parts = "")
{
    /// <summary>The layers of <c>6:tanh-4:tanh</c>; none where that cannot be read, which the page says elsewhere.</summary>
    public static IReadOnlyList<HiddenLayer> Parse(string hidden)
    {
        try
        {
            IReadOnlyList<LayerDefinition> layers = hidden.Length == 0 ? [] : NetworkDefinition.ParseLayers(hidden);
            PageLimits.RequireLayers(layers.Count);
            return [.. layers.Select(layer => new HiddenLayer(layer.Units, layer.Activation.ToString(), string.Concat(layer.Parts.Select(part => $",{part}"))))];
        }
        catch (UsageException)
        {
            return [];
        }
    }

    public static string Format(IEnumerable<HiddenLayer> layers) => string.Join('-', layers.Select(layer => $"{layer.Units}:{layer.Activation}{layer.Parts}"));
}
