using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Backprop.Data;
using DuckDB.NET.Data;

namespace Backprop.Tables;

/// <summary>Reads tables through an in-process DuckDB, which parses and nothing else: rows stay in file order, every statistic is ours.</summary>
public static partial class TableReader
{
    /// <summary>What counts as an empty cell in CSV. NaN does not: it is what a computation went wrong with.</summary>
    private const string MissingCells = "['', 'NA', 'N/A', 'na', 'n/a', 'NULL', 'null', '?']";

    /// <summary>Nothing is taken from a file's path, and no line for a comment.</summary>
    private const string Columns = "union_by_name = true, hive_partitioning = false";

    /// <summary>Every row is looked at; no cell becomes a date or a truth value, so that class labels stay as they are written.</summary>
    private const string CsvOptions = $"{CsvQuotes}, comment = '', sample_size = -1, skip = 0, auto_type_candidates = ['BIGINT', 'DOUBLE', 'VARCHAR'], nullstr = {MissingCells}, {Columns}";

    private const string CsvQuotes = "quote = '\"', escape = '\"'";

    /// <summary>As long as a line that DuckDB reads.</summary>
    private const int MaxHeader = 2_000_000;

    private static readonly char[] s_delimiters = [',', ';', '\t', '|'];

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
        string kind = Extension(path), list = List(files.Select(Pattern));
        foreach (string file in files)
        {
            FileGuard.Check(file, files.Length == 1 ? path : file, kind);
        }

