namespace Backprop.ModelFiles;

/// <summary>The file system of the machine. Relative paths count from <see cref="WorkingFolder"/>.</summary>
internal sealed class Disk : IDisk
{
    private const int BufferSize = 1 << 16;

    public static Disk Real { get; } = new();

    public Stream Create(string path) => new FileStream(WorkingFolder.Full(path), FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize);

    public Stream Append(string path, long at)
    {
        var file = new FileStream(WorkingFolder.Full(path), FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, BufferSize);
        try
        {
            if (file.Length < at)
            {
                throw new IOException($"'{path}' has {file.Length} bytes, at least {at} expected: somebody else has changed it");
            }

            file.SetLength(at);
            file.Position = at;
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Flush(Stream file) => ((FileStream)file).Flush(flushToDisk: true);

    public void Rename(string from, string to) => Platform.Current.Replace(WorkingFolder.Full(from), WorkingFolder.Full(to));

    public void FlushFolder(string folder) => Platform.Current.FlushFolder(WorkingFolder.Full(folder));

    public void Delete(string path) => File.Delete(WorkingFolder.Full(path));

    public IReadOnlyList<string> Files(string folder)
    {
        string full = WorkingFolder.Full(folder);
        return Directory.Exists(full) ? [.. Directory.GetFiles(full).Select(file => Path.Combine(folder, Path.GetFileName(file)))] : [];
    }

    public Stream Open(string path) => new FileStream(WorkingFolder.Full(path), FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, FileOptions.SequentialScan);

    public IDisposable? Lock(string path)
    {
        string full = WorkingFolder.Full(path);
        try
        {
            return new FileStream(full, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(full))
        {
            return null; // the system's lock goes with the process that holds it, however it ends
        }
    }

    public void CreateFolder(string folder) => Directory.CreateDirectory(WorkingFolder.Full(folder));
}
