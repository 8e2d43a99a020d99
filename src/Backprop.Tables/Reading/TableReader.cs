using System.Data.Common;
using System.IO.Compression;
using System.Text.RegularExpressions;
using Backprop.Data;
using DuckDB.NET.Data;

namespace Backprop.Tables.Reading;

/// <summary>Reads tables from files, whatever kind they are. Rows stay in file order; what cells mean is for a schema to say.</summary>
public static partial class TableReader
{
    /// <summary>Nothing is taken from a file's path.</summary>
    private const string Columns = "union_by_name = true, hive_partitioning = false";

    private static readonly string[] s_extensions = [".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet"];

    /// <summary>Whether a path looks like a table that <see cref="Read"/> takes.</summary>
    public static bool IsTable(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return s_extensions.Contains(Extension(path));
    }

    /// <summary>Reads a CSV, TSV, JSON, JSON-lines or Parquet file, or all files that a pattern with * matches.</summary>
    /// <param name="path">The file, or the pattern.</param>
    /// <param name="options">How it is read; null: as it looks.</param>
    /// <param name="notes">For what was in doubt.</param>
    /// <exception cref="DataException">Missing, unreadable or malformed: which file, row and column.</exception>
    /// <exception cref="UsageException">An option that cannot be meant.</exception>
    public static Table Read(string path, ReadingOptions? options = null, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        string[] files = Files(path);
        return Extension(path) switch
        {
            ".csv" or ".tsv" or ".txt" => ReadCsv(files, path, options ?? new(), notes, CsvBytes.ChunkLength),
            ".json" or ".jsonl" or ".ndjson" or ".parquet" => ReadTyped(files, path),
            var kind => throw new DataException($"'{path}': unknown kind of file '{kind}', expected one of {string.Join(", ", s_extensions)}"),
        };
    }

    /// <summary>Reads CSV from a stream, such as standard input.</summary>
    /// <param name="stream">What is read to its end.</param>
    /// <param name="source">Its name for messages.</param>
    /// <param name="options">How it is read; null: as it looks.</param>
    /// <param name="notes">For what was in doubt.</param>
    /// <exception cref="DataException">Malformed: which row and column.</exception>
    /// <exception cref="UsageException">An option that cannot be meant.</exception>
    public static Table ReadCsv(Stream stream, string source, ReadingOptions? options = null, Notes? notes = null) => ReadCsv(stream, source, options, notes, CsvBytes.ChunkLength);

    internal static Table ReadCsv(Stream stream, string source, ReadingOptions? options, Notes? notes, int chunkLength)
    {
        ArgumentNullException.ThrowIfNull(stream);
        options ??= new();
        return CsvReader.Read([CsvFile.Load(stream, source, options, notes, long.MaxValue, null, chunkLength)], source, options, notes, chunkLength);
    }

    private static Table ReadCsv(string[] files, string path, ReadingOptions options, Notes? notes, int chunkLength)
    {
        List<CsvFile> loaded = [];
        foreach (string file in files)
        {
            string name = files.Length == 1 ? path : Path.Combine(Path.GetDirectoryName(path) ?? "", Path.GetFileName(file));
            try
            {
                using FileStream stream = File.OpenRead(file);
                bool isPacked = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
                using Stream text = isPacked ? new GZipStream(stream, CompressionMode.Decompress) : stream;
                loaded.Add(CsvFile.Load(text, name, options, notes, isPacked ? UnpackedSize.Limit(stream.Length) : long.MaxValue, isPacked ? null : stream.Length, chunkLength));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                throw new DataException($"cannot read '{name}': {error.Message}", error);
            }
        }

        return CsvReader.Read(loaded, path, options, notes, chunkLength);
    }

    private static Table ReadTyped(string[] files, string path)
    {
        string kind = Extension(path), list = DuckDb.List(files.Select(DuckDb.Pattern));
        foreach (string file in files)
        {
            FileGuard.Check(file, files.Length == 1 ? path : file, kind);
        }

        string from = kind switch
        {
            ".json" => $"read_json({list}, sample_size = -1, maximum_object_size = 268435456, {Columns})",
            ".parquet" => $"read_parquet({list}, {Columns})",
            _ => $"read_json({list}, sample_size = -1, format = 'newline_delimited', {Columns})",
        };
        long length = files.Sum(file => new FileInfo(file).Length);
        using var connection = DuckDb.Open(null);
        DuckDb.Lock(connection, $"SET allowed_paths = {DuckDb.List(files.Concat(files.Select(DuckDb.Pattern)).Distinct(StringComparer.Ordinal))}");
        try
        {
            return Query(connection, $"SELECT * FROM {from}", path, UnpackedSize.Limit(length));
        }
        catch (DataException error) when (kind is ".jsonl" or ".ndjson" && error.InnerException is DuckDBException)
        {
            foreach (string file in files)
            {
                MalformedRow.RequireJsonLines(file, files.Length == 1 ? path : file);
            }

            throw;
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
        return Query(connection, sql.TrimEnd().TrimEnd(';'), "query", database is null ? null : UnpackedSize.Limit(new FileInfo(WorkingFolder.Full(database)).Length));
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
    private static Table Query(DuckDBConnection connection, string sql, string source, long? most)
    {
        try
        {
            List<(string Name, string Type)> described = DuckDb.Describe(connection, sql);
            string columns = string.Join(", ", described.Select(column => $"{CellReader.Expression(column.Name, column.Type, source)} AS {DuckDb.Identifier(column.Name)}"));
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = $"SELECT {columns} FROM ({sql}\n)";
            command.UseStreamingMode = true;
            using DbDataReader reader = command.ExecuteReader();
            return CellReader.Read(reader, described, source, most ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 3);
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
