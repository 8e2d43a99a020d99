using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Backprop.Tables.Cells;

/// <summary>Numbers as people and programs write them. The doubles are correctly rounded: the same bits as <see cref="double.Parse(string)"/> of the plain form.</summary>
internal static class NumberText
{
    private const char Minus = '\u2212';

    /// <summary>A number longer than this is put together in rented memory.</summary>
    private const int ShortLength = 128;

    /// <summary>Whole numbers below 2^53 and these powers of ten are doubles without an error, so that one product or quotient of them is correctly rounded.</summary>
    private static readonly double[] s_powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

    /// <summary>Beside the signs of Unicode (category Sc: $ € £ ¥ …).</summary>
    private static readonly string[] s_currencies =
    [
        "USD", "EUR", "GBP", "JPY", "CHF", "CNY", "RMB", "INR", "AUD", "CAD", "NZD", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF", "RON", "BGN", "RUB", "UAH", "TRY", "BRL", "MXN", "ZAR", "KRW", "SGD", "HKD", "THB", "ILS",
        "US$", "R$", "A$", "C$", "NZ$", "HK$", "S$", "Fr.", "SFr.", "kr.", "kr", "zł", "Kč", "Ft", "lei", "лв.", "руб.", "Rs.", "Rs",
    ];

    /// <summary>A cell as a number of a format. Blanks around it do not count; inf, NaN and what is larger than a double are no numbers.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, NumberFormat format, out double number) => TryParse(text, format, out number, out _);

    /// <param name="text">The cell.</param>
    /// <param name="format">How it is written.</param>
    /// <param name="number">The number; 0 where it is none.</param>
    /// <param name="isWhole">Whether it is written without a decimal mark and without an exponent.</param>
    public static bool TryParse(ReadOnlySpan<char> text, NumberFormat format, out double number, out bool isWhole)
    {
        text = text.Trim();
        return TryParsePlain(text, format.Decimal, out number, out isWhole) ? double.IsFinite(number) : TryParseMarked(text, format, out number, out isWhole);
    }

    /// <summary>Whether a cell is written as infinity (inf, −Infinity, ∞), or as a number that is larger than any double (1e999).</summary>
    public static bool IsInfinity(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (TryParsePlain(text, '.', out double number, out _))
        {
            return double.IsInfinity(number);
        }

        ReadOnlySpan<char> bare = text is ['+' or '-' or Minus, .. var rest] ? rest : text;
        return bare.Equals("inf", StringComparison.OrdinalIgnoreCase) || bare.Equals("infinity", StringComparison.OrdinalIgnoreCase) || bare is "∞";
    }

    /// <summary>
    /// The one format for all of a column's texts. Where they fit several, the simplest is taken; 1,234 where every comma may stand between
    /// thousands is taken for 1234, and 1.234 for 1.234, with the other reading beside it. A per-cent sign must stand on every text but 0:
    /// 12% beside 0.12 is not one format.
    /// </summary>
    /// <param name="values">The different texts, none of them missing.</param>
    /// <param name="decimalMark">The decimal mark, where it is known.</param>
    /// <param name="counts">How many cells have each of the texts; empty: one.</param>
    public static NumberInference Infer(IReadOnlyList<string> values, char? decimalMark = null, ReadOnlySpan<int> counts = default)
    {
        List<NumberFormat> candidates = Candidates(values, decimalMark);
        List<NumberFormat> fitting = [.. candidates.Where(format => FirstMisfit(values, format) < 0)];
        if (fitting.Count == 0)
        {
            (NumberFormat closest, long most) = (candidates[0], -1);
            foreach (NumberFormat candidate in candidates)
            {
                long count = 0;
                for (int n = 0; n < values.Count; n++)
                {
                    count += Fits(values[n], candidate) ? counts.IsEmpty ? 1 : counts[n] : 0;
                }

                (closest, most) = count > most ? (candidate, count) : (closest, most);
            }

            return new(null, null, false, closest, most, FirstMisfit(values, closest));
        }

        NumberFormat format = fitting[0];
        NumberFormat? other = fitting.Skip(1).FirstOrDefault(second => values.Any(value => Parse(value, second) != Parse(value, format)));
        long cells = 0;
        for (int n = 0; n < values.Count; n++)
        {
            cells += counts.IsEmpty ? 1 : counts[n];
        }

        return new(format, other, values.Any(value => value.Contains(format.Decimal, StringComparison.Ordinal)), format, cells, -1);
    }

    /// <summary>Whether some format reads a cell as a number.</summary>
    public static bool IsNumber(string text) => Fits(text, NumberFormat.Plain) || Candidates([text], null).Exists(format => Fits(text, format));

