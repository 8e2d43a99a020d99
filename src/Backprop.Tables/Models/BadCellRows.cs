using Backprop.Tables.Cells;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Models;

/// <summary>Columns of numbers but for a few cells, as training takes them where such cells are missing ones.</summary>
internal static class BadCellRows
{
    /// <summary>The least share of numbers that makes a column one of numbers.</summary>
    private const double MostlyShare = 0.9;

    /// <summary>The table with such cells missing.</summary>
    /// <param name="table">The table.</param>
    /// <param name="others">Columns that stay as they are: targets and weights, of which nothing is guessed, and those that are named as something else.</param>
    /// <param name="mark">The decimal mark, where it is known.</param>
    /// <param name="notes">How many cells there are is said here.</param>
    public static Table AsMissing(Table table, IReadOnlyCollection<string> others, char? mark, Notes? notes)
    {
        Column[] columns = [.. table.Columns.Select(column => !column.IsText || others.Contains(column.Name) ? column : AsNumbers(table, column, mark, notes) ?? column)];
        return table.With(columns);
    }

    /// <summary>The table with target values missing that are no numbers.</summary>
    /// <param name="table">The table.</param>
    /// <param name="target">Which columns, and how their numbers are written.</param>
    /// <param name="notes">How many cells there are is said here.</param>
    public static Table TargetsAsMissing(Table table, TargetColumns target, Notes? notes)
    {
        if (target.Kind == TargetKind.Class)
        {
            return table; // a label that is not known is no bad cell
        }

        Column[] columns = [.. table.Columns];
        for (int n = 0; n < columns.Length; n++)
        {
            int t = target.Names.ToList().IndexOf(columns[n].Name);
            columns[n] = t >= 0 && columns[n].IsText ? Numbers(table, columns[n], NumberCells.OfCodes(columns[n], target.Formats?[t], takesBooleans: true), target.Formats?[t], notes) : columns[n];
        }

        return table.With(columns);
    }

    private static Column? AsNumbers(Table table, Column column, char? mark, Notes? notes)
    {
        int[] counts = new int[column.Values.Count];
        long present = 0;
        foreach (int code in column.Codes)
        {
            if (code >= 0)
            {
                counts[code]++;
                present++;
            }
        }

        NumberInference found = NumberText.Infer(column.Values, mark ?? column.DecimalMark, counts);
        double[] ofCode = [.. column.Values.Select((text, code) => !double.IsNaN(column.TypedNumber(code)) ? column.TypedNumber(code) : NumberText.TryParse(text, found.Closest, out double number) ? number : double.NaN)];
        int bad = 0;
        for (int code = 0; code < ofCode.Length; code++)
        {
            bad += double.IsNaN(ofCode[code]) ? counts[code] : 0;
        }

        return bad == 0 || present - bad < MostlyShare * present ? null : Numbers(table, column, ofCode, found.Closest, notes);
    }

    private static Column Numbers(Table table, Column column, double[] ofCode, NumberFormat? format, Notes? notes)
    {
        int[] bad = [.. Enumerable.Range(0, column.Rows).Where(row => column.Codes[row] is >= 0 and var code && double.IsNaN(ofCode[code]))];
        if (bad.Length == 0)
        {
            return column;
        }

        double[] numbers = new double[column.Rows];
        for (int row = 0; row < numbers.Length; row++)
        {
            numbers[row] = column.Codes[row] is >= 0 and var code ? ofCode[code] : double.NaN;
        }

        notes?.Add(new($"column '{column.Name}': {(bad.Length == 1 ? "1 cell that is no number is" : $"{bad.Length} cells that are no numbers are")} taken as missing, the first '{column.Text(bad[0])}' in {table.Place(bad[0])}", IsLoss: true, "BadCells = missing"));
        return new(column.Name, ColumnType.Real, numbers) { Format = format };
    }
}
