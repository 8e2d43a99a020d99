using System.Collections.Immutable;
using System.Numerics;
using Backprop.Inputs;
using Backprop.Layers;

namespace Backprop.Networks;

/// <summary>Lays out θ, and the state that no optimizer touches, of a network.</summary>
internal sealed class NetworkBuilder<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<ParameterPanels> _panels = [], _products = [], _state = [];
    private readonly List<BlockPlace> _blocks = [];
    private LayerPart? _part; // whose tensors are added
    private InputPart? _inputPart;

    public NetworkBuilder(NetworkDefinition definition)
    {
        foreach (InputPart part in definition.InputParts)
        {
            _inputPart = part;
            part.AddParameters(this);
        }

        _inputPart = null;

        for (int layer = 1; layer <= definition.Layers.Length; layer++)
        {
            LayerDefinition of = definition.Layers[layer - 1];
            int inputs = definition.InputsOf(layer);
            ParameterPanels panels = AddPanels(layer, inputs + 1, of.Units, penalisedRows: inputs);
            _products.Add(panels);
            AddBlock(layer, "weight", "W", [of.Units, inputs], panels, n => (n % inputs, n / inputs));
            AddBlock(layer, "bias", "b", [of.Units], panels, n => (inputs, n));
            foreach (LayerPart part in of.Parts)
            {
                _part = part;
                part.AddParameters(this, layer, of.Units);
            }

            _part = null;
        }
    }

    /// <summary>The length of θ.</summary>
    public long Length => _panels.Count == 0 ? 0 : _panels[^1].End<T>();

    /// <summary>The length of the state.</summary>
    public long StateLength => _state.Count == 0 ? 0 : _state[^1].End<T>();

    /// <summary>The parts of θ, in their order.</summary>
    public ImmutableArray<ParameterPanels> Panels => [.. _panels];

    /// <summary>Those of them that are weights and biases, ℓ = 1 first.</summary>
    public ImmutableArray<ParameterPanels> Products => [.. _products];

    public ImmutableArray<BlockPlace> Blocks => [.. _blocks];

    /// <summary>The next part of θ.</summary>
    public ParameterPanels AddPanels(int layer, int rows, int columns, int penalisedRows = 0)
    {
        _panels.Add(new(_panels.Count, layer, Length, rows, columns, penalisedRows));
        return _panels[^1];
    }

    /// <summary>The next part of the state.</summary>
    public ParameterPanels AddState(int layer, int rows, int columns)
    {
        _state.Add(new(_state.Count, layer, StateLength, rows, columns));
        return _state[^1];
    }

    /// <summary>A tensor in a part of θ or of the state: <c>layers.2.weight</c> is W2.</summary>
    /// <param name="layer">The layer that it belongs to; 0: the inputs.</param>
    /// <param name="name">Its name in files, behind the layer's.</param>
    /// <param name="kind">Its name in formulas, without the layer's number.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="panels">Where it lies.</param>
    /// <param name="place">Where its n-th number lies there; null: in rows of the last dimension.</param>
    /// <param name="initial">What its numbers are at first.</param>
    /// <param name="least">No number of it can be less.</param>
    public void AddBlock(
        int layer, string name, string kind, ImmutableArray<int> shape, ParameterPanels panels, Func<int, (int Row, int Column)>? place = null, double initial = 0, double least = double.NegativeInfinity)
    {
        bool isTrained = !_state.Exists(state => ReferenceEquals(state, panels));
        int width = shape[^1];
        _blocks.Add(new(new(layer, name, kind, shape, isTrained, _part, _inputPart, least), panels, place ?? (n => Math.DivRem(n, width)), initial));
    }
}
