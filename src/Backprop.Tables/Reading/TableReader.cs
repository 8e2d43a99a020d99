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
    public static Table Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string[] files = Files(path);
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
            ".json" => $"read_json({list}, sample_size = -1, maximum_object_size = 268435456, {Columns})",
            ".jsonl" or ".ndjson" => $"read_json({list}, sample_size = -1, format = 'newline_delimited', {Columns})",
            ".parquet" => $"read_parquet({list}, {Columns})",
            _ => throw new DataException($"'{path}': unknown kind of file '{kind}', expected one of {string.Join(", ", s_extensions)}"),
        };
        long length = files.Sum(file => new FileInfo(file).Length);
        using var connection = DuckDb.Open(null);
        DuckDb.Lock(connection, $"SET allowed_paths = {DuckDb.List(files.Concat(files.Select(DuckDb.Pattern)).Distinct(StringComparer.Ordinal))}");
        try
        {
            return Query(connection, $"SELECT * FROM {from}", path, UnpackedSize.Limit(length), files.Length == 1 ? header : null);
        }
        catch (DataException error) when (kind is ".jsonl" or ".ndjson" && error.InnerException is DuckDBException)
        {
            foreach (string file in files)
            {
                MalformedRow.RequireJsonLines(file, files.Length == 1 ? path : file);
            }

            throw;
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

    /// <summary>
    /// Reads the rows of one SELECT statement: from a DuckDB database file, opened read-only, and from nothing else; or where there is none, from
    /// table files in the current folder and below it.
    /// </summary>
    /// <exception cref="DataException">The query fails, is not one SELECT, or reaches for something else.</exception>
    public static Table Query(string sql, string? database)
    {
        ArgumentNullException.ThrowIfNull(sql);
        if (database is not null && !File.Exists(WorkingFolder.Full(database)))
        {
            throw new DataException($"database '{database}' does not exist");
        }

        using var connection = DuckDb.Open(database);
        string folder = WorkingFolder.Current;
        if (database is null && folder != Environment.CurrentDirectory)
        {
            DuckDb.SearchIn(connection, folder, sql);
        }

        DuckDb.Lock(connection, database is null ? $"SET allowed_directories = [{DuckDb.Literal(folder.EndsWith('/') ? folder : folder + '/')}]" : null);
        DuckDb.RequireSelect(connection, sql);
        return Query(connection, sql.TrimEnd().TrimEnd(';'), "query", database is null ? null : UnpackedSize.Limit(new FileInfo(WorkingFolder.Full(database)).Length), null);
    }

    /// <summary>The files that a path names: itself, or those that match it.</summary>
    /// <exception cref="DataException">There are none.</exception>
    internal static string[] Files(string path)
    {
        string full = WorkingFolder.Full(path);
        if (path.Contains('*', StringComparison.Ordinal) && !File.Exists(full))
        {
            string? folder = Path.GetDirectoryName(full);
            string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder, Path.GetFileName(path)) : [];
            Array.Sort(files, StringComparer.Ordinal);
            return files.Length > 0 ? files : throw new DataException($"no file matches '{path}'");
        }

        return File.Exists(full)
            ? [full]
            : throw new DataException(Directory.Exists(full) ? $"'{path}' is a folder, a file expected" : $"'{path}' does not exist");
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
