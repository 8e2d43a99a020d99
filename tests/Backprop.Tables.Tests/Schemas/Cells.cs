using System.Globalization;
using Backprop.Tables.Reading;

namespace Backprop.Tables.Tests.Schemas;

/// <summary>Tables in memory, as a reader makes them of the same cells: numbers where all cells are, else text, and the spelling to be had again.</summary>
internal static class Cells
{
    /// <summary>As CSV has them; columns are separated by commas, rows by line ends, and nothing is quoted.</summary>
    public static Table Csv(string text, ReadingOptions? options = null)
    {
        string[][] lines = [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => line.Split(','))];
        return Of(lines[0], [.. lines.Skip(1).Select(cells => cells.Select(cell => Present(cell, options)).ToArray())], options);
    }

    /// <summary>A table of one column beside a target that counts.</summary>
    public static Table Column(string name, IEnumerable<string?> cells)
    {
        string?[] all = [.. cells.Select(cell => cell is { Length: 0 } ? null : cell)];
        return Of([name, "y"], [.. all.Select((cell, row) => new[] { cell, (row * 0.5).ToString(CultureInfo.InvariantCulture) })]);
    }

    public static Table Of(string[] names, string?[][] rows, ReadingOptions? options = null)
    {
        List<Column> columns = [];
        List<string> skipped = [];
        string?[][] all = [.. names.Select((_, c) => rows.Select(row => row[c]).ToArray())];
        var written = new Written(names, all);
        for (int c = 0; c < names.Length; c++)
        {
            ColumnReading? reading = options?.Columns?.GetValueOrDefault(names[c]);
            switch (reading?.Kind ?? options?.Others ?? ColumnReadingKind.Auto)
            {
                case ColumnReadingKind.Skip:
                    skipped.Add(names[c]);
                    break;
                case ColumnReadingKind.Auto or ColumnReadingKind.Number when Array.TrueForAll(all[c], cell => cell is null || IsNumber(cell)):
                    columns.Add(new(names[c], Array.TrueForAll(all[c], cell => cell is null || !cell.Contains('.')) ? ColumnType.Integer : ColumnType.Real, [.. all[c].Select(cell => cell is null ? double.NaN : double.Parse(cell, CultureInfo.InvariantCulture))])
                    {
                        Written = (written, c),
                    });
                    break;
                default:
                    columns.Add(new(names[c], all[c]));
                    break;
            }
        }

        return new("t.csv", columns) { Skipped = skipped };
    }

    /// <summary>As JSON or Parquet has them: true and false are booleans, numbers have no spelling, and a number among texts stays one.</summary>
    public static Table Typed(Table table)
    {
        return new("t.json", [.. table.Columns.Select(Retyped)]);

        static Column Retyped(Column column)
        {
            if (!column.IsText)
            {
                return new(column.Name, column.Type, column.Numbers.ToArray());
            }

            string?[] cells = [.. Enumerable.Range(0, column.Rows).Select(column.Text)];
            if (Array.TrueForAll(cells, cell => cell is null or "true" or "false"))
            {
                return new(column.Name, ColumnType.Boolean, [.. cells.Select(cell => cell is null ? double.NaN : cell == "true" ? 1 : 0)]);
            }

            return new(column.Name, column.Codes.ToArray(), column.Values, [.. column.Values.Select(value => IsNumber(value) ? double.Parse(value, CultureInfo.InvariantCulture) : double.NaN)]);
        }
    }

    private static string? Present(string cell, ReadingOptions? options)
    {
        string trimmed = cell.Trim();
        return trimmed.Length == 0 || (options?.Missing ?? ReadingOptions.DefaultMissing).Contains(trimmed) ? null : trimmed;
    }

    private static bool IsNumber(string cell) => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number);

    private sealed class Written(string[] names, string?[][] columns) : WrittenCells
    {
        public override Column[] Read(ReadOnlySpan<int> wanted) => [.. wanted.ToArray().Select(c => new Column(names[c], columns[c]))];
    }
}
