namespace Backprop.ModelFiles;

/// <summary>Writes a file whole or not at all: a temporary file in the same folder, flushed to disk, renamed over the old one, and the folder flushed.</summary>
public static class AtomicFile
{
    /// <summary>What temporary files end with. One that is left over is of a process that died.</summary>
    internal const string TemporarySuffix = ".tmp";

    /// <summary>Writes <paramref name="path"/>. Whatever goes wrong, an older file of that name stays as it was.</summary>
    /// <exception cref="DataException">The file cannot be written: the path and the system's reason.</exception>
    public static void Write(string path, Action<Stream> write) => Write(path, write, Disk.Real);

    internal static void Write(string path, Action<Stream> write, IDisk disk)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(write);
        try
        {
            string full = Path.GetFullPath(path);
            if (Directory.Exists(full))
            {
                throw new DataException($"cannot write '{path}': it is a folder");
            }

            string folder = Path.GetDirectoryName(full)!;
            string temporary = Path.Combine(folder, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}{TemporarySuffix}");
            try
            {
                using (Stream stream = disk.Create(temporary))
                {
                    write(stream);
                    disk.Flush(stream);
                }

                disk.Rename(temporary, full);
            }
            catch
            {
                TryDelete(temporary, disk); // the reason for the failure matters more than a failure to tidy up
                throw;
            }

            disk.FlushFolder(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new DataException($"cannot write '{path}': {error.Message}", error);
        }
    }

    private static void TryDelete(string path, IDisk disk)
    {
        try
        {
            disk.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }
}
