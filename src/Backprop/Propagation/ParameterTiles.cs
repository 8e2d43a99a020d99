using System.Numerics;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>Divides θ into tiles: one panel of columns by about 96 rows, which of a layer are outputs and inputs, the biases as one more input.</summary>
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
            foreach (ParameterPanels part in network.Panels)
            {
                int rows = part.Rows, panels = (part.Columns + width - 1) / width;
                for (int input = 0, count; input < rows; input += count) // inputs outermost: their activations stay in the cache
                {
                    count = rows - input <= inputs + Leftover ? rows - input : inputs;
                    for (int panel = panels * owner / owners; panel < panels * (owner + 1) / owners; panel++)
                    {
                        yield return new(part, input, count, panel * width, Layout.WidthAt<T>(panel * width, part.Columns));
                    }
                }
            }
        }
    }

    /// <summary>A tile: contiguous in θ.</summary>
    /// <param name="Part">What it is a part of.</param>
    /// <param name="Input">The first row: of weights the first input.</param>
    /// <param name="Rows">The number of rows: of weights inputs, the biases counted as one.</param>
    /// <param name="Output">The first column: of weights the first output.</param>
    /// <param name="Width">The number of columns, padding included.</param>
    internal readonly record struct Tile(ParameterPanels Part, int Input, int Rows, int Output, int Width)
    {
        /// <summary>The rows that are penalised: of weights the inputs without the biases.</summary>
        public int Inputs { get; } = Math.Clamp(Part.PenalisedRows - Input, 0, Rows);

        /// <summary>Where it lies in θ.</summary>
        public long Offset { get; } = Part.Index<T>(Input, Output);

        /// <summary>Its numbers, padding included.</summary>
        public int Size => Rows * Width;

        /// <summary>The columns that are parameters; the others are padding.</summary>
        public int Columns => Math.Min(Width, Part.Columns - Output);
    }
}
