namespace Backprop;

/// <summary>The nearest right name for a wrong one.</summary>
public static class Suggestion
{
    /// <summary>Nobody mistypes a longer name, and the search takes the square of it.</summary>
    private const int MaxLength = 200;

    /// <summary>The candidate with the fewest edits from <paramref name="text"/>, or null where none is near.</summary>
    public static string? Nearest(string text, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(candidates);
        string? best = null;
        int bestDistance = Math.Max(2, text.Length / 3) + 1;
        if (text.Length > MaxLength)
        {
            return null;
        }

        foreach (string candidate in candidates)
        {
            if (Math.Abs(candidate.Length - text.Length) >= bestDistance)
            {
                continue; // each character too many is an edit
            }

            int distance = Distance(text.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        return best;
    }

    /// <summary>"unknown optimizer 'adan': did you mean 'adam'? Known: …".</summary>
    public static string Unknown(string kind, string name, IReadOnlyList<string> known)
    {
        ArgumentNullException.ThrowIfNull(known);
        string? nearest = Nearest(name, known);
        return $"unknown {kind} '{name}'{(nearest is null ? "" : $": did you mean '{nearest}'?")}{(nearest is null ? ":" : "")} known: {List(known)}";
    }

    /// <summary>The first of some names, and how many there are.</summary>
    public static string List(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return names.Count <= 40 ? string.Join(", ", names) : string.Join(", ", names.Take(40)) + $", … ({names.Count} in all)";
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours.</summary>
    private static int Distance(string a, string b)
    {
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            d[i, 0] = i;
        }

        for (int j = 0; j <= b.Length; j++)
        {
            d[0, j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int change = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
