using System.Numerics;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>Divides the parameters into tiles: one panel of outputs by up to 64 inputs, and one panel of biases each.</summary>
internal sealed class ParameterTiles<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tile[] _tiles;

    public ParameterTiles(Network<T> network)
    {
        var tiles = new List<Tile>();
        foreach (DenseLayer<T> layer in network.Layers)
        {
            for (int output = 0; output < layer.Outputs; output += Layout.PanelWidth<T>())
            {
                int width = Layout.WidthAt<T>(output, layer.Outputs);
                for (int input = 0; input < layer.Inputs; input += Propagator<T>.TileInputs)
                {
                    int inputs = Math.Min(Propagator<T>.TileInputs, layer.Inputs - input);
                    tiles.Add(new(layer, input, inputs, output, layer.WeightIndex(output, input), inputs * width));
                }

                tiles.Add(new(layer, -1, 0, output, layer.BiasOffset + output, width));
            }
        }

        _tiles = [.. tiles];
    }

    public int Count => _tiles.Length;

    public ref readonly Tile this[int index] => ref _tiles[index];

    /// <summary>A tile: contiguous in the parameter buffer.</summary>
    /// <param name="Layer">Its layer.</param>
    /// <param name="Input">The first input; −1: biases.</param>
    /// <param name="Inputs">The number of inputs.</param>
    /// <param name="Output">The first output.</param>
    /// <param name="Offset">Where it lies in the parameter buffer.</param>
    /// <param name="Size">Its numbers, padding included.</param>
    internal readonly record struct Tile(DenseLayer<T> Layer, int Input, int Inputs, int Output, long Offset, int Size)
    {
        public bool IsBias => Input < 0;
    }
}
