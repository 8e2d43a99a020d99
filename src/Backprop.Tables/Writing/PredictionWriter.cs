using System.Text.Json;
using Backprop.ModelFiles;

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

    /// <summary>Writes columns to a stream, in the form that a file of that name would have.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="name">A name with one of the extensions.</param>
    /// <param name="columns">Of equal length.</param>
    /// <exception cref="UsageException">An extension that is not known.</exception>
    public static void Write(Stream stream, string name, IReadOnlyList<Column> columns)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Format(name)(stream, columns);
    }

    /// <summary>Writes columns as CSV.</summary>
    public static void WriteCsv(Stream stream, IReadOnlyList<Column> columns)
    {
        ArgumentNullException.ThrowIfNull(stream);
        new SeparatedRows(columns, ',').Write(stream);
    }

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
            else if (column.Parts is { } parts)
            {
                json.WriteStartArray();
                foreach (string part in parts[column.Codes[row]])
                {
                    json.WriteStringValue(part);
                }

                json.WriteEndArray();
            }
            else if (column.IsText && !double.IsFinite(column.TypedNumber(column.Codes[row])))
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
        ".tsv" => (stream, columns) => new SeparatedRows(columns, '\t').Write(stream),
        ".json" => (stream, columns) => new JsonObjects(columns, asLines: false).Write(stream),
        ".jsonl" or ".ndjson" => (stream, columns) => new JsonObjects(columns, asLines: true).Write(stream),
        ".parquet" => ParquetRows.Write,
        string other => throw new UsageException($"'{path}': predictions are written as .csv, .tsv, .json, .jsonl or .parquet, found '{other}'"),
    };
}
