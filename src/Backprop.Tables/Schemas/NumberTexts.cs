using Backprop.Tables.Cells;

namespace Backprop.Tables.Schemas;

/// <summary>Numbers among the texts of a column.</summary>
internal static class NumberTexts
{
    /// <summary>The format that most of the cells fit which are text and no typed numbers.</summary>
    public static NumberFormat Best(Column column, TextCounts counts)
    {
        int[] texts = [.. counts.Codes.Where(code => double.IsNaN(column.TypedNumber(code)))];
        return texts.Length == 0 ? NumberFormat.Plain : NumberText.Infer([.. texts.Select(code => column.Values[code])], counts: [.. texts.Select(code => counts.All[code])]).Closest;
    }

    /// <summary>A text as a number; null as a format: a plain one.</summary>
    public static bool TryParse(string text, NumberFormat? format, out double number) => NumberText.TryParse(text, format ?? NumberFormat.Plain, out number);
}
