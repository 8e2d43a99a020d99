using System.Text;
using Backprop.Pages.Drawing;

namespace Backprop.Cli.Output;

/// <summary>A picture of the loss over the epochs, in braille dots (2×4 a character), on a logarithmic scale where the loss is positive.</summary>
internal static class LossCurve
{
    private const int Usual = 60, Narrowest = 20, Height = 10, Margin = 12;

    private static readonly int[,] s_dots = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

    /// <param name="window">The columns of the window; null: none, and so as wide as usual.</param>
    /// <param name="training">The loss after each epoch.</param>
    /// <param name="validation">That of the validation rows.</param>
    public static string Draw(int? window, IReadOnlyList<double> training, IReadOnlyList<double> validation)
    {
        if (training.Count < 2 || PlotScale.Of(training.Concat(validation), logarithmic: true) is not { } scale)
        {
            return "";
        }

        int width = window is { } columns ? Math.Max(Narrowest, columns - Margin - 1) : Usual;
        var picture = new StringBuilder();
        int[,] cells = Plot(training, scale, width, every: 1), other = Plot(validation, scale, width, every: 2);
        for (int row = 0; row < Height; row++)
        {
            double label = scale.Value(1 - ((double)row / (Height - 1)));
            picture.Append(row is 0 or Height - 1 || row == Height / 2 ? $"{label,10:G3} ┤" : "           │");
            for (int column = 0; column < width; column++)
            {
                picture.Append((char)(0x2800 + (cells[row, column] | other[row, column])));
            }

            picture.AppendLine();
        }

        picture.Append("           └").Append('─', width).AppendLine();
        picture.AppendLine($"            epoch 1{string.Concat(Enumerable.Repeat(' ', Math.Max(0, width - 14 - training.Count.ToString().Length)))} epoch {training.Count}");
        string legend = "loss: ⣀ training", dotted = "⡀⡀ validation (dotted)";
        picture.Append($"            {legend}{(validation.Count == 0 ? "" : legend.Length + dotted.Length + 2 <= width ? $", {dotted}" : $",\n            {dotted}")}");
        return picture.ToString();
    }

    private static int[,] Plot(IReadOnlyList<double> losses, PlotScale scale, int width, int every)
    {
        int[,] cells = new int[Height, width];
        int before = -1;
        for (int x = 0; x < 2 * width && losses.Count > 0; x++)
        {
            double loss = losses[(int)Math.Round((double)x / ((2 * width) - 1) * (losses.Count - 1))];
            if (!double.IsFinite(loss))
            {
                continue;
            }

            int y = (int)Math.Round((1 - scale.At(loss)) * ((4 * Height) - 1));
            int from = before < 0 ? y : Math.Min(y, before), to = before < 0 ? y : Math.Max(y, before);
            for (int dot = from; dot <= to; dot++)
            {
                if (((dot + x) / 2) % every == 0)
                {
                    cells[dot / 4, x / 2] |= s_dots[dot % 4, x % 2];
                }
            }

            before = y;
        }

        return cells;
    }
}
