using Backprop.Networks;

namespace Backprop.Pages.Drawing;

/// <summary>The first layer's weights as one picture of small pictures, a tile for each unit; each tile's strongest weight is in full colour.</summary>
/// <param name="Uri">The picture.</param>
/// <param name="Count">The units shown.</param>
/// <param name="Units">The units there are.</param>
/// <param name="Across">The tiles of a row.</param>
/// <param name="Rows">The rows of a tile.</param>
/// <param name="Columns">The columns of a tile.</param>
/// <param name="Scale">CSS pixels of a weight.</param>
/// <param name="Inputs">The input that each pixel is; −1: none, since it never changes.</param>
internal sealed record WeightTiles(string Uri, int Count, int Units, int Across, int Rows, int Columns, int Scale, int[] Inputs)
{
    private const int Room = 300, Most = 40, Gap = 2;

    public int Width => Across * (Columns + Gap) * Scale;

    public int Height => (Count + Across - 1) / Across * (Rows + Gap) * Scale;

    public static WeightTiles Of(Network<float> network, int rows, int columns, int[] inputs)
    {
        DenseLayer<float> layer = network.Layers[0];
        float[] weights = layer.GetWeights();
        int scale = Math.Max(1, 36 / columns), across = Math.Max(1, Room / ((columns + Gap) * scale));
        int count = Math.Min(layer.Outputs, Most), down = (count + across - 1) / across, width = across * (columns + Gap);
        byte[] pixels = new byte[width * down * (rows + Gap)];
        Array.Fill(pixels, Palette.SignedIndex(0));
        for (int unit = 0; unit < count; unit++)
        {
            ReadOnlySpan<float> tile = weights.AsSpan(unit * layer.Inputs, layer.Inputs);
            float greatest = 0;
            foreach (float weight in tile)
            {
                greatest = Math.Max(greatest, Math.Abs(weight));
            }

            for (int n = 0; n < inputs.Length; n++)
            {
                int y = (unit / across * (rows + Gap)) + (n / columns), x = (unit % across * (columns + Gap)) + (n % columns);
                pixels[(y * width) + x] = Palette.SignedIndex(greatest > 0 && inputs[n] >= 0 ? tile[inputs[n]] / greatest : 0);
            }
        }

        return new(Png.DataUri(width, pixels, Palette.Signed), count, layer.Outputs, across, rows, columns, scale, inputs);
    }

    /// <summary>The weight under a point in CSS pixels; null between tiles, and where a pixel is no input.</summary>
    public (int Unit, int Input)? At(double x, double y)
    {
        (int column, int row) = ((int)(x / Scale), (int)(y / Scale));
        int unit = (row / (Rows + Gap) * Across) + (column / (Columns + Gap));
        (row, column) = (row % (Rows + Gap), column % (Columns + Gap));
        return row < Rows && column < Columns && unit >= 0 && unit < Count && x >= 0 && y >= 0 && Inputs[(row * Columns) + column] is >= 0 and var input ? (unit, input) : null;
    }
}
