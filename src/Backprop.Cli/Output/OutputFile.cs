using Backprop.ModelFiles;

namespace Backprop.Cli.Output;

/// <summary>Files that are written at the end.</summary>
internal static class OutputFile
{
    /// <summary>Better now than after an hour of training.</summary>
    /// <exception cref="DataException">The file could not be written.</exception>
    public static void RequireWritable(string path)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new DataException(path.Length == 0 ? "cannot write a file without a name" : $"cannot write '{path}': no name of a file");
        }

        if (AtomicFile.IsDevice(path))
        {
            return; // it is written into as it is; beside it there is nothing to try
        }

        string target = AtomicFile.Target(path);
        string? folder = Path.GetDirectoryName(target);
        bool isFolder = Directory.Exists(WorkingFolder.Full(path));
        if (isFolder || !Directory.Exists(folder))
        {
            throw new DataException($"cannot write '{path}': {(isFolder ? "it is a folder" : $"the folder '{folder}' does not exist")}");
        }

        Probe(folder, path, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp"); // as long as the name that it is written under
    }

    /// <summary>Makes the folder where it does not exist.</summary>
    /// <exception cref="DataException">No file could be written in it.</exception>
    public static void RequireWritableFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(WorkingFolder.Full(folder));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DataException($"cannot make the folder '{folder}': {error.Message}", error);
        }

        Probe(folder, folder, $".backprop-{Guid.NewGuid():N}.tmp");
    }

    private static void Probe(string folder, string path, string name)
    {
        string probe = Path.Combine(WorkingFolder.Full(folder), name);
        try
        {
            File.Create(probe).Dispose();
            File.Delete(probe);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"cannot write '{path}': {error.Message}", error);
        }
    }
}
