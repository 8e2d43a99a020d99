using System.Globalization;

namespace Backprop.Tables.Cells;

/// <summary>Numbers as people and programs write them. The doubles are correctly rounded: the same bits as <see cref="double.Parse(string)"/> of the plain form.</summary>
internal static class NumberText
{
    private const char Minus = '\u2212';

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
        return CellParser.TryParseNumber(text, format.Decimal, format.Thousands ?? default, format.Currency, out number, out isWhole);
    }

    /// <summary>Whether a cell is written as infinity (inf, −Infinity, ∞), or as a number that is larger than any double (1e999).</summary>
    public static bool IsInfinity(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (CellParser.TryParsePlain(text, '.', out double number, out _))
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
}
