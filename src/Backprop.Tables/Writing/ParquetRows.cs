using System.Globalization;
using Backprop.Tables.Reading.ParquetFiles;

namespace Backprop.Tables.Writing;

/// <summary>Rows as Parquet: text, truth values, whole numbers of 64 bits where all of a column are, else doubles; any of them may be missing.</summary>
internal static class ParquetRows
{
    private const int RowsOfGroup = 1 << 17, ColumnsAtOnce = 64, Snappy = 1, Optional = 1, Utf8 = 0;

    /// <summary>Writes all rows: the columns of a group of them on all processors.</summary>
    public static void Write(Stream stream, IReadOnlyList<Column> columns)
    {
        PhysicalType[] types = [.. columns.Select(TypeOf)];
        int rows = columns[0].Rows, groups = (rows + RowsOfGroup - 1) / RowsOfGroup;
        var bytes = new ByteBuffer();
        var metadata = new ThriftWriter(bytes);
        WriteSchema(metadata, columns, types);
        metadata.Add(3, (long)rows);
        metadata.BeginList(4, ThriftType.Structure, groups);
        stream.Write("PAR1"u8);
        long position = 4;
        for (int first = 0; first < rows; first += RowsOfGroup)
        {
            WriteGroup(stream, ref position, metadata, columns, types, first, Math.Min(RowsOfGroup, rows - first));
        }

        metadata.Add(6, "Backprop");
        metadata.End();
        int length = bytes.Length;
        bytes.AddInt32(length);
        bytes.Add("PAR1"u8);
        stream.Write(bytes.Written);
    }

    private static PhysicalType TypeOf(Column column) => column.IsText ? TypeOfSpelled(column) : column.Type == ColumnType.Boolean ? PhysicalType.Boolean : IsWhole(column) ? PhysicalType.Int64 : PhysicalType.Double;

    /// <summary>Of numbers as a file with types has spelled them: that of numbers where no digit is lost by it.</summary>
    private static PhysicalType TypeOfSpelled(Column column)
    {
        bool areWhole = true, areNumbers = column.Values.Count > 0;
        for (int code = 0; code < column.Values.Count && areNumbers; code++)
        {
            string text = column.Values[code];
            bool isWhole = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole);
            areWhole &= isWhole && (whole != 0 || text[0] != '-');
            areNumbers = double.IsFinite(column.TypedNumber(code)) && (isWhole ? areWhole || Math.Abs((double)whole) <= 1L << 53 : IsDouble(text));
        }

        return !areNumbers ? PhysicalType.Bytes : areWhole ? PhysicalType.Int64 : PhysicalType.Double;
    }

    /// <summary>Whether a text is a number of no more digits than a double keeps.</summary>
    private static bool IsDouble(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) && text.Split('e', 'E')[0].Count(char.IsAsciiDigit) <= 17;

    /// <summary>Whether all numbers are whole, and small enough to be each its own double.</summary>
    private static bool IsWhole(Column column)
    {
        if (column.Type != ColumnType.Integer)
        {
            return false;
        }

        foreach (double number in column.Numbers)
        {
            if (!double.IsNaN(number) && (Math.Abs(number) > 1L << 53 || number != Math.Truncate(number) || (number == 0 && double.IsNegative(number))))
            {
                return false;
            }
        }

        return true;
    }

    private static void WriteSchema(ThriftWriter metadata, IReadOnlyList<Column> columns, PhysicalType[] types)
    {
        metadata.Begin();
        metadata.Add(1, 1); // the format's version
        metadata.BeginList(2, ThriftType.Structure, columns.Count + 1);
        metadata.Begin();
        metadata.Add(4, "schema");
        metadata.Add(5, columns.Count);
        metadata.End();
        for (int c = 0; c < types.Length; c++)
        {
            metadata.Begin();
            metadata.Add(1, (int)types[c]);
            metadata.Add(3, Optional);
            metadata.Add(4, columns[c].Name);
            if (types[c] == PhysicalType.Bytes)
            {
                metadata.Add(6, Utf8);
                metadata.Begin(10);
                metadata.Begin(1); // text
                metadata.End();
                metadata.End();
            }

            metadata.End();
        }
    }

    private static void WriteGroup(Stream stream, ref long position, ThriftWriter metadata, IReadOnlyList<Column> columns, PhysicalType[] types, int first, int count)
    {
        long start = position;
        metadata.Begin();
        metadata.BeginList(1, ThriftType.Structure, types.Length);
        for (int c = 0; c < types.Length; c += ColumnsAtOnce)
        {
            var chunks = new ParquetChunkWriter[Math.Min(ColumnsAtOnce, types.Length - c)];
            for (int n = 0; n < chunks.Length; n++)
            {
                chunks[n] = new(columns[c + n], types[c + n], first, count);
            }

            Workers.Run(chunks.Length, n => chunks[n].Write());
            for (int n = 0; n < chunks.Length; n++)
            {
                stream.Write(chunks[n].Bytes.Written);
                WriteChunk(metadata, columns[c + n], types[c + n], chunks[n], position, count);
                position += chunks[n].Bytes.Length;
            }
        }

        metadata.Add(2, position - start);
        metadata.Add(3, (long)count);
        metadata.End();
    }

    private static void WriteChunk(ThriftWriter metadata, Column column, PhysicalType type, ParquetChunkWriter chunk, long position, int count)
    {
        bool hasDictionary = chunk.DictionaryBytes > 0;
        metadata.Begin();
        metadata.Add(2, position);
        metadata.Begin(3);
        metadata.Add(1, (int)type);
        metadata.BeginList(2, ThriftType.Int32, hasDictionary ? 3 : 2);
        metadata.Item((int)PageEncoding.Plain);
        metadata.Item((int)PageEncoding.Rle);
        if (hasDictionary)
        {
            metadata.Item((int)PageEncoding.Dictionary);
        }

        metadata.BeginList(3, ThriftType.Binary, 1);
        metadata.Item(column.Name);
        metadata.Add(4, Snappy);
        metadata.Add(5, (long)count);
        metadata.Add(6, chunk.Unpacked);
        metadata.Add(7, (long)chunk.Bytes.Length);
        metadata.Add(9, position + chunk.DictionaryBytes);
        if (hasDictionary)
        {
            metadata.Add(11, position);
        }

        metadata.End();
        metadata.End();
    }
}
