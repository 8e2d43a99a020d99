using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;

namespace Backprop.Tables;

/// <summary>Reads tables through an in-process DuckDB, which parses and nothing else: rows stay in file order, every statistic is ours.</summary>
public static partial class TableReader
{
    /// <summary>What counts as an empty cell in CSV.</summary>
    private const string MissingCells = "['', 'NA', 'N/A', 'na', 'n/a', 'NaN', 'nan', 'NULL', 'null', '?']";

    /// <summary>Every row is looked at; no cell becomes a date or a truth value, so that class labels stay as they are written.</summary>
    private const string CsvOptions = $"{CsvQuotes}, sample_size = -1, skip = 0, auto_type_candidates = ['BIGINT', 'DOUBLE', 'VARCHAR'], nullstr = {MissingCells}, union_by_name = true";

    private const string CsvQuotes = "quote = '\"', escape = '\"'";

    private static readonly string[] s_delimiters = [",", ";", "\t", "|"];

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
        string list = $"[{string.Join(", ", files.Select(Literal))}]";
        string from = Extension(path) switch
        {
            ".csv" or ".txt" => $"read_csv({list}, delim = {Literal(Dialect(files[0]).Delimiter)}, {CsvOptions})",
            ".tsv" => $"read_csv({list}, delim = '\t', {CsvOptions})",
            ".json" => $"read_json({list}, sample_size = -1, maximum_object_size = 268435456, union_by_name = true)",
            ".jsonl" or ".ndjson" => $"read_json({list}, sample_size = -1, format = 'newline_delimited', union_by_name = true)",
            ".parquet" => $"read_parquet({list}, union_by_name = true)",
            string other => throw new DataException($"'{path}': unknown kind of file '{other}', expected one of {string.Join(", ", s_extensions)}"),
        };
        using var connection = Open(null);
        Execute(connection, $"SET allowed_paths = {list}");
        Lock(connection);
        try
        {
            return Query(connection, $"SELECT * FROM {from}", path);
        }
        catch (DataException) when (Extension(path) is ".csv" or ".tsv" or ".txt")
        {
            foreach (string file in files)
            {
                RequireRectangle(connection, file, files.Length == 1 ? path : file);
            }

            throw;
        }
    }

    /// <summary>DuckDB looks for a dialect that fits a torn file and says that there is none; with the dialect given it says which line is torn.</summary>
    private static void RequireRectangle(DuckDBConnection connection, string file, string source)
    {
        (string delimiter, int columns) = Dialect(file);
        string types = string.Join(", ", Enumerable.Range(0, columns).Select(c => $"'c{c}': 'VARCHAR'"));
        try
        {
            Execute(connection, $"SELECT count(*) FROM (SELECT * FROM read_csv({Literal(file)}, delim = {Literal(delimiter)}, {CsvQuotes}, auto_detect = false, header = true, columns = {{{types}}}))");
        }
        catch (DuckDBException error) when (TornLine().Match(error.Message) is { Success: true } torn)
        {
            long line = long.Parse(torn.Groups["line"].Value, CultureInfo.InvariantCulture);
            string what = torn.Groups["found"].Success ? $"{torn.Groups["found"]} cells found, {columns} expected as in the header" : "a quote is opened and not closed";
            throw new DataException($"'{source}', row {line - 2} (line {line}): {what}", error);
        }
    }

    [GeneratedRegex(@"CSV Error on Line: (?<line>\d+)[\s\S]*?(Number of Columns: \d+ Found: (?<found>\d+)|unterminated quote)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TornLine();

    /// <summary>Reads CSV from a stream, such as standard input.</summary>
    /// <exception cref="DataException">Malformed.</exception>
    public static Table ReadCsv(Stream stream, string source)
    {
        ArgumentNullException.ThrowIfNull(stream);
        string temporary = Path.Combine(Path.GetTempPath(), $"backprop-{Guid.NewGuid():N}.csv");
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew))
            {
                stream.CopyTo(file);
            }

            return new(source, Rename(temporary, source));
        }
        finally
        {
            File.Delete(temporary);
        }
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

    /// <summary>Reads the rows of a SQL query, from a DuckDB database file (opened read-only) or from none.</summary>
    /// <exception cref="DataException">The query fails.</exception>
    public static Table Query(string sql, string? database)
    {
        ArgumentNullException.ThrowIfNull(sql);
        if (database is not null && !File.Exists(database))
        {
            throw new DataException($"database '{database}' does not exist");
        }

        using var connection = Open(database);
        Execute(connection, "SET lock_configuration = true");
        return Query(connection, sql, "query");
    }

    private static string[] Files(string path)
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

    /// <summary>The separator that stands most often in the first line; guessing from later lines would accept torn ones.</summary>
    private static (string Delimiter, int Columns) Dialect(string file)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            using Stream text = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new System.IO.Compression.GZipStream(stream, System.IO.Compression.CompressionMode.Decompress) : stream;
            using var reader = new StreamReader(text);
            char[] buffer = new char[1 << 16];
            string start = new(buffer, 0, reader.ReadBlock(buffer));
            string line = QuotedCell().Replace(start, "").Split('\n')[0];
            string delimiter = Extension(file) == ".tsv" ? "\t" : s_delimiters.MaxBy(separator => line.Split(separator).Length)!;
            return (delimiter, line.Split(delimiter).Length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new DataException($"cannot read '{file}': {error.Message}", error);
        }
    }

    [GeneratedRegex("\"[^\"]*\"", RegexOptions.NonBacktracking)]
    private static partial Regex QuotedCell();

    private static string Extension(string path)
    {
        string name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        return Path.GetExtension(name).ToLowerInvariant();
    }

    private static DuckDBConnection Open(string? database)
    {
        string file = database is null ? ":memory:" : Path.GetFullPath(database);
        var connection = new DuckDBConnection(database is null ? "DataSource=:memory:" : $"DataSource={file};ACCESS_MODE=READ_ONLY");
        try
        {
            connection.Open();
            Execute(connection, "SET autoinstall_known_extensions = false");
            Execute(connection, "SET autoload_known_extensions = false");
            Execute(connection, "SET preserve_insertion_order = true");
            return connection;
        }
        catch (DuckDBException error)
        {
            connection.Dispose();
            throw new DataException($"database '{database}': {FirstLines(error.Message)}", error);
        }
    }

    /// <summary>From here on nothing is reached but the files that were allowed by name.</summary>
    private static void Lock(DuckDBConnection connection)
    {
        Execute(connection, "SET enable_external_access = false");
        Execute(connection, "SET lock_configuration = true");
    }

    private static void Execute(DuckDBConnection connection, string sql)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static Table Query(DuckDBConnection connection, string sql, string source)
    {
        try
        {
            List<(string Name, string Type)> described = Describe(connection, sql);
            string columns = string.Join(", ", described.Select(column => $"{Expression(column.Name, column.Type, source)} AS {Identifier(column.Name)}"));
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = $"SELECT {columns} FROM ({sql}\n)";
            command.UseStreamingMode = true;
            using DbDataReader reader = command.ExecuteReader();
            return Collect(reader, described, source);
        }
        catch (DuckDBException error)
        {
            throw new DataException($"'{source}': {FirstLines(error.Message)}", error);
        }
    }

    private static List<(string Name, string Type)> Describe(DuckDBConnection connection, string sql)
    {
        var result = new List<(string, string)>();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"DESCRIBE SELECT * FROM ({sql}\n)";
        using DbDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            result.Add((reader.GetString(0), reader.GetString(1)));
        }

        return result;
    }

    private static ColumnType TypeOf(string name, string type, string source) => type switch
    {
        "BOOLEAN" => ColumnType.Boolean,
        "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "HUGEINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT" or "UHUGEINT" => ColumnType.Integer,
        "FLOAT" or "DOUBLE" => ColumnType.Real,
        _ when type.StartsWith("DECIMAL", StringComparison.Ordinal) => ColumnType.Real,
        _ when type.Contains('[', StringComparison.Ordinal) || type.StartsWith("STRUCT", StringComparison.Ordinal) || type.StartsWith("MAP", StringComparison.Ordinal) || type.StartsWith("UNION", StringComparison.Ordinal) || type == "BLOB" =>
            throw new DataException($"'{source}', column '{name}': {type} found, numbers or text expected"),
        _ => ColumnType.Text,
    };

    private static string Expression(string name, string type, string source) => TypeOf(name, type, source) switch
    {
        ColumnType.Boolean => Identifier(name),
        ColumnType.Text => $"CAST({Identifier(name)} AS VARCHAR)",
        _ => $"CAST({Identifier(name)} AS DOUBLE)",
    };

    private static Table Collect(DbDataReader reader, List<(string Name, string Type)> described, string source)
    {
        ColumnType[] types = [.. described.Select(column => TypeOf(column.Name, column.Type, source))];
        var numbers = new List<double>[types.Length];
        var texts = new List<string?>[types.Length];
        for (int c = 0; c < types.Length; c++)
        {
            numbers[c] = [];
            texts[c] = [];
        }

        for (int row = 0; reader.Read(); row++)
        {
            for (int c = 0; c < types.Length; c++)
            {
                bool missing = reader.IsDBNull(c);
                if (types[c] == ColumnType.Text)
                {
                    texts[c].Add(missing ? null : reader.GetString(c));
                    continue;
                }

                double number = missing ? double.NaN : types[c] == ColumnType.Boolean ? (reader.GetBoolean(c) ? 1 : 0) : reader.GetDouble(c);
                if (double.IsInfinity(number))
                {
                    throw new DataException($"'{source}', row {row}, column '{described[c].Name}': {number.ToString(CultureInfo.InvariantCulture)} found, a finite number expected");
                }

                numbers[c].Add(number);
            }
        }

        return new(source, [.. types.Select((type, c) => type == ColumnType.Text
            ? new Column(described[c].Name, [.. texts[c]])
            : new Column(described[c].Name, type, [.. numbers[c]]))]);
    }

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The part of DuckDB's message that says what is wrong and where; the rest is advice on SQL.</summary>
    private static string FirstLines(string message) =>
        string.Join("; ", message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeWhile(line => !line.StartsWith("Possible", StringComparison.Ordinal) && !line.StartsWith("LINE ", StringComparison.Ordinal)).Take(4));
}
