using System.Runtime.InteropServices;
using Backprop.Tables.Cells;

namespace Backprop.Tables.Reading;

/// <summary>Several files as one table. Each has been read alone, so that what it means does not depend on the others.</summary>
internal static class JoinedFiles
{
    /// <summary>The rows of all tables, in their order; the columns in that of the first.</summary>
    /// <param name="tables">One for each file; they are let go of here.</param>
    /// <param name="path">The name of them all.</param>
    /// <param name="options">How they were read.</param>
    /// <param name="notes">Takes which columns are not written alike.</param>
    /// <exception cref="DataException">A column that not all have, or too many rows.</exception>
    public static Table Join(Table[] tables, string path, ReadingOptions? options, Notes? notes)
    {
        if (tables.Length == 1)
        {
            return tables[0];
        }

        foreach (Table table in tables)
        {
            Require(tables[0], table);
            Require(table, tables[0]);
        }

        int rows = (int)Math.Min(int.MaxValue, tables.Sum(table => (long)table.Rows));
        if (rows > Array.MaxLength)
        {
            throw new DataException($"'{path}': more than {Array.MaxLength} rows found, which one table does not hold");
        }

        // A column of numbers in one file and of text in another is text as it is written in both.
        string[] names = [.. tables[0].Names], sources = Array.ConvertAll(tables, table => table.Source);
        var texts = names.Where(name => !AreAlike(Array.ConvertAll(tables, table => table.Find(name)!))).ToHashSet(StringComparer.Ordinal);
        if (options?.IsForModel == true)
        {
            Array.ForEach(tables, table => RequireMark(table, texts, options));
        }

        (var places, IReadOnlyList<string> skipped) = (new JoinedPlaces(tables), tables[0].Skipped);
        bool rowsNameCells = Array.TrueForAll(tables, table => table.RowsNameCells);
        Func<IReadOnlyCollection<string>, Table>?[] again = Array.ConvertAll(tables, table => table.Again);
        Column?[][] parts = Array.ConvertAll(tables, table => texts.Count == 0 ? Ordered(table, names) : Ordered(table.AsWritten(texts), names));
        Array.Clear(tables);
        var written = new JoinedCells();
        var unlike = new List<(string Name, int File, NumberFormat Format)>();
        var columns = new Column[names.Length];
        for (int n = 0; n < columns.Length; n++)
        {
            Column[] own = Array.ConvertAll(parts, file => file[n]!);
            columns[n] = own[0].IsText ? JoinTexts(own) : JoinNumbers(own, written, unlike);
            Array.ForEach(parts, file => file[n] = null); // so that the numbers are not there twice
        }

        if (unlike.Count > 0)
        {
            (string name, int file, NumberFormat format) = unlike[0];
            notes?.Add(new($"'{path}', {(unlike.Count == 1 ? $"column '{name}'" : $"column '{name}' and {unlike.Count - 1} more")}: the numbers of '{sources[file]}' are written otherwise than those before; each file is read as it is written alone, and data for prediction as the first", false, $"Decimal = '{format.Decimal}'"));
        }

        return new(path, columns, rows)
        {
            Skipped = skipped,
            Places = places,
            RowsNameCells = rowsNameCells,
            Again = Array.Exists(again, read => read is null) ? null : wanted => Join(Array.ConvertAll(again, read => read!(wanted)), path, null, null),
        };
    }

    private static Column?[] Ordered(Table table, string[] names) => Array.ConvertAll(names, name => table.Find(name));

    private static void Require(Table has, Table needs)
    {
        if (has.Names.FirstOrDefault(name => needs.Find(name) is null) is { } missing)
        {
            throw new DataException($"'{needs.Source}' has no column '{missing}', which '{has.Source}' has: the same columns expected in all files, in any order");
        }
    }

    /// <summary>A model reads the numbers of all files alike: one of the other decimal mark is told by name, since no option fits all.</summary>
    private static void RequireMark(Table table, HashSet<string> names, ReadingOptions options)
    {
        foreach (Column column in table.Columns.Where(column => column.IsText && names.Contains(column.Name)))
        {
            if (options.Of(column.Name) is not { Kind: ColumnReadingKind.Number } known)
            {
                continue;
            }

            char mark = known.Format?.Decimal ?? '.', other = mark == ',' ? '.' : ',';
            if (NumberText.Infer(column.Values, other).Format?.Decimal == other)
            {
                throw new DataException($"'{table.Source}', column '{column.Name}': '{column.Values[0]}' found, numbers with a decimal {(mark == ',' ? "comma" : "point")} expected as in the other files; files that are written differently are read each by itself, this one with another mark") { Settings = [$"Decimal = '{other}'"] };
            }
        }
    }

    private static bool AreAlike(Column[] columns) =>
        Array.TrueForAll(columns, column => column.IsText == columns[0].IsText && (column.Type == ColumnType.Boolean) == (columns[0].Type == ColumnType.Boolean));

    private static Column JoinNumbers(Column[] columns, JoinedCells written, List<(string Name, int File, NumberFormat Format)> unlike)
    {
        double[] numbers = new double[columns.Sum(column => column.Rows)];
        int row = 0;
        foreach (Column column in columns)
        {
            column.Numbers.CopyTo(numbers.AsSpan(row));
            row += column.Rows;
        }

        (NumberFormat? format, int other) = CommonFormat(columns);
        if (other >= 0)
        {
            unlike.Add((columns[0].Name, other, columns[other].Format!));
        }

        ColumnType type = Array.TrueForAll(columns, column => column.Type == columns[0].Type) ? columns[0].Type : ColumnType.Real;
        return new(columns[0].Name, type, numbers) { Format = format, Written = Array.Exists(columns, column => column.Written is not null) ? (written, written.Add(columns)) : null };
    }

    /// <summary>The format in which the cells of each file are the numbers that they are in its own; where there is none, that of the first.</summary>
    /// <returns>The format, and the first file whose numbers are others in it; −1: there is none.</returns>
    private static (NumberFormat? Format, int Unlike) CommonFormat(Column[] columns)
    {
        NumberFormat? common = null;
        bool isShown = false;
        for (int file = 0; file < columns.Length; file++)
        {
            if (columns[file].Format is not { } own || columns[file].Numbers.IndexOfAnyExcept(double.NaN) < 0)
            {
                continue;
            }

            bool shows = columns[file].Type == ColumnType.Real || own.Thousands is ',' or '.';
            if (common is null)
            {
                (common, isShown) = (own, shows);
                continue;
            }

            // A per-cent sign is on all numbers or on none: 12% is 12, and 0.12 is not.
            var both = new NumberFormat(isShown ? common.Decimal : own.Decimal, common.Thousands ?? own.Thousands, common.Currency ?? own.Currency);
            if ((shows && both.Decimal != own.Decimal) || both.Decimal == both.Thousands || !(own.Thousands ?? both.Thousands).Equals(both.Thousands)
                || (own.Currency ?? both.Currency) != both.Currency || (common.Currency == "%") != (own.Currency == "%"))
            {
                return (common, file);
            }

            (common, isShown) = (both, isShown || shows);
        }

        return (common ?? columns[0].Format, -1);
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

        return new(columns[0].Name, codes, values, typed.Exists(number => !double.IsNaN(number)) ? [.. typed] : null) { DecimalMark = Array.Find(columns, column => column.DecimalMark is not null)?.DecimalMark };
    }
}
