namespace Backprop.Tables.Cells;

/// <summary>
/// How the dates of a column are written, as a pattern: <c>d</c> day, <c>m</c> month, <c>y</c> year (four digits), <c>yy</c> year (two: 69 is 1969, 68 is 2068), <c>H</c> hour, <c>M</c> minute,
/// <c>S</c> second, and what stands between them: <c>d/m/y</c>, <c>m/d/y H:M</c>, <c>ymd</c>. Days, months and hours may have one digit where
/// something stands between them. After a date without a time there may be one: <c>T</c> or a blank, hours and minutes, seconds with a fraction,
/// AM or PM, and Z or an offset, by which it is taken to UTC. Dates as ISO 8601 writes them are read in each form.
/// </summary>
public sealed record DateForm
{
    private static readonly string[] s_known = ["y-m-d", "y/m/d", "y.m.d", "d.m.y", "d/m/y", "m/d/y", "d-m-y", "m-d-y"];

    private static readonly string[] s_told = ["ymd", "dmy", "mdy", "yymd", "ymdTHM", "ymdTHMS", "ymdHM", "ymdHMS", "d.m.yy", "d/m/yy", "m/d/yy", "d-m-yy", "m-d-yy", "yy-m-d", "yy/m/d", "y m d", "d m y", "m d y", "y_m_d", "d_m_y"];

    private DateForm(string pattern) => Pattern = pattern;

    /// <summary>The pattern.</summary>
    public string Pattern { get; }

    /// <summary>2025-12-31, 2025-12-31T23:59:59.5Z.</summary>
    public static DateForm Iso { get; } = new("y-m-d");

    /// <summary>The forms that are recognised without being told.</summary>
    public static IReadOnlyList<DateForm> Known { get; } = Array.ConvertAll(s_known, pattern => new DateForm(pattern));

    /// <summary>Forms that are read only if they are told.</summary>
    internal static IReadOnlyList<DateForm> Told { get; } = Array.ConvertAll(s_told, pattern => new DateForm(pattern));

    /// <summary>A form by its pattern.</summary>
    /// <exception cref="UsageException">Not a day, a month and a year once each, or a letter that means nothing.</exception>
    public static DateForm Parse(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        string letters = string.Concat(pattern.Replace("yy", "y", StringComparison.Ordinal).Where(char.IsLetter)), others = string.Concat(pattern.Where(c => !char.IsLetter(c)));
        bool fits = "dmy".All(letter => letters.Count(c => c == letter) == 1) && letters.All("dmyHMST".Contains) && letters.Distinct().Count() == letters.Length
            && !others.Any(char.IsDigit) && pattern.Length <= 40;
        return fits ? new(pattern) : throw new UsageException($"'{pattern}' found as the form of a date, d, m and y once each expected, and H, M, S for a time, yy for a year of two digits: d/m/y, m/d/y, d.m.yy H:M, ymd");
    }

    /// <summary>Reads a date or a time.</summary>
    /// <param name="text">The cell.</param>
    /// <param name="days">Days since 1970-01-01, with the time of day as a fraction; in UTC where the text says how far it is from it.</param>
    /// <returns>Whether it is one.</returns>
    public bool TryParse(ReadOnlySpan<char> text, out double days) =>
        CellParser.TryParseDate(text, Pattern, out days) || (Pattern != Iso.Pattern && CellParser.TryParseDate(text, Iso.Pattern, out days));

    /// <summary>Whether a text is a date of this form itself, and not only one that is read beside it.</summary>
    internal bool IsWritten(ReadOnlySpan<char> text) => CellParser.TryParseDate(text, Pattern, out _);

    /// <inheritdoc/>
    public override string ToString() => Pattern;
}
