using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;

namespace Backprop.Tables.Writing;

/// <summary>Rows as JSON objects: one a line, or all in one array. What is missing, and infinity, which JSON cannot say, is null.</summary>
internal sealed class JsonObjects(IReadOnlyList<Column> columns, bool asLines) : RowFormat(columns)
{
    private readonly byte[][] _names = [.. columns.Select((column, index) => Name(column.Name, index))];

    protected override void WriteHead(ByteBuffer text) => text.Add(asLines ? ""u8 : "[\n"u8);

    protected override void WriteTail(ByteBuffer text) => text.Add(asLines ? ""u8 : "\n]\n"u8);

    protected override void WriteRow(ByteBuffer text, int row)
    {
        text.Add(asLines || row == 0 ? ""u8 : ",\n"u8);
        for (int c = 0; c < Columns.Count; c++)
        {
            text.Add(_names[c]);
            Column column = Columns[c];
            if (column.IsMissing(row) || (!column.IsText && !double.IsFinite(column.Numbers[row])))
            {
                text.Add("null"u8);
            }
            else if (column.Parts is { } parts)
            {
                WriteList(text, parts[column.Codes[row]]);
            }
            else if (column.IsText && double.IsFinite(column.TypedNumber(column.Codes[row])))
            {
                text.Add(column.Values[column.Codes[row]]); // a number as it is spelled
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

        text.Add(asLines ? "}\n"u8 : "}"u8);
    }

    /// <summary>A name with all that stands before its value.</summary>
    private static byte[] Name(string name, int index)
    {
        var text = new ByteBuffer();
        text.Add(index == 0 ? (byte)'{' : (byte)',');
        WriteText(text, name);
        text.Add((byte)':');
        return text.Written.ToArray();
    }

    private static void WriteList(ByteBuffer text, IReadOnlyList<string> cells)
    {
        text.Add((byte)'[');
        for (int n = 0; n < cells.Count; n++)
        {
            text.Add(n == 0 ? ""u8 : ","u8);
            WriteText(text, cells[n]);
        }

        text.Add((byte)']');
    }

    private static void WriteText(ByteBuffer text, string cell)
    {
        JavaScriptEncoder encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        text.Add((byte)'"');
        int start = text.Length;
        text.Add(cell);
        if (encoder.FindFirstCharacterToEncodeUtf8(text.Written[start..]) >= 0)
        {
            byte[] plain = text.Written[start..].ToArray();
            text.Length = start;
            text.Length += encoder.EncodeUtf8(plain, text.Reserve(encoder.MaxOutputCharactersPerInputCharacter * plain.Length), out _, out int count) == OperationStatus.Done
                ? count
                : throw new EncoderFallbackException($"'{cell}' cannot be written as JSON");
        }

        text.Add((byte)'"');
    }
}
