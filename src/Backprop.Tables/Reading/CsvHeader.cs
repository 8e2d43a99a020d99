using System.Text.RegularExpressions;

namespace Backprop.Tables.Reading;

/// <summary>What the first line of a CSV file says.</summary>
/// <param name="Delimiter">What stands between cells.</param>
/// <param name="Names">The cells of the line.</param>
internal sealed partial record CsvHeader(string Delimiter, string[] Names)
{
    /// <summary>How DuckDB is told what is a quote.</summary>
    public const string Quotes = "quote = '\"', escape = '\"'";

    /// <summary>As long as a line that DuckDB reads.</summary>
    private const int MaxLength = 2_000_000;

    private static readonly char[] s_delimiters = [',', ';', '\t', '|'];

    /// <summary>Reads the first line: the separator that stands most often in it, and the cells; guessing from later lines would accept torn ones.</summary>
    public static CsvHeader Read(string file, string kind)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            using Stream text = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new System.IO.Compression.GZipStream(stream, System.IO.Compression.CompressionMode.Decompress) : stream;
            return Read(text, kind, ReferenceEquals(text, stream) ? stream.Length : long.MaxValue);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new DataException($"cannot read '{file}': {error.Message}", error);
        }
    }

    /// <param name="text">The file.</param>
    /// <param name="kind">Its extension.</param>
    /// <param name="length">It has no more bytes than this.</param>
    public static CsvHeader Read(Stream text, string kind, long length)
    {
        using var reader = new StreamReader(text);
        char[] buffer = new char[Math.Min(MaxLength, length)];
        string start = new(buffer, 0, reader.ReadBlock(buffer)), line = FirstLine(start), bare = QuotedCell().Replace(line, "");
        char delimiter = kind == ".tsv" ? '\t' : s_delimiters.MaxBy(separator => bare.Count(c => c == separator));
        return new(delimiter.ToString(), Cells(line, delimiter));
    }

    /// <summary>Up to the first line break outside quotes.</summary>
    private static string FirstLine(string text)
    {
        bool quoted = false;
        for (int n = 0; n < text.Length; n++)
        {
            quoted ^= text[n] == '"';
            if (!quoted && text[n] is '\n' or '\r')
            {
                return text[..n];
            }
        }

        return text;
    }

    private static string[] Cells(string line, char delimiter)
    {
        List<string> cells = [];
        bool quoted = false;
        int start = 0;
        for (int n = 0; n <= line.Length; n++)
        {
            if (n == line.Length || (line[n] == delimiter && !quoted))
            {
                string cell = line[start..n];
                cells.Add(cell is ['"', .. var inner, '"'] ? inner.Replace("\"\"", "\"", StringComparison.Ordinal) : cell);
                start = n + 1;
            }
            else if (line[n] == '"')
            {
                quoted = !quoted;
            }
        }

        return [.. cells];
    }

    [GeneratedRegex("\"[^\"]*\"", RegexOptions.NonBacktracking)]
    private static partial Regex QuotedCell();

    /// <summary>DuckDB renames a column whose name another one has, or has in other case.</summary>
    public List<(string Name, string Type)> Restore(List<(string Name, string Type)> described, string source)
    {
        if (Names.Length != described.Count || !Names.Any(name => name.Length > 0 && described[0].Name == name.TrimStart('\uFEFF')))
        {
            return described; // there is no header, or one of another form
        }

        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase), alike = new(StringComparer.OrdinalIgnoreCase);
        alike.UnionWith(Names.Where(name => name.Length > 0 && !seen.Add(name)));
        string? twice = Names.Where(name => name.Length > 0).GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is not null
            ? throw new DataException($"'{source}' has two columns named '{twice}'")
            : [.. described.Select((column, c) => alike.Contains(Names[c]) ? (Names[c], column.Type) : column)];
    }
}
