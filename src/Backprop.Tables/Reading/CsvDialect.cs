using System.Globalization;
using System.Text;
using Backprop.Tables.Cells;

namespace Backprop.Tables.Reading;

/// <summary>How one file of cells is written, found from its first lines.</summary>
/// <param name="Separator">What stands between cells; ' ': any number of blanks.</param>
/// <param name="Names">The columns: the header, or x0, x1, …</param>
/// <param name="Start">The first byte after the header.</param>
/// <param name="Lines">The lines before that byte.</param>
/// <param name="HasHeader">Whether there is a header.</param>
/// <param name="Sample">The cells of the first rows.</param>
internal sealed record CsvDialect(char Separator, string[] Names, int Start, int Lines, bool HasHeader, List<List<string>> Sample)
{
    private const int SampleLines = 100;

    /// <summary>So many bytes are looked at, unless the first two lines have more.</summary>
    public const int SampleBytes = 1 << 18;

    /// <summary>So many cells of a line are looked at to tell separators apart.</summary>
    private const int SampleCells = 200;

    private static readonly char[] s_separators = [',', ';', '\t', '|', ' '];

    /// <summary>Looks at the first lines of a file.</summary>
    /// <param name="bytes">The first chunk of it.</param>
    /// <param name="source">For messages.</param>
    /// <param name="options">What is known.</param>
    /// <param name="notes">For what was in doubt.</param>
    /// <exception cref="DataException">There is nothing, or two columns have one name.</exception>
    /// <exception cref="UsageException">A separator that cannot be one.</exception>
    public static CsvDialect Find(ReadOnlySpan<byte> bytes, string source, ReadingOptions options, Notes? notes)
    {
        List<(int Start, int End, string Text)> lines = FirstLines(bytes, options.Separator);
        char? said = null;
        if (lines.Count > 0 && lines[0].Text.Trim('"') is ['s' or 'S', 'e' or 'E', 'p' or 'P', '=', var sign] && !char.IsLetterOrDigit(sign))
        {
            said = sign;
            lines.RemoveAt(0);
        }

        if (lines.Count == 0)
        {
            throw new DataException($"'{source}' is empty, {(said is null ? "a header and rows" : "a header and rows after the line sep=")} expected");
        }

        if (CsvChunk.FirstBadByte(bytes[..lines[0].End]) is var bad and >= 0)
        {
            throw CsvFault.BadByte(bytes[bad..], options).At(source, -1, CsvChunk.CountLines(bytes[..bad]) + 1);
        }

        char separator = options.Separator ?? said ?? FindSeparator(lines.ConvertAll(line => line.Text), source, notes);
        if (separator is not (>= ' ' and <= '~' or '\t') || char.IsLetterOrDigit(separator) || separator is '"' or '.' or '-' or '+')
        {
            throw new UsageException($"'{source}': the separator '{separator}' found, a character expected that stands neither in numbers nor around cells: , ; tab | or a blank") { Settings = ["Separator"] };
        }

        List<List<string>> cells = lines.ConvertAll(line => CsvCell.Split(line.Text, separator));
        bool hasHeader = options.Header ?? IsHeader(cells[0], options);
        int start = hasHeader ? lines[0].End : lines[0].Start;
        string[] names = [.. cells[0].Select((name, n) => !hasHeader ? $"x{n}" : name.Length > 0 ? name : $"column {n}")];
        if (hasHeader)
        {
            RequireDifferent(names, source);
            cells.RemoveAt(0);
            if (options.Header is null && options.Columns is null && MayBeARow(names, cells, options))
            {
                notes?.Add(new($"'{source}': the first line ({string.Join(", ", names.Take(5))}{(names.Length > 5 ? ", …" : "")}) is taken for the header", false, "Header = false"));
            }
        }

        return new(separator, names, start, CsvChunk.CountLines(bytes[..start]), hasHeader, cells.FindAll(row => row.Count == names.Length));
    }

    private static void RequireDifferent(string[] names, string source)
    {
        var places = new Dictionary<string, int>(names.Length, StringComparer.Ordinal);
        for (int n = 0; n < names.Length; n++)
        {
            if (!places.TryAdd(names[n], n))
            {
                throw new DataException($"'{source}' has two columns named '{names[n]}': cells {places[names[n]]} and {n} of the header, counted from 0");
            }
        }
    }

    /// <summary>The first lines that are not blank, without their ends.</summary>
    private static List<(int Start, int End, string Text)> FirstLines(ReadOnlySpan<byte> bytes, char? separator)
    {
        List<(int, int, string)> lines = [];
        for (int start = 0; start < bytes.Length && lines.Count < SampleLines && (start < SampleBytes || lines.Count < 2);)
        {
            int end = start + LineLength(bytes[start..], separator);
            int next = end == bytes.Length ? end : end + (bytes[end] == '\r' && end + 1 < bytes.Length && bytes[end + 1] == '\n' ? 2 : 1);
            if (bytes[start..end].IndexOfAnyExcept(separator == ' ' ? " \t"u8 : " "u8) >= 0)
            {
                lines.Add((start, next, Encoding.UTF8.GetString(bytes[start..end])));
            }

            start = next;
        }

        return lines;
    }

