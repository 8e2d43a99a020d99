using System.Formats.Tar;

namespace Backprop.ModelFiles;

/// <summary>
/// Writes a file whole or not at all: a temporary file in the same folder, flushed to disk, renamed over the old one, and the folder flushed.
/// A link is followed, and what is no regular file (a device such as <c>/dev/null</c>, a pipe) is written into as it is, never replaced.
/// </summary>
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
            string full = WorkingFolder.Full(path);
            if (Directory.Exists(full))
            {
                throw new DataException($"cannot write '{path}': it is a folder");
            }

            if (IsDevice(full))
            {
                using var device = new FileStream(full, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                write(device);
                return;
            }

            full = Target(full);
            string folder = Path.GetDirectoryName(full)!;
            string temporary = Path.Combine(folder, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}{TemporarySuffix}");
            using var unfinished = new Unfinished(temporary);
            try
            {
                using (Stream stream = unfinished.Begin(() => disk.Create(temporary)))
                {
                    write(stream);
                    disk.Flush(stream);
                }

                unfinished.Finish(() => disk.Rename(temporary, full));
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

    /// <summary>Where a link leads to; any other path in full.</summary>
    /// <exception cref="IOException">The link leads to itself.</exception>
    public static string Target(string path)
    {
        string full = WorkingFolder.Full(path);
        if (new FileInfo(full).LinkTarget is null)
        {
            return full;
        }

        string target = RealPath.Of(full);
        return new FileInfo(target).LinkTarget is null ? target : throw new IOException("the link leads to itself");
    }

    /// <summary>Whether there is a device or a pipe of that name: nothing that a regular file may take the place of.</summary>
    public static bool IsDevice(string path)
    {
        string real = RealPath.Of(path);
        return Platform.Current.IsWindows ? Platform.Current.NamesDevice(real)
            : !File.Exists(real) ? real.StartsWith("/proc/", StringComparison.Ordinal) // an open file of this process, which leads to no name
            : new FileInfo(real).Length == 0 && !IsRegular(real);
    }

    /// <summary>
    /// Tells an empty file from what only looks like one. It must not be opened for that: whoever waits at a pipe would find that it has ended.
    /// Of all that .NET has, what packs files looks at the kind first.
    /// </summary>
    private static bool IsRegular(string path)
    {
        using var archive = new MemoryStream();
        try
        {
            using (var writer = new TarWriter(archive, leaveOpen: true))
            {
                writer.WriteEntry(path, "file");
            }
        }
        catch (UnauthorizedAccessException)
        {
            return true; // only regular files are opened
        }
        catch (IOException)
        {
            return false; // a kind that cannot be packed: a socket
        }

        archive.Position = 0;
        using var reader = new TarReader(archive);
        return reader.GetNextEntry()!.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile;
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