        bool isCsv = kind is ".csv" or ".tsv" or ".txt";
        Header? header = isCsv ? ReadHeader(files[0], kind) : null;
        string from = kind switch
        {
            _ when isCsv => $"read_csv({list}, delim = {Literal(header!.Delimiter)}, {CsvOptions})",
            ".json" => $"read_json({list}, sample_size = -1, maximum_object_size = 268435456, {Columns})",
            ".jsonl" or ".ndjson" => $"read_json({list}, sample_size = -1, format = 'newline_delimited', {Columns})",
            ".parquet" => $"read_parquet({list}, {Columns})",
            _ => throw new DataException($"'{path}': unknown kind of file '{kind}', expected one of {string.Join(", ", s_extensions)}"),
        };
        long length = files.Sum(file => new FileInfo(file).Length);
        using var connection = Open(null);
        Lock(connection, $"SET allowed_paths = {List(files.Concat(files.Select(Pattern)).Distinct(StringComparer.Ordinal))}");
        try
        {
            return Query(connection, $"SELECT * FROM {from}", path, UnpackedSize.Limit(length), files.Length == 1 ? header?.Names : null);
        }
        catch (DataException error) when (kind is ".jsonl" or ".ndjson" && error.InnerException is DuckDBException)
        {
            foreach (string file in files)
            {
                RequireJsonLines(file, files.Length == 1 ? path : file);
            }

            throw;
        }
        catch (DataException error) when (isCsv && error.InnerException is DuckDBException)
        {
            foreach (string file in files)
            {
                RequireRectangle(connection, file, files.Length == 1 ? path : file);
            }

            throw;
        }
    }

    /// <summary>DuckDB is not sure which line of JSON is malformed; this is.</summary>
    private static void RequireJsonLines(string file, string source)
    {
        if (file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        int row = 0;
        foreach (string line in File.ReadLines(file).Where(line => !string.IsNullOrWhiteSpace(line)))
        {
            try
            {
                using var document = JsonDocument.Parse(line, new JsonDocumentOptions { AllowDuplicateProperties = false });
            }
            catch (JsonException error)
            {
                throw new DataException($"'{source}', row {row}: {error.Message}", error);
            }

            row++;
        }
    }

    /// <summary>DuckDB looks for a dialect that fits a torn file and says that there is none; with the dialect given it says which line is torn.</summary>
    private static void RequireRectangle(DuckDBConnection connection, string file, string source)
    {
        Header header = ReadHeader(file, Extension(file));
        string types = string.Join(", ", Enumerable.Range(0, header.Names.Length).Select(c => $"'c{c}': 'VARCHAR'"));
        try
        {
            Execute(connection, $"SELECT count(*) FROM (SELECT * FROM read_csv({Literal(Pattern(file))}, delim = {Literal(header.Delimiter)}, {CsvQuotes}, comment = '', hive_partitioning = false, auto_detect = false, header = true, columns = {{{types}}}))");
        }
        catch (DuckDBException error) when (TornLine().Match(error.Message) is { Success: true } torn)
        {
            long line = long.Parse(torn.Groups["line"].Value, CultureInfo.InvariantCulture);
            Match cells = TornCells().Match(error.Message);
            string what = cells.Success ? $"{cells.Groups["found"]} cells found, {header.Names.Length} expected as in the header"
                : error.Message.Contains("unterminated quote", StringComparison.Ordinal) ? "a quote is opened and not closed"
                : error.Message.Contains("not utf-8", StringComparison.Ordinal) ? "bytes found that are not UTF-8"
                : error.Message.Contains("Maximum line size", StringComparison.Ordinal) ? "the line is longer than 2,000,000 bytes"
                : "the cells cannot be told apart";
            throw new DataException($"'{source}', row {line - 2} (line {line}): {what}", error);
        }
        catch (DuckDBException)
        {
            // the message of the first attempt says it
        }
    }

    [GeneratedRegex(@"CSV Error on Line: (?<line>\d+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TornLine();

    [GeneratedRegex(@"Number of Columns: \d+ Found: (?<found>\d+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TornCells();

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

    /// <summary>
    /// Reads the rows of one SELECT statement: from a DuckDB database file, opened read-only, and from nothing else; or where there is none, from
    /// table files in the current folder and below it.
    /// </summary>
    /// <exception cref="DataException">The query fails, is not one SELECT, or reaches for something else.</exception>
    public static Table Query(string sql, string? database)
    {
        ArgumentNullException.ThrowIfNull(sql);
        if (database is not null && !File.Exists(database))
        {
            throw new DataException($"database '{database}' does not exist");
        }

        using var connection = Open(database);
        string folder = Environment.CurrentDirectory;
        Lock(connection, database is null ? $"SET allowed_directories = [{Literal(folder.EndsWith('/') ? folder : folder + '/')}]" : null);
        RequireSelect(connection, sql);
        return Query(connection, sql.TrimEnd().TrimEnd(';'), "query", database is null ? null : UnpackedSize.Limit(new FileInfo(database).Length), null);
    }

    /// <summary>One SELECT, whole by itself: what stands in brackets later cannot end them.</summary>
    private static void RequireSelect(DuckDBConnection connection, string sql)
    {
        try
        {
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = "SELECT json_extract_string(j, '$.error_message'), json_array_length(j, '$.statements') FROM (SELECT json_serialize_sql($1::VARCHAR) AS j)";
            command.Parameters.Add(new DuckDBParameter(sql));
            using DbDataReader reader = command.ExecuteReader();
            reader.Read();
            string? error = reader.IsDBNull(0) ? null : reader.GetString(0);
            if (error is not null || reader.IsDBNull(1) || Convert.ToInt64(reader.GetValue(1), CultureInfo.InvariantCulture) != 1)
            {
                throw new DataException($"'query': {(error is null || error.StartsWith("Only SELECT", StringComparison.Ordinal) ? "one SELECT statement expected" : error)}");
            }
        }
        catch (DuckDBException error)
        {
            throw new DataException($"'query': {FirstLines(error.Message)}", error);
        }
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

    /// <summary>What the first line says.</summary>
    internal sealed record Header(string Delimiter, string[] Names);

    /// <summary>The separator that stands most often in the first line, and the cells; guessing from later lines would accept torn ones.</summary>
    private static Header ReadHeader(string file, string kind)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            using Stream text = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new System.IO.Compression.GZipStream(stream, System.IO.Compression.CompressionMode.Decompress) : stream;
            return ReadHeader(text, kind, ReferenceEquals(text, stream) ? stream.Length : long.MaxValue);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new DataException($"cannot read '{file}': {error.Message}", error);
        }
    }

    /// <param name="text">The file.</param>
    /// <param name="kind">Its extension.</param>
    /// <param name="length">It has no more bytes than this.</param>
    internal static Header ReadHeader(Stream text, string kind, long length)
    {
        using var reader = new StreamReader(text);
        char[] buffer = new char[Math.Min(MaxHeader, length)];
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

    private static string Extension(string path)
    {
        string name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        return Path.GetExtension(name).ToLowerInvariant();
    }

    private static DuckDBConnection Open(string? database)
    {
        var settings = new DbConnectionStringBuilder { ["DataSource"] = database is null ? ":memory:" : Path.GetFullPath(database) };
        if (database is not null)
        {
            settings["ACCESS_MODE"] = "READ_ONLY";
        }

        settings["autoinstall_known_extensions"] = "false";
        settings["autoload_known_extensions"] = "false";
        settings["allow_community_extensions"] = "false";
        var connection = new DuckDBConnection(settings.ConnectionString);
        try
        {
            connection.Open();
            Execute(connection, "SET preserve_insertion_order = true");
            Execute(connection, "SET temp_directory = ''");
            return connection;
        }
        catch (DuckDBException error)
        {
            connection.Dispose();
            throw new DataException($"database '{database}': {FirstLines(error.Message)}", error);
        }
    }

    /// <summary>From here on nothing is reached but what is allowed.</summary>
    private static void Lock(DuckDBConnection connection, string? allowed)
    {
        if (allowed is not null)
        {
            Execute(connection, allowed);
        }

        Execute(connection, "SET enable_external_access = false");
        Execute(connection, "SET lock_configuration = true");
    }

    private static void Execute(DuckDBConnection connection, string sql)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <param name="connection">Where.</param>
    /// <param name="sql">One SELECT.</param>
    /// <param name="source">For messages.</param>
    /// <param name="most">The most bytes that the cells may take; null: what the machine has.</param>
    /// <param name="header">The names in the first line of a CSV file.</param>
    private static Table Query(DuckDBConnection connection, string sql, string source, long? most, string[]? header)
    {
        try
        {
            List<(string Name, string Type)> described = Describe(connection, sql);
            string columns = string.Join(", ", described.Select(column => $"{Expression(column.Name, column.Type, source)} AS {Identifier(column.Name)}"));
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = $"SELECT {columns} FROM ({sql}\n)";
            command.UseStreamingMode = true;
            using DbDataReader reader = command.ExecuteReader();
            return Collect(reader, header is null ? described : Named(described, header, source), source, most ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 3);
        }
        catch (DuckDBException error)
        {
            string what = OutOfReach().IsMatch(error.Message) ? $"{FirstLines(error.Message).Split(';')[0]}: a query reads its --database, or without one table files in the current folder and below" : FirstLines(error.Message);
            throw new DataException($"'{source}': {what}", error);
        }
    }

    [GeneratedRegex("^(Missing Extension|Permission) Error", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex OutOfReach();

    /// <summary>DuckDB renames a column whose name another one has, or has in other case.</summary>
    private static List<(string Name, string Type)> Named(List<(string Name, string Type)> described, string[] header, string source)
    {
        if (header.Length != described.Count || !header.Any(name => name.Length > 0 && described[0].Name == name.TrimStart('\uFEFF')))
        {
            return described; // there is no header, or one of another form
        }

        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase), alike = new(StringComparer.OrdinalIgnoreCase);
        alike.UnionWith(header.Where(name => name.Length > 0 && !seen.Add(name)));
        string? twice = header.Where(name => name.Length > 0).GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is not null
            ? throw new DataException($"'{source}' has two columns named '{twice}'")
            : [.. described.Select((column, c) => alike.Contains(header[c]) ? (header[c], column.Type) : column)];
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

    private static Table Collect(DbDataReader reader, List<(string Name, string Type)> described, string source, long most)
    {
        var strings = new Dictionary<string, string>(StringComparer.Ordinal);
        long bytes = 0;
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
                if ((bytes += sizeof(double)) > most)
                {
                    throw new DataException($"'{source}', row {row}: the cells take more than {most} bytes, no such file packs so well");
                }

                if (types[c] == ColumnType.Text)
                {
                    string? text = missing ? null : reader.GetString(c);
                    if (text is not null && strings.TryAdd(text, text))
                    {
                        bytes += 64 + (2L * text.Length);
                    }

                    texts[c].Add(text is null ? null : strings[text]);
                    continue;
                }

                double number = missing ? double.NaN : types[c] == ColumnType.Boolean ? (reader.GetBoolean(c) ? 1 : 0) : reader.GetDouble(c);
                if (!missing && !double.IsFinite(number))
                {
                    throw new DataException($"'{source}', row {row}, column '{described[c].Name}': {number.ToString(CultureInfo.InvariantCulture)} found, a finite number expected, or an empty cell where it is missing");
                }

                numbers[c].Add(number);
            }
        }

        return new(source, [.. types.Select((type, c) => type == ColumnType.Text
            ? new Column(described[c].Name, [.. texts[c]])
            : new Column(described[c].Name, type, [.. numbers[c]]))]);
    }

    private static string List(IEnumerable<string> files) => $"[{string.Join(", ", files.Select(Literal))}]";

    /// <summary>A pattern that matches the one file: its name may have characters that mean something in patterns.</summary>
    private static string Pattern(string file) => GlobCharacter().Replace(file, "[$0]");

    [GeneratedRegex(@"[*?\[]", RegexOptions.NonBacktracking)]
    private static partial Regex GlobCharacter();

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The part of DuckDB's message that says what is wrong and where; the rest is advice on SQL.</summary>
    private static string FirstLines(string message) =>
        string.Join("; ", message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeWhile(line => !line.StartsWith("Possible", StringComparison.Ordinal) && !line.StartsWith("LINE ", StringComparison.Ordinal)).Take(4));
}
