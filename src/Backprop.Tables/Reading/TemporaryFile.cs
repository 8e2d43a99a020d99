namespace Backprop.Tables.Reading;

/// <summary>A file on the way to or from DuckDB, in a folder that nobody else may open; both are deleted with this object.</summary>
internal sealed class TemporaryFile(string extension) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("backprop-");

    /// <summary>There is nothing yet.</summary>
    public string Path => System.IO.Path.Combine(_folder.FullName, $"table{extension}");

    public void Dispose() => _folder.Delete(recursive: true);
}
