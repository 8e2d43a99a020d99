namespace Backprop.Tables.Cells;

/// <summary>
/// How the numbers of a column are written. A number without any mark fits each; −, U+2212 and accountants' (12.50) are a minus sign in each.
/// </summary>
/// <param name="Decimal">The decimal mark: a point or a comma.</param>
/// <param name="Thousands">What stands between groups of three digits: comma, point, blank (any kind) or apostrophe (either kind); null: nothing.</param>
/// <param name="Currency">The one sign that may stand before or after: $, EUR, or % (12% is 12); null: none.</param>
public sealed record NumberFormat(char Decimal = '.', char? Thousands = null, string? Currency = null)
{
    /// <summary>1234.5, 1e-3, −2.</summary>
    public static NumberFormat Plain { get; } = new();

    /// <summary>Reads a number that is written so. Blanks around it do not count; inf, NaN and what is larger than a double are no numbers.</summary>
    /// <param name="text">The cell.</param>
    /// <param name="number">The number, correctly rounded; 0 where it is none.</param>
    /// <returns>Whether it is one.</returns>
    public bool TryParse(ReadOnlySpan<char> text, out double number) => NumberText.TryParse(text, this, out number);
}
