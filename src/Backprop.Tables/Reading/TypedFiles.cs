namespace Backprop.Tables.Reading;

/// <summary>JSON and Parquet, of one file or several.</summary>
internal static class TypedFiles
{
    /// <param name="files">In full.</param>
    /// <param name="path">What was asked for, for messages.</param>
    /// <param name="options">How they are read.</param>
    /// <param name="notes">For what was in doubt.</param>
    /// <exception cref="DataException">Malformed, or the columns of two files differ.</exception>
    public static Table Read(string[] files, string path, ReadingOptions? options, Notes? notes)
    {
        Table[] tables = Array.ConvertAll(files, file => Read(file, files.Length == 1 ? path : Path.Combine(Path.GetDirectoryName(path) ?? "", Path.GetFileName(file)), options, notes));
        return JoinedFiles.Join(tables, path, options, notes);
    }

    private static Table Read(string file, string source, ReadingOptions? options, Notes? notes) => TableReader.Extension(file) == ".parquet"
        ? ParquetReader.Read(file, source, options, notes)
        : JsonReader.Read(file, source, options, notes);
}
