namespace Backprop.ModelFiles;

/// <summary>What saving asks of a file system, so that tests can put one in its place that fails or stops at any of these calls.</summary>
internal interface IDisk
{
    /// <summary>Opens a file that must not exist yet.</summary>
    Stream Create(string path);

    /// <summary>Opens a file, which is made if it does not exist, to be written from a place on; what it had there is cut off.</summary>
    Stream Append(string path, long at);

    /// <summary>Makes what was written to an opened file durable.</summary>
    void Flush(Stream file);

    /// <summary>Gives a file another name; a file of that name is replaced, at once or not at all.</summary>
    void Rename(string from, string to);

    /// <summary>Makes creations, renames and deletions in a folder durable.</summary>
    void FlushFolder(string folder);

    /// <summary>Deletes a file, if it exists.</summary>
    void Delete(string path);

    /// <summary>The paths of the files in a folder; none if it does not exist.</summary>
    IReadOnlyList<string> Files(string folder);

    /// <summary>Opens a file to be read.</summary>
    Stream Open(string path);

    /// <summary>Holds a file until the result is disposed of or the process ends; null if somebody holds it already.</summary>
    IDisposable? Lock(string path);

    /// <summary>Makes a folder, if it does not exist.</summary>
    void CreateFolder(string folder);
}
