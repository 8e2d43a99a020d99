using Backprop.Networks;
using Backprop.Pages.Drawing;

namespace Backprop.Pages.Components;

/// <summary>A network small enough for every weight to have an edge.</summary>
public partial class NetworkGraph
{
    private NetworkDrawing? _drawing;
    private NetworkDefinition? _drawn;
    private double[][] _edges = [];
    private double[] _greatest = [];

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (Bench.Derived is not { } derived)
        {
            return;
        }

        if (!derived.Network.Definition.Equals(_drawn))
        {
            (_drawn, _drawing) = (derived.Network.Definition, new(derived.Network.Definition));
        }

        _edges = [.. derived.Network.Layers.Select(layer => Bench.State.Gradients ? derived.Gradient.WeightGradients(layer.Index) : layer.GetWeights())];
        _greatest = [.. _edges.Select(layer => layer.Max(Math.Abs))];
    }

    /// <summary>While training runs, numbers would change faster than anybody can hear them.</summary>
    private string Label(string name, double value) => Bench.IsRunning ? name : $"{name} = {Figures.Signed(value)}";
}
