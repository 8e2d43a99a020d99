using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Pages.Drawing;
using Backprop.Pages.Runs;
using Microsoft.AspNetCore.Components.Web;

namespace Backprop.Pages.Components;

/// <summary>A network small enough for every weight to have an edge.</summary>
public partial class NetworkGraph
{
    /// <summary>Points each way of what stands beside a unit.</summary>
    private const int MapPoints = 20;

    private UnitMaps? _maps;
    private Problem? _mapsOf;
    private Snapshot? _mapped;
    private bool _isMapping;
    private NetworkDrawing? _drawing;
    private NetworkDefinition? _drawn;
    private (string X, string Y)[][] _places = [];
    private (Gradient<double> Of, bool AreGradients, bool IsRunning)? _edgesOf;
    private int _edgesVersion;
    private double[][] _edges = [];
    private double[] _greatest = [];
    private IReadOnlyList<string> _outputs = [];

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
            _places = [.. Enumerable.Range(0, _drawn.Layers.Length + 1).Select(layer => Enumerable.Range(0, layer == 0 ? _drawn.InputsOf(1) : _drawn.Layers[layer - 1].Units).Select(unit =>
            {
                (double x, double y) = _drawing.Unit(layer, unit);
                return (x.ToString("F1"), y.ToString("F1"));
            }).ToArray())];
        }

        _outputs = Bench.Problem?.OutputNames(derived.Network.Definition) ?? [];
        if (_edgesOf != (derived.Gradient, Bench.State.Gradients, Bench.IsRunning))
        {
            _edgesOf = (derived.Gradient, Bench.State.Gradients, Bench.IsRunning);
            _edges = [.. derived.Network.Layers.Select(layer => Bench.State.Gradients ? derived.Gradient.WeightGradients(layer.Index) : layer.GetWeights())];
            _greatest = [.. _edges.Select(layer => layer.Max(Math.Abs))];
            _edgesVersion++;
        }
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (Bench.Problem is { Points: null })
        {
            _maps = null;
        }

        while (!_isMapping && Bench.Derived is { } derived && derived.Snapshot != _mapped && Bench.Problem is { Points: not null } problem)
        {
            (_isMapping, _mapped) = (true, derived.Snapshot);
            try
            {
                (_maps, _mapsOf) = (await MapsOf(derived.Network, problem), problem);
                StateHasChanged();
            }
            finally
            {
                _isMapping = false;
            }
        }
    }

    private async Task<UnitMaps> MapsOf(Network<double> network, Problem problem)
    {
        Func<Task>? pause = OneThread.Pauses();
        UnitMaps maps = await UnitMaps.Of(network, new PlaneSquare(problem), MapPoints, pause);
        await maps.Draw(Bench.State.Discrete, pause);
        return maps;
    }

    private string MapOf(int layer, int unit) => _maps is { } maps && _mapsOf == Bench.Problem && maps.Has(layer, unit) ? maps.Picture(layer, unit, Bench.State.Discrete) : "";

    /// <summary>+ and − move the picked parameter.</summary>
    private void Key(KeyboardEventArgs key)
    {
        if (key is { Key: "+" or "-", CtrlKey: false, AltKey: false, MetaKey: false })
        {
            Bench.EditBy(key.Key == "+" ? 0.1 : -0.1);
        }
    }

    internal int InputsOf(int layer) => _drawn!.InputsOf(layer);

    /// <summary>What a weight's edge shows: the weight or its derivative.</summary>
    internal double Value(int layer, int to, int from) => _edges[layer - 1][(to * InputsOf(layer)) + from];

    internal double Strength(int layer, double value) => NetworkDrawing.Strength(value, _greatest[layer - 1]);

    /// <summary>The middle of a unit.</summary>
    internal (string X, string Y) Place(int layer, int unit) => _places[layer][unit];

    private string FlowOf(int layer) => Bench.Stage is not { } stage ? ""
        : !stage.IsBackward && stage.Layer == layer && !stage.IsLoss ? " forward"
        : stage.IsBackward && stage.Layer == layer ? " backward" : "";

    /// <summary>The column that an input is of.</summary>
    private string InputName(int unit) => Bench.Problem is { } problem && unit < problem.FeatureNames.Count ? $"{unit} ({problem.FeatureNames[unit]})" : $"{unit}";

    /// <summary>The class that an output is of.</summary>
    private string OutputName(int layer, int unit) => layer == _drawn!.Layers.Length && unit < _outputs.Count ? $" ({_outputs[unit]})" : "";

    /// <summary>Columns below the inputs and classes below the outputs, cut where they would run into the edges.</summary>
    private IEnumerable<(double X, double Y, string Anchor, string Name)> Names(NetworkDrawing drawing)
    {
        static string Cut(string name) => name.Length <= 14 ? name : $"{name[..13]}…";
        if (Bench.Problem is not { } problem)
        {
            yield break;
        }

        int last = _drawn!.Layers.Length;
        for (int unit = 0; unit < Math.Min(_drawn.Inputs, problem.FeatureNames.Count); unit++)
        {
            (double _, double y) = drawing.Unit(0, unit);
            yield return (2, y + drawing.Radius + 13, "start", Cut(problem.FeatureNames[unit]));
        }

        for (int unit = 0; unit < _outputs.Count; unit++)
        {
            (double _, double y) = drawing.Unit(last, unit);
            yield return (drawing.Width - 2, y + drawing.Radius + 13, "end", Cut(_outputs[unit]));
        }
    }

    /// <summary>While training runs, numbers would change faster than anybody can hear them.</summary>
    internal string Label(string name, double value) => Bench.IsRunning ? name : $"{name} = {Figures.Signed(value)}";
}
