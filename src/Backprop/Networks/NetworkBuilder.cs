using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;

namespace Backprop.Networks;

/// <summary>Lays out θ, and the state that no optimizer touches, as a network is put together.</summary>
internal sealed class NetworkBuilder<T>(Network<T> network) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<ParameterPanels> _panels = [], _state = [];
    private readonly List<ParameterBlock<T>> _blocks = [];

    /// <summary>The length of θ.</summary>
    public long Length => _panels.Count == 0 ? 0 : _panels[^1].End<T>();

    /// <summary>The length of the state.</summary>
    public long StateLength => _state.Count == 0 ? 0 : _state[^1].End<T>();

    public ImmutableArray<ParameterPanels> Panels => [.. _panels];

    public ImmutableArray<ParameterBlock<T>> Blocks => [.. _blocks];

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
    /// <param name="symbol">Its name in formulas, without the layer's number.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="panels">Where it lies.</param>
    /// <param name="place">Where its n-th number lies there; null: in rows of the last dimension.</param>
    /// <param name="initial">What its numbers are at first.</param>
    public void AddBlock(
        int layer, string name, string symbol, ImmutableArray<int> shape, ParameterPanels panels, Func<int, (int Row, int Column)>? place = null, double initial = 0)
    {
        string number = layer.ToString(CultureInfo.InvariantCulture);
        int width = shape[^1];
        _blocks.Add(new(
            network, layer == 0 ? $"input.{name}" : $"layers.{number}.{name}", layer == 0 ? symbol : symbol + number, shape, panels,
            place ?? (n => Math.DivRem(n, width)), isTrained: !_state.Contains(panels), initial));
    }
}
