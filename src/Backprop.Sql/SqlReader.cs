using System.Text.RegularExpressions;
using Backprop.Data;
using Backprop.Tables;
using Backprop.Tables.Reading;
using DuckDB.NET.Data;

namespace Backprop.Sql;

/// <summary>Reads the rows of a query through an in-process DuckDB.</summary>
public static partial class SqlReader
{
    /// <summary>
    /// Reads the rows of one SELECT statement: from a DuckDB database file, opened read-only, and from nothing else; or where there is none, from
    /// table files in the current folder and below it. Dates and times become text as ISO 8601 has it; text is read as the cells of a text file are.
    /// </summary>
    /// <param name="sql">The statement.</param>
    /// <param name="database">A database file; null: the query names table files.</param>
    /// <param name="notes">Takes what was guessed.</param>
    /// <param name="options">What stands for a missing cell among texts, and how columns are read that a schema knows.</param>
    /// <exception cref="DataException">The query fails, is not one SELECT, or reaches for something else.</exception>
    public static Table Read(string sql, string? database, Notes? notes = null, ReadingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sql);
        string? file = database is null ? null : WorkingFolder.Full(database);
        if (file is not null && !File.Exists(file))
        {
            throw new DataException($"database '{database}' does not exist");
        }

        using DuckDBConnection connection = DuckDb.Open(file, database);
        string folder = WorkingFolder.Current;
        if (file is null && folder != Environment.CurrentDirectory)
        {
            DuckDb.SearchIn(connection, folder, sql);
        }

        DuckDb.Lock(connection, file is null ? folder : null);
        DuckDb.RequireSelect(connection, sql);
        long most = file is null ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 3 : UnpackedSize.Limit(new FileInfo(file).Length);
        try
        {
            return QueryReader.Read(connection, sql.TrimEnd().TrimEnd(';'), options, notes, most);
        }
        catch (DuckDBException error)
        {
            string what = DuckDb.FirstLines(error.Message);
            throw new DataException($"'query': {(OutOfReach().IsMatch(error.Message) ? $"{what.Split(';')[0]}: a query reads its --database, or without one table files in the current folder and below" : what)}", error);
        }
    }

    [GeneratedRegex("^(Missing Extension|Permission) Error", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex OutOfReach();
}
