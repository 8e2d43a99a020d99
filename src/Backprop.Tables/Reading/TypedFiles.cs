using System.Runtime.InteropServices;

namespace Backprop.Tables.Reading;

/// <summary>JSON and Parquet, of one file or several.</summary>
internal static class TypedFiles
{
    /// <param name="files">In full.</param>
    /// <param name="path">What was asked for, for messages.</param>
    /// <param name="options">How they are read.</param>
    /// <param name="notes">For what was in doubt.</param>
    /// <exception cref="DataException">Malformed, or the columns of two files differ.</exception>
    public static Table Read(string[] files, string path, ReadingOptions? options, Notes? notes)
    {
        Table[] tables = Array.ConvertAll(files, file => Read(file, files.Length == 1 ? path : Path.Combine(Path.GetDirectoryName(path) ?? "", Path.GetFileName(file)), options, notes));
        return tables.Length == 1 ? tables[0] : Join(tables, path);
    }

    private static Table Read(string file, string source, ReadingOptions? options, Notes? notes) => TableReader.Extension(file) == ".parquet"
        ? ParquetReader.Read(file, source, options, notes)
        : JsonReader.Read(file, source, options, notes);

    /// <summary>The rows of all tables, in their order; the columns in that of the first.</summary>
    /// <exception cref="DataException">A column that not all have.</exception>
    private static Table Join(Table[] tables, string path)
    {
        foreach (Table table in tables)
        {
            Require(tables[0], table);
            Require(table, tables[0]);
        }

        // A column of numbers in one file and of text in another is text as it is written in both.
        string[] texts = [.. tables[0].Names.Where(name => !AreAlike([.. tables.Select(table => table.Find(name)!)]))];
        Table[] written = texts.Length == 0 ? tables : Array.ConvertAll(tables, table => table.AsWritten(texts));
        return new(path, [.. written[0].Names.Select(name => Join([.. written.Select(table => table.Find(name)!)]))]) { Skipped = tables[0].Skipped, Places = new JoinedPlaces(tables) };

        static void Require(Table has, Table needs)
        {
            if (has.Names.FirstOrDefault(name => needs.Find(name) is null) is { } missing)
            {
                throw new DataException($"'{needs.Source}' has no column '{missing}', which '{has.Source}' has: all files of a pattern must have the same columns");
            }
        }
    }

    private static bool AreAlike(Column[] columns) =>
        Array.TrueForAll(columns, column => column.IsText == columns[0].IsText && (column.Format is null || columns[0].Format is null || column.Format == columns[0].Format) && (column.Type == ColumnType.Boolean) == (columns[0].Type == ColumnType.Boolean));

    private static Column Join(Column[] columns)
    {
        if (columns[0].IsText)
        {
            return JoinTexts(columns);
        }

        double[] numbers = new double[columns.Sum(column => column.Rows)];
        int row = 0;
        foreach (Column column in columns)
        {
            column.Numbers.CopyTo(numbers.AsSpan(row));
            row += column.Rows;
        }

        ColumnType type = Array.TrueForAll(columns, column => column.Type == columns[0].Type) ? columns[0].Type : ColumnType.Real;
        Cells.NumberFormat? format = Array.TrueForAll(columns, column => column.Format == columns[0].Format) ? columns[0].Format : null;
        return new(columns[0].Name, type, numbers) { Format = format, Written = Array.Exists(columns, column => column.Written is not null) ? (new JoinedCells(columns), 0) : null };
    }

    /// <summary>The rows of several columns of text.</summary>
    internal static Column JoinTexts(Column[] columns)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        var values = new List<string>();
        var typed = new List<double>();
        int[] codes = new int[columns.Sum(column => column.Rows)];
        int row = 0;
        foreach (Column column in columns)
        {
            int[] shared = new int[column.Values.Count];
            for (int code = 0; code < shared.Length; code++)
            {
                ref int index = ref CollectionsMarshal.GetValueRefOrAddDefault(known, column.Values[code], out bool exists);
                if (!exists)
                {
                    index = values.Count;
                    values.Add(column.Values[code]);
                    typed.Add(double.NaN);
                }

                typed[index] = double.IsNaN(typed[index]) ? column.TypedNumber(code) : typed[index];
                shared[code] = index;
            }

            foreach (int code in column.Codes)
            {
                codes[row++] = code < 0 ? TextCodes.Missing : shared[code];
            }
        }

        return new(columns[0].Name, codes, values, typed.Exists(number => !double.IsNaN(number)) ? [.. typed] : null);
    }
}
