using System.Numerics;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>Divides the parameters into tiles: one panel of outputs by about 96 inputs, the biases as one more input.</summary>
internal sealed class ParameterTiles<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The most inputs of a tile: whole panels of the backward weights, whole register tiles.</summary>
    private const int MostInputs = 96;

    /// <summary>The least, where larger tiles would be too few to share out evenly.</summary>
    private const int LeastInputs = 32;

    /// <summary>What is left over goes with the last tile if it is no more than this.</summary>
    private const int Leftover = 12;

    /// <summary>Fewer tiles than this for each thread are too few.</summary>
    private const int EnoughTiles = 8;

    private readonly Tile[] _tiles;

    /// <param name="network">The network.</param>
    /// <param name="threads">The threads that share the tiles.</param>
    /// <param name="byUnits">Whether the tiles of the units that a thread owns in each layer come together.</param>
    public ParameterTiles(Network<T> network, int threads, bool byUnits)
    {
        int owners = byUnits ? threads : 1;
        Tile[] large = [.. Divide(network, MostInputs, owners)];
        _tiles = threads == 1 || large.Length >= threads * EnoughTiles ? large : [.. Divide(network, LeastInputs, owners)];
    }

    /// <summary>The numbers of the largest tile, panel padding included.</summary>
    public static int LargestTile => (MostInputs + Leftover) * Layout.PanelWidth<T>();

    public int Count => _tiles.Length;

    public ref readonly Tile this[int index] => ref _tiles[index];

    private static IEnumerable<Tile> Divide(Network<T> network, int inputs, int owners)
    {
        int width = Layout.PanelWidth<T>();
        for (int owner = 0; owner < owners; owner++)
        {
            foreach (DenseLayer<T> layer in network.Layers)
            {
                int rows = layer.Inputs + 1, panels = (layer.Outputs + width - 1) / width;
                for (int input = 0, count; input < rows; input += count) // inputs outermost: their activations stay in the cache
                {
                    count = rows - input <= inputs + Leftover ? rows - input : inputs;
                    for (int panel = panels * owner / owners; panel < panels * (owner + 1) / owners; panel++)
                    {
                        yield return new(layer, input, count, panel * width, Layout.WidthAt<T>(panel * width, layer.Outputs));
                    }
                }
            }
        }
    }

    /// <summary>A tile: contiguous in the parameter buffer.</summary>
    /// <param name="Layer">Its layer.</param>
    /// <param name="Input">The first input.</param>
    /// <param name="Rows">The number of inputs, the biases counted as one.</param>
    /// <param name="Output">The first output.</param>
    /// <param name="Width">The number of outputs, padding included.</param>
    internal readonly record struct Tile(DenseLayer<T> Layer, int Input, int Rows, int Output, int Width)
    {
        /// <summary>The inputs without the biases.</summary>
        public int Inputs { get; } = Math.Min(Rows, Layer.Inputs - Input);

        /// <summary>Where it lies in the parameter buffer.</summary>
        public long Offset { get; } = Layer.WeightIndex(Output, Input);

        /// <summary>Its numbers, padding included.</summary>
        public int Size => Rows * Width;
    }
}
