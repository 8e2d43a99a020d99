using System.Runtime.CompilerServices;
using Backprop.Tables.Cells;
using Backprop.Tables.Schemas;

namespace Backprop.Tables;

/// <summary>What a column holds, for a person to read.</summary>
/// <param name="Name">The column.</param>
/// <param name="Type">What its cells are.</param>
/// <param name="Missing">Empty cells.</param>
/// <param name="Distinct">Different values.</param>
/// <param name="Minimum">Of numbers; else NaN.</param>
/// <param name="Maximum">Of numbers; else NaN.</param>
/// <param name="Mean">Of numbers; else NaN.</param>
/// <param name="Counts">The most frequent values, at most 20; of equally frequent ones numbers by size, texts by their characters.</param>
public sealed record ColumnSummary(string Name, ColumnType Type, int Missing, int Distinct, double Minimum, double Maximum, double Mean, IReadOnlyList<KeyValuePair<string, int>> Counts)
{
    private const int MostCounts = 20;

    /// <summary>Looks at all columns of a table, on all processors.</summary>
    public static IReadOnlyList<ColumnSummary> Of(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var summaries = new ColumnSummary[table.Columns.Count];
        Workers.Run(summaries.Length, c => summaries[c] = Of(table.Columns[c]));
        return AsWritten(table, summaries);
    }

    /// <summary>Looks at all columns of a table as a schema reads them: texts that are numbers to it are numbers, and those that are none are missing.</summary>
    public static IReadOnlyList<ColumnSummary> Of(Table table, TableSchema? schema)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (schema is null)
        {
            return Of(table);
        }

        var formats = schema.Columns.Where(column => column.Kind == FeatureKind.Numeric).ToDictionary(column => column.Name, column => column.Format, StringComparer.Ordinal);
        for (int t = 0; schema.Target.Kind != TargetKind.Class && t < schema.Target.Names.Count; t++)
        {
            formats[schema.Target.Names[t]] = schema.Target.Formats?[t];
        }

        var summaries = new ColumnSummary[table.Columns.Count];
        Workers.Run(summaries.Length, c => summaries[c] = Of(table.Columns[c].IsText && formats.TryGetValue(table.Columns[c].Name, out NumberFormat? format) ? Numbers(table.Columns[c], format) : table.Columns[c]));
        return AsWritten(table, summaries);
    }

    /// <summary>Whole numbers that doubles do not tell apart are counted as they are written.</summary>
    private static ColumnSummary[] AsWritten(Table table, ColumnSummary[] summaries)
    {
        HashSet<string> inexact = [.. summaries.Where(summary => summary.Type == ColumnType.Integer && Math.Max(-summary.Minimum, summary.Maximum) >= NumberTexts.InexactIntegers).Select(summary => summary.Name)];
        Table written = table.AsWritten(inexact);
        return Array.ConvertAll(summaries, summary => inexact.Contains(summary.Name) && Of(written.Find(summary.Name)!) is var texts ? summary with { Distinct = texts.Distinct, Counts = texts.Counts } : summary);
    }

    private static Column Numbers(Column text, NumberFormat? format)
    {
        var cells = new NumberCells(text, format);
        double[] numbers = [.. Enumerable.Range(0, text.Rows).Select(row => cells[row])];
        bool isWhole = text.Values.All(value => !NumberText.TryParse(value, format ?? NumberFormat.Plain, out _, out bool whole) || whole);
        return new(text.Name, isWhole ? ColumnType.Integer : ColumnType.Real, numbers);
    }

    /// <summary>Looks at a column.</summary>
    public static ColumnSummary Of(Column column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return column.IsText ? OfTexts(column) : OfNumbers(column);
    }

    private static ColumnSummary OfTexts(Column column)
    {
        int[] rows = new int[column.Values.Count];
        int missing = 0;
        foreach (int code in column.Codes)
        {
            if (code < 0)
            {
                missing++;
            }
            else
            {
                rows[code]++;
            }
        }

        int[] present = [.. Enumerable.Range(0, rows.Length).Where(code => rows[code] > 0)];
        int least = Commonest([.. present.Select(code => rows[code])]);
        return new(
            column.Name, column.Type, missing, present.Length, double.NaN, double.NaN, double.NaN,
            [
                .. present.Where(code => rows[code] >= least).OrderByDescending(code => rows[code]).ThenBy(code => column.Values[code], StringComparer.Ordinal)
                    .Take(MostCounts).Select(code => KeyValuePair.Create(column.Values[code], rows[code])),
            ]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ColumnSummary OfNumbers(Column column)
    {
        double minimum = double.PositiveInfinity, maximum = double.NegativeInfinity, sum = 0;
        int present = 0;
        foreach (double number in column.Numbers)
        {
            if (!double.IsNaN(number))
            {
                minimum = Math.Min(minimum, number);
                maximum = Math.Max(maximum, number);
                sum += number;
                present++;
            }
        }

        bool any = present > 0;
        double mean = double.IsFinite(sum) ? sum / present : MeanOfLarge(column.Numbers);
        (int distinct, IReadOnlyList<(double Number, int Count)> commonest) = NumberCounts.Of(column.Numbers, MostCounts);
        return new(
            column.Name, column.Type, column.Rows - present, distinct, any ? minimum : double.NaN, any ? maximum : double.NaN, any ? mean : double.NaN,
            new CountedNumbers(commonest, column.Type == ColumnType.Boolean));
    }

    /// <summary>Where the sum is no double any more.</summary>
    private static double MeanOfLarge(ReadOnlySpan<double> numbers)
    {
        double mean = 0;
        int present = 0;
        foreach (double number in numbers)
        {
            mean += double.IsNaN(number) ? 0 : (number - mean) / ++present;
        }

        return mean;
    }

    /// <summary>The rows that a value has at least which is among the commonest.</summary>
    private static int Commonest(int[] rows)
    {
        Array.Sort(rows);
        return rows.Length <= MostCounts ? 0 : rows[^MostCounts];
    }
}
