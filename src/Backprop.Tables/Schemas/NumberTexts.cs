using Backprop.Tables.Cells;

namespace Backprop.Tables.Schemas;

/// <summary>Numbers among the texts of a column.</summary>
internal static class NumberTexts
{
    /// <summary>2^53: from here on different whole numbers are the same double.</summary>
    public const double InexactIntegers = 9007199254740992;

    /// <summary>The format that most of the cells fit which are text and no typed numbers.</summary>
    public static NumberFormat Best(Column column, TextCounts counts) => Infer(column, counts).Closest;

    /// <summary>What the cells are as numbers which are text and no typed numbers.</summary>
    public static NumberInference Infer(Column column, TextCounts counts)
    {
        int[] texts = [.. counts.Codes.Where(code => double.IsNaN(column.TypedNumber(code)))];
        return texts.Length == 0
            ? new(NumberFormat.Plain, null, false, NumberFormat.Plain, 0, -1)
            : NumberText.Infer([.. texts.Select(code => column.Values[code])], column.DecimalMark, counts: [.. texts.Select(code => counts.All[code])]);
    }

    /// <summary>The options that decide about a text that is no number: the decimal mark first where it would be one with the other mark.</summary>
    public static IReadOnlyList<string> Deciders(string? text, NumberFormat? format, params IReadOnlyList<string> others)
    {
        format ??= NumberFormat.Plain;
        char mark = format.Decimal == ',' ? '.' : ',';
        return text is not null && TryParse(text, new(mark, format.Thousands == mark ? format.Decimal : format.Thousands, format.Currency), out _) && !TryParse(text, format, out _)
            ? [$"Decimal = '{mark}'", .. others]
            : others;
    }

    /// <summary>A text as a number; null as a format: a plain one.</summary>
    public static bool TryParse(string text, NumberFormat? format, out double number) => NumberText.TryParse(text, format ?? NumberFormat.Plain, out number);
}
