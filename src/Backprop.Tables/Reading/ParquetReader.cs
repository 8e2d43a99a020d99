using Backprop.Tables.Reading.ParquetFiles;

namespace Backprop.Tables.Reading;

/// <summary>
/// Reads Parquet: columns of numbers, truth values, text, dates and times; null and NaN are missing cells. Dates and times become text as ISO 8601
/// has it: 2024-01-31, 2024-01-31T12:34:56.5, with a Z where the file says that they are in UTC; a time stamp at the beginning of a day, without
/// UTC, is the day alone. Text is read as the cells of a text file are.
/// </summary>
public static class ParquetReader
{
    /// <summary>Reads a file; its columns on all processors.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What stands for a missing cell among texts, and how columns are read that a schema knows.</param>
    /// <param name="notes">Takes what was guessed.</param>
    /// <exception cref="DataException">No such file; malformed; infinity; a column of lists, structures or bytes that is not to be skipped: the row and the column.</exception>
    public static Table Read(string path, ReadingOptions? options = null, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Read(path, path, options, notes);
    }

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="stream">The bytes of a Parquet file.</param>
    /// <param name="source">Its name for messages.</param>
    /// <param name="options">What stands for a missing cell among texts, and how columns are read that a schema knows.</param>
    /// <param name="notes">Takes what was guessed.</param>
    /// <exception cref="DataException">Malformed; infinity; a column of lists, structures or bytes that is not to be skipped: the row and the column.</exception>
    public static Table Read(Stream stream, string source, ReadingOptions? options = null, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        MemoryStream kept = WholeStream.Keep(stream, source);
        return new ParquetFile(() => new(kept.GetBuffer().AsMemory(0, (int)kept.Length)), source, options, notes).Read();
    }

    /// <param name="file">The file.</param>
    /// <param name="source">Its name for messages.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="notes">Takes what was guessed.</param>
    internal static Table Read(string file, string source, ReadingOptions? options, Notes? notes)
    {
        var stored = StoredFile.Find(file, source);
        return new ParquetFile(() => new(stored), source, options, notes).Read();
    }
}
