using System.Text;

namespace Backprop.Cli.Output;

/// <summary>A picture of the loss over the epochs, in braille dots (2×4 a character), on a logarithmic scale.</summary>
internal static class LossCurve
{
    private const int Width = 60, Height = 10;

    private static readonly int[,] s_dots = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

    public static string Draw(IReadOnlyList<double> training, IReadOnlyList<double> validation)
    {
        double[] all = [.. training.Concat(validation).Where(loss => loss > 0 && double.IsFinite(loss))];
        if (training.Count < 2 || all.Length == 0)
        {
            return "";
        }

        double low = Math.Log10(all.Min()), high = Math.Log10(all.Max());
        high = high - low < 1e-9 ? low + 1 : high;
        var picture = new StringBuilder();
        int[,] cells = Plot(training, low, high, every: 1), other = Plot(validation, low, high, every: 2);
        for (int row = 0; row < Height; row++)
        {
            double label = Math.Pow(10, high - ((high - low) * row / (Height - 1)));
            picture.Append(row is 0 or Height - 1 || row == Height / 2 ? $"{label,10:G3} ┤" : "           │");
            for (int column = 0; column < Width; column++)
            {
                picture.Append((char)(0x2800 + (cells[row, column] | other[row, column])));
            }

            picture.AppendLine();
        }

        picture.Append("           └").Append('─', Width).AppendLine();
        picture.AppendLine($"            epoch 1{string.Concat(Enumerable.Repeat(' ', Width - 14 - training.Count.ToString().Length))} epoch {training.Count}");
        picture.Append($"            loss: ⣀ training{(validation.Count > 0 ? ", ⡀⡀ validation (dotted)" : "")}");
        return picture.ToString();
    }

    private static int[,] Plot(IReadOnlyList<double> losses, double low, double high, int every)
    {
        int[,] cells = new int[Height, Width];
        int before = -1;
        for (int x = 0; x < 2 * Width && losses.Count > 0; x++)
        {
            double loss = losses[(int)Math.Round((double)x / ((2 * Width) - 1) * (losses.Count - 1))];
            if (!(loss > 0) || !double.IsFinite(loss))
            {
                continue;
            }

            int y = (int)Math.Round((high - Math.Log10(loss)) / (high - low) * ((4 * Height) - 1));
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
