using System.Runtime.CompilerServices;

namespace Backprop.Tables.Reading;

/// <summary>Cells between separators, and what quotes make of them (RFC 4180; blanks around a cell do not count).</summary>
internal static class CsvCell
{
    /// <summary>Whether the quotes of a cell are where they may be: around it, and doubled within.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> cell)
    {
        cell = cell.Trim();
        if (cell is not ['"', .., '"'])
        {
            return !cell.Contains('"');
        }

        ReadOnlySpan<char> inner = cell[1..^1];
        for (int at; (at = inner.IndexOf('"')) >= 0; inner = inner[(at + 2)..])
        {
            if (at + 1 == inner.Length || inner[at + 1] != '"')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A cell without blanks around it; most have none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<char> Trim(ReadOnlySpan<char> cell) =>
        cell.Length > 0 && cell[0] is > ' ' and <= '~' && cell[^1] is > ' ' and <= '~' ? cell : cell.Trim();

    /// <summary>A cell without its quotes and the blanks in and around them.</summary>
    /// <param name="cell">A cell that is well formed.</param>
    /// <param name="buffer">Where it is put together, if need be.</param>
    public static ReadOnlySpan<char> Unquote(ReadOnlySpan<char> cell, scoped ref char[] buffer)
    {
        cell = cell.Trim();
        if (cell is not ['"', .., '"'])
        {
            return cell;
        }

        cell = cell[1..^1];
        if (!cell.Contains('"'))
        {
            return cell.Trim();
        }

        if (buffer.Length < cell.Length)
        {
            buffer = new char[cell.Length];
        }

        int length = 0;
        for (int n = 0; n < cell.Length; n++)
        {
            buffer[length++] = cell[n];
            n += cell[n] == '"' ? 1 : 0;
        }

        return buffer.AsSpan(0, length).Trim();
    }

    /// <summary>The cells of one line; a quote opens only at the start of a cell.</summary>
    /// <param name="line">The line.</param>
    /// <param name="separator">What stands between cells; ' ': any number of blanks.</param>
    public static List<string> Split(string line, char separator)
    {
        List<string> cells = [];
        bool isBlank = separator == ' ';
        line = isBlank ? line.Trim() : line;
        for (int start = 0; ;)
        {
            int n = start;
            while (n < line.Length && line[n] != separator && char.IsWhiteSpace(line[n]))
            {
                n++;
            }

            if (n < line.Length && line[n] == '"')
            {
                for (n++; n < line.Length && (line[n] != '"' || (n + 1 < line.Length && line[n + 1] == '"')); n++)
                {
                    n += line[n] == '"' ? 1 : 0;
                }
            }

            while (n < line.Length && line[n] != separator && !(isBlank && line[n] == '\t'))
            {
                n++;
            }

            char[] buffer = [];
            string cell = line[start..n];
            cells.Add(IsWellFormed(cell) ? Unquote(cell, ref buffer).ToString() : cell.Trim());
            if (n >= line.Length)
            {
                return cells;
            }

            for (start = n + 1; isBlank && start < line.Length && line[start] is ' ' or '\t'; start++)
            {
            }
        }
    }
}