    /// <summary>Up to the first line break outside quotes; a quote opens at the start of a cell, wherever one may be.</summary>
    private static int LineLength(ReadOnlySpan<byte> bytes, char? separator)
    {
        bool quoted = false;
        for (int n = 0; ; n++)
        {
            int at = quoted ? bytes[n..].IndexOf((byte)'"') : bytes[n..].IndexOfAny((byte)'"', (byte)'\n', (byte)'\r');
            if (at < 0)
            {
                return bytes.Length;
            }

            n += at;
            if (bytes[n] != '"')
            {
                return n;
            }

            quoted = !quoted && (n == 0 || IsBeforeCell(bytes[..n], separator));
        }
    }

    private static bool IsBeforeCell(ReadOnlySpan<byte> before, char? separator)
    {
        ReadOnlySpan<byte> text = before.TrimEnd(" "u8);
        return text.IsEmpty || text[^1] == '"' || separator switch
        {
            ' ' => before[^1] is (byte)' ' or (byte)'\t',
            { } known => text[^1] == known,
            null => text[^1] is (byte)',' or (byte)';' or (byte)'\t' or (byte)'|',
        };
    }

    /// <summary>
    /// The separator by which most lines have as many cells as the first, which has two at least; then the one that leaves most numbers, then
    /// the one with most cells. Blanks only where every line has as many, and one column is of numbers. None: a file of one column, and ','.
    /// </summary>
    private static char FindSeparator(List<string> lines, string source, Notes? notes)
    {
        char best = ',';
        (double Alike, double Numbers, int Cells) score = default;
        foreach (char separator in s_separators)
        {
            List<List<string>> cells = lines.ConvertAll(line => CsvCell.Split(line, separator));
            int width = cells[0].Count;
            List<List<string>> rows = cells.Count > 1 ? cells[1..] : cells;
            rows = rows.FindAll(row => row.Count == width);
            if (width < 2 || (separator == ' ' && (rows.Count < Math.Max(1, cells.Count - 1) || !Enumerable.Range(0, width).Any(n => rows.TrueForAll(row => NumberText.IsNumber(row[n]))))))
            {
                continue;
            }

            double alike = cells.Count == 1 ? 1 : rows.Count / (cells.Count - 1.0);
            int looked = rows.Sum(row => Math.Min(row.Count, SampleCells));
            double numbers = rows.Sum(row => row.Take(SampleCells).Count(NumberText.IsNumber)) / Math.Max(1.0, looked);
            if (separator == ' ' && score.Cells > 0 && numbers < 1)
            {
                continue;
            }

            if ((alike, numbers, width).CompareTo(score) > 0)
            {
                (best, score) = (separator, (alike, numbers, width));
            }
        }

        if (best == ' ')
        {
            notes?.Add(new($"'{source}': blanks are taken for the separators of {score.Cells} columns", false, "Separator = ','"));
        }

        return best;
    }

    /// <summary>Whether a header has numbers that do not count, and no text above numbers, so that it may be a row like those below.</summary>
    private static bool MayBeARow(string[] names, List<List<string>> rows, ReadingOptions options)
    {
        string[] numbers = [.. names.Where(NumberText.IsNumber)];
        if (numbers.Length == 0 || Counts(numbers, 0) || Counts(numbers, 1))
        {
            return false;
        }

        var missing = new MissingCells(options.Missing);
        rows = rows.FindAll(row => row.Count == names.Length);
        return !names.Where((name, n) => !NumberText.IsNumber(name) && !missing.Contains(name)
            && rows.Select(row => row[n]).Where(cell => !missing.Contains(cell)).Distinct(StringComparer.Ordinal).ToArray() is { Length: > 0 } below && Array.TrueForAll(below, NumberText.IsNumber)).Any();
    }

    private static bool Counts(IReadOnlyCollection<string> cells, int from) => !cells.Where((cell, n) => cell != (n + from).ToString(CultureInfo.InvariantCulture)).Any();

    /// <summary>A first line is a header unless each of its cells is a number, and they neither count nor are names that a schema knows.</summary>
    private static bool IsHeader(List<string> cells, ReadingOptions options)
    {
        if (!cells.TrueForAll(NumberText.IsNumber))
        {
            return true;
        }

        if (options.Columns is { } known)
        {
            return cells.TrueForAll(known.ContainsKey);
        }

        return Counts(cells, 0) || Counts(cells, 1);
    }
}
