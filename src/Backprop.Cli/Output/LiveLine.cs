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
            if (Text(parts, rank).Length > room)
            {
                break;
            }

            most = rank;
        }

        string text = Text(parts, most);
        int bar = Math.Min(Bar, room - text.Length - 1);
        if (bar < LeastBar)
        {
            return text;
        }

        int filled = Math.Clamp((int)(bar * part), 0, bar);
        return $"{new string('━', filled)}{new string('─', bar - filled)} {text}";
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
