using Backprop.Networks;
using Backprop.Pages.Derivation;
using Backprop.Pages.Drawing;
using Microsoft.AspNetCore.Components.Web;

namespace Backprop.Pages.Components;

/// <summary>A large network: a heat map for each layer's weights.</summary>
public partial class NetworkMaps
{
    private LayerMap[] _maps = [];

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (Bench.Derived is { } derived)
        {
            _maps = [.. derived.Network.Layers.Select(layer => LayerMap.Of(derived, layer, Bench.State.Gradients))];
        }
    }

    private void PickAt(LayerMap map, MouseEventArgs click)
    {
        (int row, int column) = map.Weights.At(click.OffsetY / map.Height, click.OffsetX / LayerMap.Width);
        Bench.Pick(new(map.Layer, row, column));
    }

    private void PickStrip(LayerMap map, MouseEventArgs click) => Bench.Pick(new(map.Layer, map.Activations.At(0, click.OffsetX / LayerMap.Width).Column));

    private sealed record LayerMap(int Layer, string Title, HeatMap Weights, HeatMap Activations, HeatMap Deltas, int Height)
    {
        /// <summary>In CSS pixels: fixed, so that a click says which weight.</summary>
        public const int Width = 280;

        public static LayerMap Of(DerivedParameter derived, DenseLayer<double> layer, bool gradients)
        {
            double[] x = derived.Passes.Activations[layer.Index], delta = derived.Passes.Deltas[layer.Index];
            return new(
                layer.Index, $"{layer.Outputs} × {layer.Inputs}, {string.Join(", ", [layer.Activation.ToString(), .. derived.Network.Definition.Layers[layer.Index - 1].Parts.Select(part => part.ToString())])}",
                HeatMap.Of(gradients ? derived.Gradient.WeightGradients(layer.Index) : layer.GetWeights(), layer.Outputs, layer.Inputs),
                HeatMap.Of(x, 1, x.Length), HeatMap.Of(delta, 1, delta.Length), Math.Clamp(Width * layer.Outputs / layer.Inputs, 40, 150));
        }
    }
}
