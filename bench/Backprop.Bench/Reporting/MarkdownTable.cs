using System.Text;

namespace Backprop.Bench.Reporting;

/// <summary>A table that reads well both as text and as Markdown.</summary>
internal sealed class MarkdownTable(params string[] headings)
{
    private readonly List<string[]> _rows = [headings, [.. headings.Select((_, column) => column == 0 ? "---" : "--:")]];

    public void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        int[] widths = [.. Enumerable.Range(0, _rows[0].Length).Select(column => _rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        foreach (string[] row in _rows)
        {
            text.Append('|');
            for (int column = 0; column < row.Length; column++)
            {
                text.Append(' ').Append(column == 0 ? row[column].PadRight(widths[column]) : row[column].PadLeft(widths[column])).Append(" |");
            }

            text.Append('\n');
        }

        return text.ToString();
    }
}
