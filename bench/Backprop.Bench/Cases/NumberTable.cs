using System.Globalization;
using System.Text;

namespace Backprop.Bench.Cases;

/// <summary>A CSV file of normally distributed numbers with four decimals, the same each time; the last column is named y.</summary>
internal static class NumberTable
{
    /// <summary>So many columns of numbers, y among them; or, of some classes, y beside them: c3 where the fourth of the first numbers is the greatest, each with noise of half its size.</summary>
    public static void WriteCsv(string path, int rows, int columns, int classes = 0)
    {
        int numbers = classes > 0 ? columns : columns - 1;
        var random = new Random(12);
        using var writer = new StreamWriter(path, false, new UTF8Encoding(false), 1 << 20);
        writer.Write(string.Join(',', Enumerable.Range(0, numbers).Select(n => $"x{n}").Append("y")));
        writer.Write('\n');
        Span<char> cell = stackalloc char[32];
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        for (int row = 0; row < rows; row++)
        {
            (double greatest, int which) = (double.NegativeInfinity, 0);
            for (int column = 0; column < columns; column++)
            {
                double number = Normal();
                number.TryFormat(cell, out int length, "F4", CultureInfo.InvariantCulture);
                writer.Write(cell[..length]);
                writer.Write(column == columns - 1 && classes == 0 ? '\n' : ',');
                if (column < classes && number + (0.5 * Normal()) is var noisy && noisy > greatest)
                {
                    (greatest, which) = (noisy, column);
                }
            }

            if (classes > 0)
            {
                writer.Write($"c{which}\n");
            }
        }
    }
}
