using System.Globalization;

namespace Backprop.Tables.Cells;

/// <summary>
/// How the dates of a column are written, as a pattern: <c>d</c> day, <c>m</c> month, <c>y</c> year (four digits), <c>yy</c> year (two: 69 is 1969, 68 is 2068), <c>H</c> hour, <c>M</c> minute,
/// <c>S</c> second, and what stands between them: <c>d/m/y</c>, <c>m/d/y H:M</c>, <c>ymd</c>. Days, months and hours may have one digit where
/// something stands between them. After a date without a time there may be one: <c>T</c> or a blank, hours and minutes, seconds with a fraction,
/// AM or PM, and Z or an offset, by which it is taken to UTC. Dates as ISO 8601 writes them are read in each form.
/// </summary>
public sealed record DateForm
{
    private const double SecondsOfADay = 86400;

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
    public bool TryParse(ReadOnlySpan<char> text, out double days) => TryParse(text, Pattern, out days) || (Pattern != Iso.Pattern && TryParse(text, Iso.Pattern, out days));

    /// <summary>Whether a text is a date of this form itself, and not only one that is read beside it.</summary>
    internal bool IsWritten(ReadOnlySpan<char> text) => TryParse(text, Pattern, out _);

    /// <inheritdoc/>
    public override string ToString() => Pattern;

    private static bool TryParse(ReadOnlySpan<char> text, string pattern, out double days)
    {
        days = 0;
        (int day, int month, int year) = (0, 0, 0);
        double seconds = 0;
        for (int n = 0; n < pattern.Length; n++)
        {
            char letter = pattern[n];
            if (!"dmyHMS".Contains(letter, StringComparison.Ordinal))
            {
                if (text.IsEmpty || text[0] != letter)
                {
                    return false;
                }

                text = text[1..];
                continue;
            }

            bool isShort = letter == 'y' && n + 1 < pattern.Length && pattern[n + 1] == 'y', wasTight = n > 0 && char.IsLetter(pattern[n - 1]) && pattern[n - 1] != 'T';
            n += isShort ? 1 : 0;
            bool isTight = n + 1 < pattern.Length && char.IsLetter(pattern[n + 1]) && pattern[n + 1] != 'T';
            int most = letter == 'y' && !isShort ? 4 : 2, least = letter == 'y' || isTight || wasTight || letter is 'M' or 'S' ? most : 1;
            if (!TakeNumber(ref text, least, most, out int number))
            {
                return false;
            }

            switch (letter)
            {
                case 'd': day = number; break;
                case 'm': month = number; break;
                case 'y': year = !isShort ? number : number < 69 ? 2000 + number : 1900 + number; break;
                case 'H' when number < 24: seconds += 3600 * number; break;
                case 'M' when number < 60: seconds += 60 * number; break;
                case 'S' when number < 60: seconds += number + TakeFraction(ref text); break;
                default: return false;
            }
        }

        bool hasTime = pattern.Contains('H', StringComparison.Ordinal);
        if (year is < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || (!text.IsEmpty && !hasTime && !TakeTime(ref text, out seconds, out hasTime)))
        {
            return false;
        }

        double offset = 0;
        if (!text.IsEmpty && hasTime && !TakeOffset(ref text, out offset))
        {
            return false;
        }

        days = (new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).Days + ((seconds - offset) / SecondsOfADay);
        return text.IsEmpty;
    }

    /// <summary>T or blanks, H:M, :S with a fraction, AM or PM.</summary>
    private static bool TakeTime(ref ReadOnlySpan<char> text, out double seconds, out bool hasTime)
    {
        (seconds, hasTime) = (0, true);
        ReadOnlySpan<char> rest = text[0] is 'T' or 't' ? text[1..] : text.TrimStart(' ');
        if (rest.Length == text.Length || !TakeNumber(ref rest, 1, 2, out int hour) || !Take(ref rest, ':') || !TakeNumber(ref rest, 2, 2, out int minute) || minute > 59)
        {
            return false;
        }

        if (Take(ref rest, ':'))
        {
            if (!TakeNumber(ref rest, 2, 2, out int second) || second > 59)
            {
                return false;
            }

            seconds = second + TakeFraction(ref rest);
        }

        ReadOnlySpan<char> half = rest.TrimStart(' ');
        if (half.Length >= 2 && half[1] is 'M' or 'm' && half[0] is 'A' or 'a' or 'P' or 'p')
        {
            if (hour is < 1 or > 12)
            {
                return false;
            }

            hour = (hour % 12) + (half[0] is 'P' or 'p' ? 12 : 0);
            rest = half[2..];
        }

        seconds += (3600 * hour) + (60 * minute);
        text = rest;
        return hour < 24;
    }

    /// <summary>Z, +02, +0200 or +02:00, in seconds.</summary>
    private static bool TakeOffset(ref ReadOnlySpan<char> text, out double seconds)
    {
        seconds = 0;
        ReadOnlySpan<char> rest = text.TrimStart(' ');
        if (Take(ref rest, 'Z') || Take(ref rest, 'z') || rest.Equals("UTC", StringComparison.Ordinal))
        {
            text = rest.Equals("UTC", StringComparison.Ordinal) ? [] : rest;
            return true;
        }

        bool isNegative = !rest.IsEmpty && rest[0] is '-' or '−';
        if (rest.IsEmpty || !(isNegative || rest[0] == '+'))
        {
            return false;
        }

        rest = rest[1..];
        int minutes = 0;
        if (!TakeNumber(ref rest, 2, 2, out int hours) || hours > 23 || (!rest.IsEmpty && ((Take(ref rest, ':') && rest.IsEmpty) || !TakeNumber(ref rest, 2, 2, out minutes) || minutes > 59)))
        {
            return false;
        }

        seconds = (isNegative ? -1 : 1) * ((3600 * hours) + (60 * minutes));
        text = rest;
        return true;
    }

    private static double TakeFraction(ref ReadOnlySpan<char> text)
    {
        int digits = 0;
        while (text.Length > 1 + digits && text[0] is '.' or ',' && char.IsAsciiDigit(text[1 + digits]))
        {
            digits++;
        }

        double fraction = digits == 0 ? 0 : double.Parse($"0.{text.Slice(1, digits)}", CultureInfo.InvariantCulture);
        text = digits == 0 ? text : text[(1 + digits)..];
        return fraction;
    }

    private static bool Take(ref ReadOnlySpan<char> text, char character)
    {
        if (text.IsEmpty || text[0] != character)
        {
            return false;
        }

        text = text[1..];
        return true;
    }

    private static bool TakeNumber(ref ReadOnlySpan<char> text, int least, int most, out int number)
    {
        (number, int digits) = (0, 0);
        while (digits < most && digits < text.Length && char.IsAsciiDigit(text[digits]))
        {
            number = (10 * number) + text[digits++] - '0';
        }

        text = text[digits..];
        return digits >= least;
    }
}
