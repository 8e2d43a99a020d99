using System.Buffers;

namespace Backprop.Tables.Writing;

/// <summary>Rows as CSV or TSV has them, with the columns' names before them.</summary>
internal sealed class SeparatedRows(IReadOnlyList<Column> columns, char separator) : RowFormat(columns)
{
    private readonly SearchValues<char> _quoted = SearchValues.Create(['"', '\n', '\r', separator]);

    protected override void WriteHead(ByteBuffer text)
    {
        for (int c = 0; c < Columns.Count; c++)
        {
            if (c > 0)
            {
                text.Add((byte)separator);
            }

            WriteText(text, Columns[c].Name);
        }

        text.Add((byte)'\n');
    }

    protected override void WriteRow(ByteBuffer text, int row)
    {
        for (int c = 0; c < Columns.Count; c++)
        {
            if (c > 0)
            {
                text.Add((byte)separator);
            }

            Column column = Columns[c];
            if (column.IsMissing(row))
            {
                text.Add(Columns.Count == 1 ? "\"\""u8 : ""u8); // an empty line would be no row
            }
            else if (column.IsText)
            {
                WriteText(text, column.Values[column.Codes[row]]);
            }
            else if (column.Type == ColumnType.Boolean)
            {
                text.Add(column.Numbers[row] != 0 ? "true"u8 : "false"u8);
            }
            else
            {
                text.Add(column.Numbers[row]);
            }
        }

        text.Add((byte)'\n');
    }

    private void WriteText(ByteBuffer text, ReadOnlySpan<char> cell)
    {
        if (!cell.IsEmpty && cell.IndexOfAny(_quoted) < 0 && !char.IsWhiteSpace(cell[0]) && !char.IsWhiteSpace(cell[^1]))
        {
            text.Add(cell);
            return;
        }

        text.Add((byte)'"');
        for (int quote; (quote = cell.IndexOf('"')) >= 0; cell = cell[(quote + 1)..])
        {
            text.Add(cell[..(quote + 1)]);
            text.Add((byte)'"');
        }

        text.Add(cell);
        text.Add((byte)'"');
    }
}
