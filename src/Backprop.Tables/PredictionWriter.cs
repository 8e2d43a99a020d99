using System.Text;
using System.Text.Json;
using Backprop.ModelFiles;
using DuckDB.NET.Data;

namespace Backprop.Tables;

/// <summary>Writes predictions as CSV, TSV, JSON, JSON lines or Parquet, by the file's extension.</summary>
public static class PredictionWriter
{
    /// <summary>Writes columns of text or numbers; null cells of text are empty.</summary>
    /// <param name="path">The file, or <c>-</c> for CSV on <paramref name="standardOutput"/>.</param>
    /// <param name="columns">Of equal length.</param>
    /// <param name="standardOutput">Where <c>-</c> goes.</param>
    /// <exception cref="DataException">The file cannot be written.</exception>
    /// <exception cref="UsageException">An extension that is not known.</exception>
    public static void Write(string path, IReadOnlyList<Column> columns, Stream standardOutput)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(columns);
        Action<Stream> write = path == "-" ? stream => WriteSeparated(stream, columns, ',') : Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".csv" => stream => WriteSeparated(stream, columns, ','),
            ".tsv" => stream => WriteSeparated(stream, columns, '\t'),
            ".json" => stream => WriteJson(stream, columns, lines: false),
            ".jsonl" or ".ndjson" => stream => WriteJson(stream, columns, lines: true),
            ".parquet" => stream => WriteParquet(stream, columns),
            string other => throw new UsageException($"'{path}': predictions are written as .csv, .tsv, .json, .jsonl or .parquet, found '{other}'"),
        };
        if (path == "-")
        {
            write(standardOutput);
        }
        else
        {
            AtomicFile.Write(path, write);
        }
    }

    private static void WriteSeparated(Stream stream, IReadOnlyList<Column> columns, char separator)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine(string.Join(separator, columns.Select(column => Quoted(column.Name, separator))));
        for (int row = 0; row < columns[0].Rows; row++)
        {
            for (int c = 0; c < columns.Count; c++)
            {
                if (c > 0)
                {
                    writer.Write(separator);
                }

                writer.Write(Quoted(columns[c].Text(row) ?? "", separator));
            }

            writer.WriteLine();
        }
    }

    private static string Quoted(string text, char separator) =>
        text.AsSpan().IndexOfAny(['"', '\n', '\r', separator]) < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static void WriteJson(Stream stream, IReadOnlyList<Column> columns, bool lines)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        for (int row = 0; row < columns[0].Rows; row++)
        {
            writer.Write(lines ? "" : row == 0 ? "[\n" : ",\n");
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                json.WriteStartObject();
                foreach (Column column in columns)
                {
                    json.WritePropertyName(column.Name);
                    if (column.IsMissing(row))
                    {
                        json.WriteNullValue();
                    }
                    else if (column.IsText)
                    {
                        json.WriteStringValue(column.Text(row));
                    }
                    else
                    {
                        json.WriteRawValue(column.Text(row)!);
                    }
                }

                json.WriteEndObject();
            }

            writer.Write(Encoding.UTF8.GetString(buffer.ToArray()));
            writer.Write(lines ? "\n" : "");
        }

        writer.Write(lines ? "" : "\n]\n");
    }

    /// <summary>Through DuckDB, in a temporary file.</summary>
    private static void WriteParquet(Stream stream, IReadOnlyList<Column> columns)
    {
        string temporary = Path.Combine(Path.GetTempPath(), $"backprop-{Guid.NewGuid():N}.parquet");
        try
        {
            using (var connection = new DuckDBConnection("DataSource=:memory:"))
            {
                connection.Open();
                using DuckDBCommand command = connection.CreateCommand();
                command.CommandText = $"CREATE TABLE predictions ({string.Join(", ", columns.Select(column => $"\"{column.Name.Replace("\"", "\"\"", StringComparison.Ordinal)}\" {(column.IsText ? "VARCHAR" : "DOUBLE")}"))})";
                command.ExecuteNonQuery();
                using (DuckDBAppender appender = connection.CreateAppender("predictions"))
                {
                    for (int row = 0; row < columns[0].Rows; row++)
                    {
                        IDuckDBAppenderRow cells = appender.CreateRow();
                        foreach (Column column in columns)
                        {
                            _ = column.IsMissing(row) ? cells.AppendNullValue() : column.IsText ? cells.AppendValue(column.Text(row)) : cells.AppendValue(column.Number(row));
                        }

                        cells.EndRow();
                    }
                }

                command.CommandText = $"COPY predictions TO '{temporary.Replace("'", "''", StringComparison.Ordinal)}' (FORMAT parquet)";
                command.ExecuteNonQuery();
            }

            using FileStream file = File.OpenRead(temporary);
            file.CopyTo(stream);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
