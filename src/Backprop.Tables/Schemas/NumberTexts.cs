using System.Globalization;
using Backprop.Tables.Cells;

namespace Backprop.Tables.Schemas;

/// <summary>Numbers among texts.</summary>
internal static class NumberTexts
{
    /// <summary>The format that fits most of some texts.</summary>
    public static NumberFormat Best(IReadOnlyList<string> values)
    {
        _ = values;
        return NumberFormat.Plain;
    }

    public static bool TryParse(string text, NumberFormat? format, out double number)
    {
        _ = format;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
    }

    public static bool IsInfinity(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsInfinity(number);

    /// <summary>How the numbers of a number column are written; null: it has no texts.</summary>
    public static NumberFormat? FormatOf(Column column)
    {
        _ = column;
        return null;
    }
}
