using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Backprop.ModelFiles;
using DuckDB.NET.Data;

namespace Backprop.Sql;

/// <summary>DuckDB, opened so that it parses what was named and reaches nothing else; names and texts as SQL has them.</summary>
internal static partial class DuckDb
{
    /// <summary>An empty database in memory, or a file that is only read; nothing is loaded from elsewhere.</summary>
    /// <param name="file">The database file, null: in memory.</param>
    /// <param name="database">Its name for messages.</param>
    /// <exception cref="DataException">It is no database.</exception>
    public static DuckDBConnection Open(string? file, string? database)
    {
        var settings = new DbConnectionStringBuilder { ["DataSource"] = file ?? ":memory:" };
        if (file is not null)
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

    /// <summary>
    /// Relative names of files count from a folder that is not the process's current one. DuckDB looks there first nevertheless, and has to be
    /// allowed to find nothing: what there is of such a name stays forbidden.
    /// </summary>
    public static void SearchIn(DuckDBConnection connection, string folder, string sql)
    {
        Execute(connection, $"SET file_search_path = {Literal(folder)}");
        IEnumerable<string> names = Quoted().Matches(sql).Select(match => match.Groups["text"].Value).Where(name => name.Length > 0 && !Path.IsPathFullyQualified(name));
        Execute(connection, $"SET allowed_paths = [{string.Join(", ", names.Select(Path.GetFullPath).Where(path => !Path.Exists(path)).Distinct(StringComparer.Ordinal).Select(Literal))}]");
    }

    /// <summary>'text' and "name".</summary>
    [GeneratedRegex("""(?<quote>['"])(?<text>[^'"]*)\k<quote>""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quoted();

    /// <summary>From here on nothing is reached but the database, and table files in a folder.</summary>
    /// <param name="connection">What is locked.</param>
    /// <param name="folder">The folder; null: no file is reached.</param>
    public static void Lock(DuckDBConnection connection, string? folder)
    {
        if (folder is not null)
        {
            Execute(connection, $"SET allowed_directories = [{Literal(Path.TrimEndingDirectorySeparator(Platform.Current.WithSlashes(folder)).TrimEnd('/') + '/')}]");
        }

        Execute(connection, "SET enable_external_access = false");
        Execute(connection, "SET lock_configuration = true");
    }

    /// <summary>Runs a statement that gives nothing.</summary>
    public static void Execute(DuckDBConnection connection, string sql)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>One SELECT, whole by itself: what stands in brackets later cannot end them.</summary>
    public static void RequireSelect(DuckDBConnection connection, string sql)
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

    /// <summary>The columns of a query.</summary>
    public static List<(string Name, string Type)> Describe(DuckDBConnection connection, string sql)
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

    /// <summary>A text, whatever it holds.</summary>
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A name, whatever it holds.</summary>
    public static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The part of DuckDB's message that says what is wrong and where; the rest is advice on SQL.</summary>
    public static string FirstLines(string message) =>
        string.Join("; ", message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeWhile(line => !line.StartsWith("Possible", StringComparison.Ordinal) && !line.StartsWith("LINE ", StringComparison.Ordinal)).Take(4));
}
