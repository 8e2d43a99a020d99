namespace Backprop.Tables;

/// <summary>What a column holds, for a person to read.</summary>
/// <param name="Name">The column.</param>
/// <param name="Type">What its cells are.</param>
/// <param name="Missing">Empty cells.</param>
/// <param name="Distinct">Different values.</param>
/// <param name="Minimum">Of numbers; else NaN.</param>
/// <param name="Maximum">Of numbers; else NaN.</param>
/// <param name="Mean">Of numbers; else NaN.</param>
/// <param name="Counts">The most frequent values, at most 20.</param>
public sealed record ColumnSummary(string Name, ColumnType Type, int Missing, int Distinct, double Minimum, double Maximum, double Mean, IReadOnlyList<KeyValuePair<string, int>> Counts)
{
    /// <summary>Looks at a column.</summary>
    public static ColumnSummary Of(Column column)
    {
        ArgumentNullException.ThrowIfNull(column);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        int missing = 0, present = 0;
        double minimum = double.PositiveInfinity, maximum = double.NegativeInfinity, mean = 0;
        for (int row = 0; row < column.Rows; row++)
        {
            if (column.IsMissing(row))
            {
                missing++;
                continue;
            }

            string text = column.Text(row)!;
            counts[text] = counts.GetValueOrDefault(text) + 1;
            if (!column.IsText)
            {
                double number = column.Number(row);
                minimum = Math.Min(minimum, number);
                maximum = Math.Max(maximum, number);
                mean += (number - mean) / ++present;
            }
        }

        bool numbers = present > 0;
        return new(
            column.Name, column.Type, missing, counts.Count, numbers ? minimum : double.NaN, numbers ? maximum : double.NaN, numbers ? mean : double.NaN,
            [.. counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(20)]);
    }
}
