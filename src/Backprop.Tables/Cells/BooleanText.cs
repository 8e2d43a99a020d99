namespace Backprop.Tables.Cells;

/// <summary>The spellings of true and false: true/false, yes/no, t/f, y/n, on/off in any case, and 1/0.</summary>
public static class BooleanText
{
    private static readonly (string True, string False)[] s_pairs = [("true", "false"), ("yes", "no"), ("t", "f"), ("y", "n"), ("on", "off")];

    /// <summary>The words, in lower case.</summary>
    public static IReadOnlyList<string> Words { get; } = [.. s_pairs.SelectMany(pair => new[] { pair.True, pair.False })];

    /// <summary>Reads a cell of a column that is known to hold booleans.</summary>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out bool value) => CellParser.TryParseBoolean(text, out value);

    /// <summary>Whether texts are the two spellings of one pair, each in any case, and both are there.</summary>
    public static bool ArePair(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        (int pair, bool hasTrue, bool hasFalse) = (-1, false, false);
        foreach (string text in texts)
        {
            int at = Array.FindIndex(s_pairs, words => text.Equals(words.True, StringComparison.OrdinalIgnoreCase) || text.Equals(words.False, StringComparison.OrdinalIgnoreCase));
            if (at < 0 || (pair >= 0 && at != pair))
            {
                return false;
            }

            pair = at;
            hasTrue |= text.Equals(s_pairs[at].True, StringComparison.OrdinalIgnoreCase);
            hasFalse |= !text.Equals(s_pairs[at].True, StringComparison.OrdinalIgnoreCase);
        }

        return hasTrue && hasFalse;
    }
}
