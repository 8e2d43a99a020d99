internal static class Texts
{
    /// <summary>A cell as a file has it as a number.</summary>
    private static double? ReadNumber(string? cell, string column, char decimalMark, char thousands, string? currency, bool takesBooleans)
    {
        ReadOnlySpan<char> text = cell.AsSpan().Trim();
        return IsMissing(text) ? (double?)null
            : CellParser.TryParseNumber(text, decimalMark, thousands, currency, out double number, out _) ? number
            : takesBooleans && CellParser.TryParseBoolean(text, out bool value) ? (value ? 1 : 0)
            : throw Odd(column, $"'{cell}'", decimalMark == ',' ? "a number with a decimal comma" : "a number");
    }

    /// <summary>A cell as a file has it as true or false.</summary>
    private static bool? ReadBoolean(string? cell, string column)
    {
        ReadOnlySpan<char> text = cell.AsSpan().Trim();
        return IsMissing(text) ? (bool?)null : CellParser.TryParseBoolean(text, out bool value) ? value : throw Odd(column, $"'{cell}'", "true or false");
    }
}
