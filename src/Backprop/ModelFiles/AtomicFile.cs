namespace Backprop.ModelFiles;

/// <summary>Writes a file whole or not at all: a temporary file in the same folder, flushed to disk, renamed over the old one, and the folder flushed.</summary>
public static class AtomicFile
{
    /// <summary>Writes <paramref name="path"/>. Whatever goes wrong, an older file of that name stays as it was.</summary>
    /// <exception cref="DataException">The file cannot be written: the path and the system's reason.</exception>
    public static void Write(string path, Action<Stream> write)
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
            string temporary = Path.Combine(folder, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
            try
            {
                using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
                {
                    write(stream);
                    stream.Flush(flushToDisk: true);
                }

                File.Move(temporary, full, overwrite: true);
                Folder.Flush(folder);
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new DataException($"cannot write '{path}': {error.Message}", error);
        }
    }
}
