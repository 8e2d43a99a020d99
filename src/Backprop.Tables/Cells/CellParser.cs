using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Backprop.Tables.Cells;

/// <summary>
/// What the text of a cell is as a number, a truth value or a date. Models that are written as C# take this class along as it stands, so that it keeps to C# 9 and .NET Standard 2.1 and allocates
/// nothing. The doubles are correctly rounded.
/// </summary>
internal static class CellParser
{
    private const char Minus = '\u2212', NoMark = '\0';

    private const double SecondsOfADay = 86400;

    /// <summary>A number longer than this is put together in rented memory.</summary>
    private const int ShortLength = 128;

    /// <summary>Whole numbers below 2^53 and these powers of ten are doubles without an error, so that one product or quotient of them is correctly rounded.</summary>
    private static readonly double[] s_powers = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

    /// <summary>Blanks around a number do not count; inf, NaN and what is larger than a double are no numbers.</summary>
    /// <param name="text">The cell.</param>
    /// <param name="decimalMark">The decimal mark.</param>
    /// <param name="thousands">What stands between groups of three digits; '\0': nothing.</param>
    /// <param name="currency">The one sign that may stand before or after; null: none.</param>
    /// <param name="number">The number; 0 where it is none.</param>
    /// <param name="isWhole">Whether it is written without a decimal mark and without an exponent.</param>
    public static bool TryParseNumber(ReadOnlySpan<char> text, char decimalMark, char thousands, string? currency, out double number, out bool isWhole)
    {
        text = text.Trim();
        return TryParsePlain(text, decimalMark, out number, out isWhole)
            ? !(double.IsInfinity(number) || double.IsNaN(number))
            : TryParseMarked(text, decimalMark, thousands, currency, out number, out isWhole);
    }

    /// <summary>true/false, yes/no, t/f, y/n, on/off in any case, and 1/0.</summary>
    public static bool TryParseBoolean(ReadOnlySpan<char> text, out bool value)
    {
        value = Is(text, "true") || Is(text, "yes") || Is(text, "t") || Is(text, "y") || Is(text, "on");
        if (value || Is(text, "false") || Is(text, "no") || Is(text, "f") || Is(text, "n") || Is(text, "off"))
        {
            return true;
        }

        bool isNumber = TryParseNumber(text, '.', NoMark, null, out double number, out _) && (number == 0 || number == 1);
        value = isNumber && number == 1;
        return isNumber;
    }

    /// <summary>A date of a pattern, as <c>DateForm</c> describes it.</summary>
    /// <param name="text">The cell.</param>
    /// <param name="pattern">The pattern.</param>
    /// <param name="days">Days since 1970-01-01, with the time of day as a fraction.</param>
    public static bool TryParseDate(ReadOnlySpan<char> text, string pattern, out double days)
    {
        days = 0;
        int day = 0, month = 0, year = 0;
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

    /// <summary>Sign, digits, decimal mark, exponent, and nothing else; infinite where it is larger than any double.</summary>
    /// <param name="text">The cell, without blanks.</param>
    /// <param name="mark">The decimal mark.</param>
    /// <param name="number">The number.</param>
    /// <param name="isWhole">Whether it is written without a decimal mark and without an exponent.</param>
    [MethodImpl(HotPath)]
    public static bool TryParsePlain(ReadOnlySpan<char> text, char mark, out double number, out bool isWhole)
    {
        (number, isWhole) = (0, true);
        if (text.IsEmpty)
        {
            return false;
        }

        // No branches: nobody can foretell the sign of the next number.
        bool negative = text[0] == '-' | text[0] == Minus;
        int n = Convert.ToInt32(negative | text[0] == '+');
        ulong digits = 0;
        int start = n, fraction = 0;
        for (uint digit; n < text.Length && (digit = (uint)text[n] - '0') <= 9; n++)
        {
            digits = (digits * 10) + digit;
        }

        int count = n - start;
        if (n < text.Length && text[n] == mark)
        {
            isWhole = false;
            start = ++n;
            for (uint digit; n < text.Length && (digit = (uint)text[n] - '0') <= 9; n++)
            {
                digits = (digits * 10) + digit;
            }

            fraction = n - start;
            count += fraction;
        }

        if (count == 0)
        {
            return false;
        }

        int exponent = 0;
        if (n < text.Length)
        {
            if (text[n] is not ('e' or 'E') || ++n == text.Length)
            {
                return false;
            }

            bool down = text[n] is '-' or Minus;
            if ((down || text[n] == '+') && ++n == text.Length)
            {
                return false;
            }

            for (; n < text.Length; n++)
            {
                uint digit = (uint)text[n] - '0';
                if (digit > 9)
                {
                    return false;
                }

                exponent = Math.Min((exponent * 10) + (int)digit, 1_000_000);
            }

            exponent = down ? -exponent : exponent;
            isWhole = false;
        }

        // More than 19 digits may not fit.
        exponent -= fraction;
        if (count <= 19 && digits <= 1UL << 53 && exponent is >= -22 and <= 22)
        {
            double exact = exponent < 0 ? digits / s_powers[-exponent] : digits * s_powers[exponent];
            number = BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(exact) | ((long)Convert.ToInt32(negative) << 63));
            return true;
        }

        return TryParseLong(text, mark, out number);
    }

