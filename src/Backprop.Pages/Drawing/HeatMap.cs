namespace Backprop.Pages.Drawing;

/// <summary>A matrix as a picture: orange below 0, blue above, the greatest magnitude in full colour.</summary>
/// <param name="Uri">The picture.</param>
/// <param name="Rows">Of the matrix.</param>
/// <param name="Columns">Of the matrix.</param>
/// <param name="Greatest">The magnitude of full colour.</param>
internal sealed record HeatMap(string Uri, int Rows, int Columns, double Greatest)
{
    /// <summary>More pixels than this are gathered, the strongest value standing for its neighbours.</summary>
    private const int MostPixels = 160;

    /// <summary>Draws a row-major matrix.</summary>
    public static HeatMap Of(IReadOnlyList<double> values, int rows, int columns)
    {
        int height = Math.Min(rows, MostPixels), width = Math.Min(columns, MostPixels);
        double[] strongest = new double[height * width];
        double greatest = 0;
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                ref double kept = ref strongest[((int)((long)row * height / rows) * width) + (int)((long)column * width / columns)];
                double value = values[(row * columns) + column];
                kept = Math.Abs(value) > Math.Abs(kept) ? value : kept;
                greatest = Math.Max(greatest, Math.Abs(value));
            }
        }

        double scale = greatest > 0 ? 1 / greatest : 0;
        byte[] pixels = Array.ConvertAll(strongest, value => Palette.SignedIndex(value * scale));
        return new(Png.DataUri(width, pixels, Palette.Signed), rows, columns, greatest);
    }

    /// <summary>Grey levels from 0 to 1 as a picture.</summary>
    public static string Picture(double[] levels, int columns) => Png.DataUri(columns, Array.ConvertAll(levels, level => (byte)(255 * level)), Palette.Ink);

    /// <summary>The row and column under a point of the picture, given as parts of its size.</summary>
    public (int Row, int Column) At(double down, double across) =>
        (Math.Clamp((int)(down * Rows), 0, Rows - 1), Math.Clamp((int)(across * Columns), 0, Columns - 1));
}
