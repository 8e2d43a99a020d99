using System.IO.Compression;
using Backprop.Data;

namespace Backprop.Tables.Reading;

/// <summary>Reads tables from files, whatever kind they are. Rows stay in file order; what cells mean is for a schema to say.</summary>
public static class TableReader
{
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
            ".csv" or ".tsv" or ".txt" => ReadCsv(files, path, options ?? new(), notes, CsvBytes.KeptLength, CsvBytes.ChunkLength),
            ".json" or ".jsonl" or ".ndjson" or ".parquet" => TypedFiles.Read(files, path, options ?? new(), notes),
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
        return CsvReader.Read(CsvFile.Load(stream, source, options, notes, long.MaxValue, stream.CanSeek ? stream.Length - stream.Position : null, null, chunkLength), options, notes, chunkLength);
    }

    internal static Table ReadCsv(string[] files, string path, ReadingOptions options, Notes? notes, long keptLength, int chunkLength)
    {
        List<Table> tables = [];
        foreach (string file in files)
        {
            string name = files.Length == 1 ? path : Path.Combine(Path.GetDirectoryName(path) ?? "", Path.GetFileName(file));
            try
            {
                using FileStream stream = File.OpenRead(file);
                bool isPacked = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
                using Stream text = isPacked ? new GZipStream(stream, CompressionMode.Decompress) : stream;
                long? length = stream.CanSeek ? stream.Length : null; // a pipe has none
                CsvFile loaded = CsvFile.Load(text, name, options, notes, isPacked ? UnpackedSize.Limit(length ?? 0) : long.MaxValue, isPacked ? null : length, !isPacked && length >= keptLength ? new(file, name) : null, chunkLength);
                tables.Add(CsvReader.Read(loaded, options, notes, chunkLength));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                throw new DataException($"cannot read '{name}': {error.Message}", error);
            }
        }

        return JoinedFiles.Join([.. tables], path, options, notes);
    }

    /// <summary>The files that a path names: itself, or those that match it.</summary>
    /// <exception cref="DataException">There are none.</exception>
    public static string[] Files(string path)
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
}
