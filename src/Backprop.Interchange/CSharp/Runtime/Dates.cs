internal static class Dates
{
    /// <summary>Days since 1970, scaled, and sine and cosine of where the date stands in the year, the week and the day.</summary>
    private static void EncodeDate(in NumberColumn column, string pattern, int parts, string? cell, Span<Real> x)
    {
        ReadOnlySpan<char> text = cell.AsSpan().Trim();
        if (IsMissing(text))
        {
            EncodeNumber(column, double.NaN, x);
            return;
        }

        if (!CellParser.TryParseDate(text, pattern, out double days) && !(pattern != IsoDate && CellParser.TryParseDate(text, IsoDate, out days)))
        {
            throw Odd(column.Name, $"'{cell}'", $"a date ({pattern})");
        }

        Real feature = (Real)(((column.Low <= column.High ? Math.Clamp(days, column.Low, column.High) : days) - column.Mean) / column.Scale);
        x[column.At] = feature;
        int at = column.At + 1;
        for (int part = 1; part <= 8; part *= 2)
        {
            if ((parts & part) != 0)
            {
                double angle = 2 * Math.PI * DateCircle.Turn(days, part);
                x[at++] = (Real)Sin(angle);
                x[at++] = (Real)Cos(angle);
            }
        }
    }

    private const string IsoDate = "y-m-d";
}
