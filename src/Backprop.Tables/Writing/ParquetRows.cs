using Parquet;
using Parquet.Schema;

namespace Backprop.Tables.Writing;

/// <summary>Rows as Parquet: text, truth values, whole numbers of 64 bits where all of a column are, else doubles.</summary>
internal static class ParquetRows
{
    /// <summary>The rows that are stored together.</summary>
    private const int RowsOfGroup = 1 << 17;

    /// <summary>Writes all rows.</summary>
    public static void Write(Stream stream, IReadOnlyList<Column> columns)
    {
        DataField[] fields = [.. columns.Select(Field)];
        using var file = new SynchronousStream(stream);
        ParquetWriter writer = ParquetWriter.CreateAsync(new ParquetSchema(fields), file).GetAwaiter().GetResult();
        for (int row = 0, rows = columns[0].Rows; row < rows; row += RowsOfGroup)
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            for (int c = 0; c < fields.Length; c++)
            {
                Write(group, fields[c], columns[c], row, Math.Min(RowsOfGroup, rows - row));
            }
        }

        writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private static DataField Field(Column column) => column switch
    {
        { IsText: true } => new DataField(column.Name, typeof(string), isNullable: true),
        { Type: ColumnType.Boolean } => new DataField(column.Name, typeof(bool), isNullable: true),
        _ => new DataField(column.Name, IsWhole(column) ? typeof(long) : typeof(double), isNullable: true),
    };

    /// <summary>Whether all numbers are whole, and small enough to be each its own double.</summary>
    private static bool IsWhole(Column column)
    {
        if (column.Type != ColumnType.Integer)
        {
            return false;
        }

        foreach (double number in column.Numbers)
        {
            if (!double.IsNaN(number) && (Math.Abs(number) > 1L << 53 || number != Math.Truncate(number)))
            {
                return false;
            }
        }

        return true;
    }

    private static void Write(ParquetRowGroupWriter group, DataField field, Column column, int first, int count)
    {
        if (column.IsText)
        {
            string?[] texts = new string?[count];
            for (int n = 0; n < count; n++)
            {
                texts[n] = column.Text(first + n);
            }

            group.WriteAsync(field, texts).GetAwaiter().GetResult();
        }
        else if (column.Type == ColumnType.Boolean)
        {
            group.WriteAsync(field, Cells(number => number != 0)).GetAwaiter().GetResult();
        }
        else if (field.ClrType == typeof(long))
        {
            group.WriteAsync(field, Cells(number => (long)number)).GetAwaiter().GetResult();
        }
        else
        {
            group.WriteAsync(field, Cells(number => number)).GetAwaiter().GetResult();
        }

        ReadOnlyMemory<T?> Cells<T>(Func<double, T> convert)
            where T : struct
        {
            var cells = new T?[count];
            for (int n = 0; n < count; n++)
            {
                double number = column.Numbers[first + n];
                cells[n] = double.IsNaN(number) ? null : convert(number);
            }

            return cells;
        }
    }
}
