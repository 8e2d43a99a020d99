namespace Backprop.ModelFiles;

/// <summary>The file system of the machine.</summary>
internal sealed class Disk : IDisk
{
    private const int BufferSize = 1 << 16;

    public static Disk Real { get; } = new();

    public Stream Create(string path) => new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize);

    public void Flush(Stream file) => ((FileStream)file).Flush(flushToDisk: true);

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public void FlushFolder(string folder) => Folder.Flush(folder);

    public void Delete(string path) => File.Delete(path);

    public IReadOnlyList<string> Files(string folder) => Directory.Exists(folder) ? Directory.GetFiles(folder) : [];

    public Stream Open(string path) => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, FileOptions.SequentialScan);

    public void CreateFolder(string folder) => Directory.CreateDirectory(folder);
}