    /// <summary>AggressiveOptimization; where it does not exist it does nothing.</summary>
    private const MethodImplOptions HotPath = (MethodImplOptions)512;

    /// <summary>What is known to be a plain number, however many digits it has.</summary>
    private static bool TryParseLong(ReadOnlySpan<char> text, char mark, out double number)
    {
        char[]? rented = text.Length > ShortLength ? ArrayPool<char>.Shared.Rent(text.Length) : null;
        Span<char> plain = rented is null ? stackalloc char[ShortLength] : rented;
        plain = plain[..text.Length];
        for (int n = 0; n < plain.Length; n++)
        {
            plain[n] = text[n] == Minus ? '-' : text[n] == mark ? '.' : text[n];
        }

        bool isNumber = double.TryParse(plain, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number);
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return isNumber;
    }

    /// <summary>With brackets, a sign of currency or marks between thousands.</summary>
    private static bool TryParseMarked(ReadOnlySpan<char> text, char decimalMark, char thousands, string? currency, out double number, out bool isWhole)
    {
        (number, isWhole) = (0, false);
        bool hasBrackets = text.Length > 2 && text[0] == '(' && text[^1] == ')', negative = hasBrackets, hasSign = hasBrackets;
        text = hasBrackets ? text[1..^1].Trim() : text;
        TakeSign(ref text, ref hasSign, ref negative);
        if (currency is not null)
        {
            if (text.StartsWith(currency, StringComparison.Ordinal))
            {
                text = text[currency.Length..].TrimStart();
                TakeSign(ref text, ref hasSign, ref negative);
            }
            else if (text.EndsWith(currency, StringComparison.Ordinal))
            {
                text = text[..^currency.Length].TrimEnd();
            }
        }

        if (text.IsEmpty || !(IsDigit(text[0]) || text[0] == decimalMark))
        {
            return false;
        }

        char[]? rented = text.Length > ShortLength ? ArrayPool<char>.Shared.Rent(text.Length) : null;
        Span<char> bare = rented is null ? stackalloc char[ShortLength] : rented;
        bool isNumber = TryUngroup(text, decimalMark, thousands, bare, out int length) && TryParsePlain(bare[..length], decimalMark, out number, out isWhole) && !(double.IsInfinity(number) || double.IsNaN(number));
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        number = isNumber ? (negative && number != 0 ? -number : number) : 0;
        return isNumber;
    }

    private static void TakeSign(ref ReadOnlySpan<char> text, ref bool hasSign, ref bool negative)
    {
        if (!hasSign && !text.IsEmpty && text[0] is '-' or '+' or Minus)
        {
            (hasSign, negative) = (true, text[0] != '+');
            text = text[1..].TrimStart();
        }
    }

    /// <summary>Leaves the marks between thousands out: one to three digits, the first of them not 0, and then three after each mark.</summary>
    private static bool TryUngroup(ReadOnlySpan<char> text, char decimalMark, char thousands, Span<char> bare, out int length)
    {
        length = 0;
        int end = text.IndexOf(decimalMark);
        end = end < 0 ? text.Length : end;
        int group = 0, groups = 0;
        for (int n = 0; n < end; n++)
        {
            if (thousands != NoMark && IsMark(text[n], thousands))
            {
                if (group is 0 or > 3 || (groups > 0 && group != 3) || (groups == 0 && text[0] == '0'))
                {
                    return false;
                }

                groups++;
                group = 0;
            }
            else
            {
                bare[length++] = text[n];
                group++;
            }
        }

        text[end..].CopyTo(bare[length..]);
        length += text.Length - end;

        // With marks there is no exponent, so that each group is told from its neighbours.
        return groups == 0 || (group == 3 && bare[..length].IndexOfAny('e', 'E') < 0);
    }

    private static bool IsMark(char c, char thousands) => thousands switch
    {
        ' ' => c is ' ' or '\u00A0' or '\u202F' or '\u2009',
        '\'' => c is '\'' or '\u2019',
        _ => c == thousands,
    };

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
        if (rest.Equals("UTC", StringComparison.Ordinal))
        {
            text = default;
            return true;
        }

        if (Take(ref rest, 'Z') || Take(ref rest, 'z'))
        {
            text = rest;
            return true;
        }

        bool isNegative = !rest.IsEmpty && rest[0] is '-' or Minus;
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
        while (text.Length > 1 + digits && text[0] is '.' or ',' && IsDigit(text[1 + digits]))
        {
            digits++;
        }

        double fraction = 0;
        if (digits > 0)
        {
            _ = TryParsePlain(text[..(1 + digits)], text[0], out fraction, out _);
            text = text[(1 + digits)..];
        }

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
        int digits = 0;
        number = 0;
        while (digits < most && digits < text.Length && IsDigit(text[digits]))
        {
            number = (10 * number) + text[digits++] - '0';
        }

        text = text[digits..];
        return digits >= least;
    }

    private static bool IsDigit(char c) => c is >= '0' and <= '9';

    private static bool Is(ReadOnlySpan<char> text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);
}
