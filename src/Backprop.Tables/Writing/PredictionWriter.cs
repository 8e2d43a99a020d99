using System.Text;
using System.Text.Json;
using Backprop.ModelFiles;
using Backprop.Tables.Reading;
using DuckDB.NET.Data;

namespace Backprop.Tables.Writing;

/// <summary>Writes predictions as CSV, TSV, JSON, JSON lines or Parquet, by the file's extension.</summary>
public static class PredictionWriter
{
    /// <summary>Writes columns of text or numbers to a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Of equal length.</param>
    /// <exception cref="DataException">The file cannot be written.</exception>
    /// <exception cref="UsageException">An extension that is not known.</exception>
    public static void Write(string path, IReadOnlyList<Column> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        Action<Stream, IReadOnlyList<Column>> write = Format(path);
        AtomicFile.Write(path, stream => write(stream, columns));
    }

    /// <summary>Writes columns as CSV.</summary>
    public static void WriteCsv(Stream stream, IReadOnlyList<Column> columns) => WriteSeparated(stream, columns, ',');

    /// <summary>Writes one row as a JSON object; what is missing or no finite number is null.</summary>
    public static void WriteRow(Utf8JsonWriter json, IReadOnlyList<Column> columns, int row)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(columns);
        json.WriteStartObject();
        foreach (Column column in columns)
        {
            json.WritePropertyName(column.Name);
            if (column.IsMissing(row) || (!column.IsText && !double.IsFinite(column.Number(row))))
            {
                json.WriteNullValue(); // also for infinity, which JSON cannot say
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

    /// <summary>Whether a file of this name can be written.</summary>
    /// <exception cref="UsageException">An extension that is not known.</exception>
    public static void RequireFormat(string path) => Format(path);

    private static Action<Stream, IReadOnlyList<Column>> Format(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".csv" => WriteCsv,
        ".tsv" => (stream, columns) => WriteSeparated(stream, columns, '\t'),
        ".json" => (stream, columns) => WriteJson(stream, columns, lines: false),
        ".jsonl" or ".ndjson" => (stream, columns) => WriteJson(stream, columns, lines: true),
        ".parquet" => WriteParquet,
        string other => throw new UsageException($"'{path}': predictions are written as .csv, .tsv, .json, .jsonl or .parquet, found '{other}'"),
    };

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
                WriteRow(json, columns, row);
            }

            writer.Write(Encoding.UTF8.GetString(buffer.ToArray()));
            writer.Write(lines ? "\n" : "");
        }

        writer.Write(lines ? "" : "\n]\n");
    }

    /// <summary>Through DuckDB, in a temporary file.</summary>
    private static void WriteParquet(Stream stream, IReadOnlyList<Column> columns)
    {
        using var temporary = new TemporaryFile(".parquet");
        using (var connection = new DuckDBConnection("DataSource=:memory:"))
        {
            connection.Open();
            DuckDb.Execute(connection, $"CREATE TABLE predictions ({string.Join(", ", columns.Select(column => $"{DuckDb.Identifier(column.Name)} {(column.IsText ? "VARCHAR" : "DOUBLE")}"))})");
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

            DuckDb.Execute(connection, $"COPY predictions TO {DuckDb.Literal(temporary.Path)} (FORMAT parquet)");
        }

        using FileStream file = File.OpenRead(temporary.Path);
        file.CopyTo(stream);
    }
}
