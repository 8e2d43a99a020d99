using System.Data.Common;
using System.Text.RegularExpressions;
using Backprop.Data;
using DuckDB.NET.Data;

namespace Backprop.Tables.Reading;

/// <summary>Reads tables through an in-process DuckDB, which parses and nothing else: rows stay in file order, every statistic is ours.</summary>
public static partial class TableReader
{
    /// <summary>What counts as an empty cell in CSV. NaN does not: it is what a computation went wrong with.</summary>
    private const string MissingCells = "['', 'NA', 'N/A', 'na', 'n/a', 'NULL', 'null', '?']";

    /// <summary>Nothing is taken from a file's path, and no line for a comment.</summary>
    private const string Columns = "union_by_name = true, hive_partitioning = false";

    /// <summary>Every row is looked at; no cell becomes a date or a truth value, so that class labels stay as they are written.</summary>
    private const string CsvOptions = $"{CsvHeader.Quotes}, comment = '', sample_size = -1, skip = 0, auto_type_candidates = ['BIGINT', 'DOUBLE', 'VARCHAR'], nullstr = {MissingCells}, {Columns}";

    private static readonly string[] s_extensions = [".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet"];

    /// <summary>Whether a path looks like a table that <see cref="Read"/> takes.</summary>
    public static bool IsTable(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return s_extensions.Contains(Extension(path));
    }

    /// <summary>Reads a CSV, TSV, JSON, JSON-lines or Parquet file, or all files that a pattern with * matches.</summary>
    /// <exception cref="DataException">Missing, unreadable or malformed: which file, row and column.</exception>
    public static Table Read(string path, ReadingOptions? options = null, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        string[] files = Files(path);
        if (Extension(path) is ".json" or ".jsonl" or ".ndjson" or ".parquet")
        {
            return TypedFiles.Read(files, path, options, notes);
        }

        string kind = Extension(path), list = DuckDb.List(files.Select(DuckDb.Pattern));
        foreach (string file in files)
        {
            FileGuard.Check(file, files.Length == 1 ? path : file, kind);
        }

        bool isCsv = kind is ".csv" or ".tsv" or ".txt";
        CsvHeader? header = isCsv ? CsvHeader.Read(files[0], kind) : null;
        string from = kind switch
        {
            _ when isCsv => $"read_csv({list}, delim = {DuckDb.Literal(header!.Delimiter)}, {CsvOptions})",
            _ => throw new DataException($"'{path}': unknown kind of file '{kind}', expected one of {string.Join(", ", s_extensions)}"),
        };
        long length = files.Sum(file => new FileInfo(file).Length);
        using var connection = DuckDb.Open(null);
        DuckDb.Lock(connection, $"SET allowed_paths = {DuckDb.List(files.Concat(files.Select(DuckDb.Pattern)).Distinct(StringComparer.Ordinal))}");
        try
        {
            return Query(connection, $"SELECT * FROM {from}", path, UnpackedSize.Limit(length), files.Length == 1 ? header : null);
        }
        catch (DataException error) when (isCsv && error.InnerException is DuckDBException)
        {
            foreach (string file in files)
            {
                MalformedRow.RequireRectangle(connection, file, files.Length == 1 ? path : file);
            }

            throw;
        }
    }

    /// <summary>Reads CSV from a stream, such as standard input.</summary>
    /// <exception cref="DataException">Malformed.</exception>
    public static Table ReadCsv(Stream stream, string source)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var temporary = new TemporaryFile(".csv");
        using (var file = new FileStream(temporary.Path, FileMode.CreateNew))
        {
            stream.CopyTo(file);
        }

        return new(source, Rename(temporary.Path, source));
    }

    private static IReadOnlyList<Column> Rename(string temporary, string source)
    {
        try
        {
            return Read(temporary).Columns;
        }
        catch (DataException error)
        {
            throw new DataException(error.Message.Replace(temporary, source, StringComparison.Ordinal), error);
        }
    }

    /// <summary>The files that a path names: itself, or those that match it.</summary>
    /// <exception cref="DataException">There are none.</exception>
    internal static string[] Files(string path)
    {
        if (path.Contains('*', StringComparison.Ordinal) && !File.Exists(path))
        {
            string folder = Path.GetDirectoryName(path) is { Length: > 0 } name ? name : ".";
            string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder, Path.GetFileName(path)) : [];
            Array.Sort(files, StringComparer.Ordinal);
            return files.Length > 0 ? [.. files.Select(Path.GetFullPath)] : throw new DataException($"no file matches '{path}'");
        }

        return File.Exists(path)
            ? [Path.GetFullPath(path)]
            : throw new DataException(Directory.Exists(path) ? $"'{path}' is a folder, a file expected" : $"'{path}' does not exist");
    }

    /// <summary>In small letters, without .gz.</summary>
    internal static string Extension(string path)
    {
        string name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        return Path.GetExtension(name).ToLowerInvariant();
    }

    /// <param name="connection">Where.</param>
    /// <param name="sql">One SELECT.</param>
    /// <param name="source">For messages.</param>
    /// <param name="most">The most bytes that the cells may take; null: what the machine has.</param>
    /// <param name="header">The first line of a CSV file.</param>
    private static Table Query(DuckDBConnection connection, string sql, string source, long? most, CsvHeader? header)
    {
        try
        {
            List<(string Name, string Type)> described = DuckDb.Describe(connection, sql);
            string columns = string.Join(", ", described.Select(column => $"{CellReader.Expression(column.Name, column.Type, source)} AS {DuckDb.Identifier(column.Name)}"));
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = $"SELECT {columns} FROM ({sql}\n)";
            command.UseStreamingMode = true;
            using DbDataReader reader = command.ExecuteReader();
            return CellReader.Read(reader, header?.Restore(described, source) ?? described, source, most ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 3);
        }
        catch (DuckDBException error)
        {
            string what = OutOfReach().IsMatch(error.Message) ? $"{DuckDb.FirstLines(error.Message).Split(';')[0]}: a query reads its --database, or without one table files in the current folder and below" : DuckDb.FirstLines(error.Message);
            throw new DataException($"'{source}': {what}", error);
        }
    }

    [GeneratedRegex("^(Missing Extension|Permission) Error", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex OutOfReach();
}
