using System.Globalization;
using System.Text;

namespace Backprop.Bench.Cases;

/// <summary>A CSV file of normally distributed numbers with four decimals, the same each time; the last column is named y.</summary>
internal static class NumberTable
{
    public static void WriteCsv(string path, int rows, int columns)
    {
        var random = new Random(12);
        using var writer = new StreamWriter(path, false, new UTF8Encoding(false), 1 << 20);
        writer.Write(string.Join(',', Enumerable.Range(0, columns - 1).Select(n => $"x{n}").Append("y")));
        writer.Write('\n');
        Span<char> cell = stackalloc char[32];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                normal.TryFormat(cell, out int length, "F4", CultureInfo.InvariantCulture);
                writer.Write(cell[..length]);
                writer.Write(column == columns - 1 ? '\n' : ',');
            }
        }
    }
}
