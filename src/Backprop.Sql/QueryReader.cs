using System.Data.Common;
using System.Globalization;
using Backprop.Tables;
using Backprop.Tables.Reading;
using DuckDB.NET.Data;

namespace Backprop.Sql;

/// <summary>The rows of a query as a table.</summary>
internal static class QueryReader
{
    /// <summary>Reads all rows.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="sql">One SELECT.</param>
    /// <param name="options">What stands for a missing cell, and how columns are read that a schema knows.</param>
    /// <param name="notes">Takes what is in doubt.</param>
    /// <param name="most">The most bytes that the cells may take.</param>
    /// <exception cref="DataException">A column of lists or structures, a number that is not finite, too many cells.</exception>
    public static Table Read(DuckDBConnection connection, string sql, ReadingOptions? options, Notes? notes, long most)
    {
        var columns = new List<QueryColumn>();
        var skipped = new List<string>();
        List<(string Name, string Type)> described = DuckDb.Describe(connection, sql);
        ReadingOptions? known = options?.For([.. described.Select(column => column.Name)]);
        foreach ((string name, string type) in described)
        {
            ColumnReading? reading = known?.Of(name);
            if (reading?.Kind == ColumnReadingKind.Skip)
            {
                skipped.Add(name);
            }
            else if (!QueryColumn.HasCells(type) && known?.LeavesOut(name) == true)
            {
                skipped.Add(name);
                notes?.Add(ReadingOptions.LeftOut("query", name, type));
            }
            else
            {
                columns.Add(QueryColumn.Of(name, type, reading, options));
            }
        }

        if (columns.Count == 0 && options is { MayFindNothing: false })
        {
            return Read(connection, sql, options.OfAll(), notes, most);
        }

        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT {(columns.Count == 0 ? "NULL" : string.Join(", ", columns.Select(column => column.Expression)))} FROM ({sql}\n)";
        command.UseStreamingMode = true;
        using DbDataReader rows = command.ExecuteReader();
        int row = 0;
        for (; rows.Read(); row++)
        {
            long bytes = 0;
            for (int c = 0; c < columns.Count; c++)
            {
                columns[c].Add(rows, c, row);
                bytes += columns[c].Bytes;
            }

            if (bytes > most)
            {
                throw new DataException($"'query', row {row}: the cells take more than {most.ToString(CultureInfo.InvariantCulture)} bytes, no such file packs so well");
            }
        }

        return new("query", [.. columns.Select(column => column.Finish(notes))], row) { Skipped = skipped };
    }
}
