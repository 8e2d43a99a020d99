using System.Globalization;
using System.Text;

namespace Backprop.Cli.Output;

/// <summary>A line that is drawn again and again on a terminal: how far it is as a bar, and what there is to say, as much of it as the window is wide.</summary>
internal static class LiveLine
{
    private const int Bar = 20, LeastBar = 4;

    /// <param name="width">Columns of the window. The last one stays free: some terminals go on to the next line there.</param>
    /// <param name="part">How far it is, 0 to 1.</param>
    /// <param name="parts">What there is to say, in its order, each with how much it matters: the least number first of all.</param>
    public static string Of(int width, double part, params ReadOnlySpan<(int Rank, string Text)> parts)
    {
        int room = Math.Max(0, width - 1), most = -1;
        List<int> ranks = [];
        foreach ((int rank, _) in parts)
        {
            ranks.Add(rank);
        }

        ranks.Sort();
        foreach (int rank in ranks)
        {
            if (Columns(Text(parts, rank)) > room)
            {
                break;
            }

            most = rank;
        }

        string text = Text(parts, most);
        int bar = Math.Min(Bar, room - Columns(text) - 1);
        if (bar < LeastBar)
        {
            return text;
        }

        int filled = Math.Clamp((int)(bar * part), 0, bar);
        return $"{new string('━', filled)}{new string('─', bar - filled)} {text}";
    }

    /// <summary>As much of a text as a window is wide, the last column free; … says that there is more.</summary>
    public static string Fit(string text, int width)
    {
        if (Columns(text) < width)
        {
            return text;
        }

        var kept = new StringBuilder();
        int room = width - 2;
        foreach (Rune rune in text.EnumerateRunes())
        {
            string one = rune.ToString();
            room -= Columns(one);
            if (room < 0)
            {
                break;
            }

            kept.Append(one);
        }

        return $"{kept}…";
    }

    /// <summary>How long it will take, as this process has gone on since it began: of what was done before nobody has the time.</summary>
    /// <param name="begun">How far it was then, 0 to 1.</param>
    /// <param name="part">How far it is.</param>
    /// <param name="seconds">Since then.</param>
    public static string Left(double begun, double part, double seconds)
    {
        double left = part > begun ? seconds / (part - begun) * (1 - part) : 0;
        return left < 3600 ? $"{(int)left / 60}:{(int)left % 60:00} left" : $"{(int)(left / 3600)}:{(int)(left / 60) % 60:00}:{(int)left % 60:00} left";
    }

    /// <summary>Columns of a terminal: marks take none, East Asian letters and pictures two.</summary>
    public static int Columns(string text)
    {
        int columns = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            columns += Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format ? 0
                : rune.Value is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD) ? 2
                : 1;
        }

        return columns;
    }

    private static string Text(ReadOnlySpan<(int Rank, string Text)> parts, int most)
    {
        var text = new StringBuilder();
        foreach ((int rank, string said) in parts)
        {
            if (rank <= most && said.Length > 0)
            {
                text.Append(text.Length == 0 ? "" : "  ").Append(said);
            }
        }

        return text.ToString();
    }
}
