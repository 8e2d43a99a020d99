using System.IO.Compression;
using Backprop.Data;

namespace Backprop.Tables.Reading;

/// <summary>
/// Reads JSON: an array of objects, or objects one after another (one a line, as .jsonl and .ndjson have them). Each object is a row, its names
/// are columns; a name that an object lacks is a missing cell, as null is. A text is a cell like any other: "5.2" is a number where all of its
/// column are.
/// </summary>
public static class JsonReader
{
    /// <summary>Values that nest more deeply are refused.</summary>
    internal const int MaxDepth = 64;

    /// <summary>Reads a file, unpacking it where its name ends with .gz.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What stands for a missing cell, the encoding, and how columns are read that a schema knows.</param>
    /// <param name="notes">Takes what was guessed.</param>
    /// <exception cref="DataException">No such file; malformed JSON; something other than rows of numbers, texts, true, false and null: the row, the line and the column.</exception>
    public static Table Read(string path, ReadingOptions? options = null, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Read(path, path, options, notes);
    }

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="stream">UTF-8, or UTF-16 with a mark, or what <see cref="ReadingOptions.Encoding"/> says.</param>
    /// <param name="source">Its name for messages.</param>
    /// <param name="options">What stands for a missing cell, the encoding, and how columns are read that a schema knows.</param>
    /// <param name="notes">Takes what was guessed.</param>
    /// <exception cref="DataException">Malformed JSON; something other than rows of numbers, texts, true, false and null: the row, the line and the column.</exception>
    public static Table Read(Stream stream, string source, ReadingOptions? options = null, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        MemoryStream kept = WholeStream.Keep(stream, source);
        return new JsonFile(() => new MemoryStream(kept.GetBuffer(), 0, (int)kept.Length, writable: false), source, kept.Length, options, notes).Read();
    }

    /// <param name="file">The file.</param>
    /// <param name="source">Its name for messages.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="notes">Takes what was guessed.</param>
    internal static Table Read(string file, string source, ReadingOptions? options, Notes? notes)
    {
        bool packed = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        var stored = StoredFile.Find(file, source);
        return new JsonFile(Open, source, stored.Length, options, notes) { MostUnpacked = packed ? UnpackedSize.Limit(stored.Length) : long.MaxValue }.Read();

        Stream Open()
        {
            FileStream stream = stored.Open();
            return packed ? new GZipStream(stream, CompressionMode.Decompress) : stream;
        }
    }
}
