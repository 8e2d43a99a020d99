using System.Globalization;

namespace Backprop.Tests.Fixtures;

/// <summary>A table as the texts of its cells, by column: written as CSV for us, given as tensors to ONNX Runtime.</summary>
internal sealed class Cells : Dictionary<string, string[]>
{
    public int Rows => Values.First().Length;

    /// <summary>Numbers are multiples of 1/64, which float and double have alike.</summary>
    public static Cells Draw(int rows, int seed, Func<Random, Dictionary<string, string>> row)
    {
        var random = new Random(seed);
        Dictionary<string, string>[] all = [.. Enumerable.Range(0, rows).Select(_ => row(random))];
        return Of(all[0].Keys, all);
    }

    public static string Number(double value) => (Math.Round(64 * value) / 64).ToString(CultureInfo.InvariantCulture);

    /// <summary>A CSV file with a header, quotes and no line ends within them.</summary>
    public static Cells Read(string path)
    {
        string[][] lines = [.. File.ReadLines(path).Select(Split)];
        var cells = new Cells();
        for (int c = 0; c < lines[0].Length; c++)
        {
            cells[lines[0][c]] = [.. lines.Skip(1).Select(line => line[c])];
        }

        return cells;
    }

    public Cells With(string column, Func<int, string, string> cell)
    {
        var changed = new Cells();
        foreach ((string name, string[] texts) in this)
        {
            changed[name] = name == column ? [.. texts.Select((text, row) => cell(row, text))] : texts;
        }

        return changed;
    }

    public string Write(string path)
    {
        string Quoted(string text) => text.Contains(',', StringComparison.Ordinal) || text.Contains('"', StringComparison.Ordinal) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
        File.WriteAllLines(path, Enumerable.Range(-1, Rows + 1).Select(row => string.Join(',', this.Select(column => Quoted(row < 0 ? column.Key : column.Value[row])))));
        return path;
    }

    private static Cells Of(IEnumerable<string> names, Dictionary<string, string>[] rows)
    {
        var cells = new Cells();
        foreach (string name in names)
        {
            cells[name] = [.. rows.Select(row => row[name])];
        }

        return cells;
    }

    private static string[] Split(string line)
    {
        List<string> cells = [];
        var cell = new System.Text.StringBuilder();
        bool isQuoted = false;
        for (int n = 0; n < line.Length; n++)
        {
            if (line[n] == '"')
            {
                isQuoted = !isQuoted || (n + 1 < line.Length && line[n + 1] == '"' && line[n++] == cell.Append('"')[^1]);
            }
            else if (line[n] == ',' && !isQuoted)
            {
                cells.Add(cell.ToString().Trim());
                cell.Clear();
            }
            else
            {
                cell.Append(line[n]);
            }
        }

        return [.. cells, cell.ToString().Trim()];
    }
}
