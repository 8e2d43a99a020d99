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

    /// <summary>Where the folder does not exist, it is made and taken away again: a run that is refused leaves nothing, one that writes in it makes it.</summary>
    /// <exception cref="DataException">No file could be written in it.</exception>
    public static void RequireWritableFolder(string folder)
    {
        var made = new List<string>();
        try
        {
            for (string? one = Path.TrimEndingDirectorySeparator(WorkingFolder.Full(folder)); one is not null && !Path.Exists(one); one = Path.GetDirectoryName(one))
            {
                made.Add(one);
            }

            Directory.CreateDirectory(WorkingFolder.Full(folder));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DataException($"cannot make the folder '{folder}': {error.Message}", error);
        }

        Probe(folder, folder, $".backprop-{Guid.NewGuid():N}.tmp");
        try
        {
            made.ForEach(Directory.Delete); // from the inmost; none that another has put something into meanwhile
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static void Probe(string folder, string path, string name)
    {
        string probe = Path.Combine(WorkingFolder.Full(folder), name);
        using var unfinished = new Unfinished(probe);
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