    /// <summary>Plain numbers first; only marks that are found are tried.</summary>
    private static List<NumberFormat> Candidates(IReadOnlyList<string> values, char? decimalMark)
    {
        bool hasComma = false, hasPoint = false, hasApostrophe = false, hasBlank = false;
        string? sign = null;
        foreach (string value in values)
        {
            foreach (char c in value)
            {
                hasComma |= c == ',';
                hasPoint |= c == '.';
                hasApostrophe |= c is '\'' or '\u2019';
                hasBlank |= char.IsWhiteSpace(c);
            }

            sign ??= SignOf(value);
        }

        char[] marks = decimalMark is { } mark ? [mark] : hasComma ? ['.', ','] : ['.'];
        if (decimalMark is null && hasPoint && !hasComma)
        {
            marks = ['.', ','];
        }

        List<NumberFormat> candidates = [];
        foreach (string? currency in sign is null ? [null] : new[] { null, sign })
        {
            // Thousands before a decimal comma: 1,234 is 1234 unless something else says so.
            candidates.AddRange(marks.Where(decimals => decimals == '.' || decimalMark is not null).Select(decimals => new NumberFormat(decimals, null, currency)));
            foreach (char decimals in marks)
            {
                if (decimals == ',' && decimalMark is null)
                {
                    candidates.Add(new(',', null, currency));
                }

                candidates.AddRange(new (bool Has, char Mark)[] { (hasComma, ','), (hasPoint, '.'), (hasApostrophe, '\''), (hasBlank, ' ') }
                    .Where(thousands => thousands.Has && thousands.Mark != decimals)
                    .Select(thousands => new NumberFormat(decimals, thousands.Mark, currency)));
            }
        }

        return candidates;
    }

    private static int FirstMisfit(IReadOnlyList<string> values, NumberFormat format)
    {
        for (int n = 0; n < values.Count; n++)
        {
            if (!Fits(values[n], format))
            {
                return n;
            }
        }

        return -1;
    }

    private static bool Fits(string text, NumberFormat format) =>
        TryParse(text, format, out double number) && (format.Currency != "%" || number == 0 || text.Contains('%', StringComparison.Ordinal));

    private static double Parse(string text, NumberFormat format) => TryParse(text, format, out double number) ? number : double.NaN;

    /// <summary>The sign that stands before or after digits; null: there is none.</summary>
    private static string? SignOf(ReadOnlySpan<char> text)
    {
        text = text.Trim().Trim("+-()\u2212").Trim();
        if (text.IsEmpty || text.IndexOfAnyInRange('0', '9') < 0)
        {
            return null;
        }

        foreach (string currency in s_currencies)
        {
            if (text.StartsWith(currency, StringComparison.Ordinal) || text.EndsWith(currency, StringComparison.Ordinal))
            {
                return currency;
            }
        }

        return IsSign(text[0]) ? text[0].ToString() : IsSign(text[^1]) ? text[^1].ToString() : null;
    }

    private static bool IsSign(char c) => c == '%' || char.GetUnicodeCategory(c) == UnicodeCategory.CurrencySymbol;

    /// <summary>Sign, digits, decimal mark, exponent, and nothing else; infinite where it is larger than any double.</summary>
    /// <param name="text">The cell, without blanks.</param>
    /// <param name="mark">The decimal mark.</param>
    /// <param name="number">The number.</param>
    /// <param name="isWhole">Whether it is written without a decimal mark and without an exponent.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    /// <summary>What is known to be a plain number, however many digits it has.</summary>
    private static bool TryParseLong(ReadOnlySpan<char> text, char mark, out double number)
    {
        char[]? rented = text.Length > ShortLength ? ArrayPool<char>.Shared.Rent(text.Length) : null;
        Span<char> plain = rented is null ? stackalloc char[ShortLength] : rented;
        plain = plain[..text.Length];
        text.CopyTo(plain);
        plain.Replace(Minus, '-');
        plain.Replace(mark, '.');
        bool isNumber = double.TryParse(plain, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number);
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return isNumber;
    }

    /// <summary>With brackets, a sign of currency or marks between thousands.</summary>
    private static bool TryParseMarked(ReadOnlySpan<char> text, NumberFormat format, out double number, out bool isWhole)
    {
        (number, isWhole) = (0, false);
        bool hasBrackets = text is ['(', _, .., ')'], negative = hasBrackets, hasSign = hasBrackets;
        text = hasBrackets ? text[1..^1].Trim() : text;
        TakeSign(ref text, ref hasSign, ref negative);
        if (format.Currency is { } currency)
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

        if (text.IsEmpty || !(char.IsAsciiDigit(text[0]) || text[0] == format.Decimal))
        {
            return false;
        }

        char[]? rented = text.Length > ShortLength ? ArrayPool<char>.Shared.Rent(text.Length) : null;
        Span<char> bare = rented is null ? stackalloc char[ShortLength] : rented;
        bool isNumber = TryUngroup(text, format, bare, out int length) && TryParsePlain(bare[..length], format.Decimal, out number, out isWhole) && double.IsFinite(number);
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        number = isNumber ? (negative && number != 0 ? -number : number) : 0;
        return isNumber;
    }

    private static void TakeSign(ref ReadOnlySpan<char> text, ref bool hasSign, ref bool negative)
    {
        if (!hasSign && text is ['-' or '+' or Minus, ..])
        {
            (hasSign, negative) = (true, text[0] != '+');
            text = text[1..].TrimStart();
        }
    }

    /// <summary>Leaves the marks between thousands out: one to three digits, the first of them not 0, and then three after each mark.</summary>
    private static bool TryUngroup(ReadOnlySpan<char> text, NumberFormat format, Span<char> bare, out int length)
    {
        length = 0;
        int end = text.IndexOf(format.Decimal);
        end = end < 0 ? text.Length : end;
        int group = 0, groups = 0;
        for (int n = 0; n < end; n++)
        {
            if (format.Thousands is { } thousands && IsMark(text[n], thousands))
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
}
