internal static class Cells
{
    /// <summary>Whether a text, without blanks around it, stands for a missing cell.</summary>
    private static bool IsMissing(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return true;
        }

        foreach (string marker in s_missing)
        {
            if (text.SequenceEqual(marker.AsSpan()))
            {
                return true;
            }
        }

        return s_missingNumbers.Length > 0 && CellParser.TryParseNumber(text, '.', '\0', null, out double number, out _) && IsMissing(number);
    }

    private static bool IsMissing(double number) => double.IsNaN(number) || Array.IndexOf(s_missingNumbers, number) >= 0;

    private static ArgumentException Odd(string column, string found, string expected) => new ArgumentException($"column '{column}': {found} found, {expected} expected");
}
