namespace Backprop;

/// <summary>
/// The folder that relative paths count from, wherever this library and those beside it read or write a file. A process has one current
/// directory; programs that do several things in one process at once, each in a folder of its own, say here which.
/// </summary>
/// <remarks>It belongs to the flow of execution: tasks and threads that are begun after it was set have it, callers of an async method that set it do not.</remarks>
public static class WorkingFolder
{
    private static readonly AsyncLocal<string?> s_folder = new();

    /// <summary>The folder, in full; the process's current directory unless it was set.</summary>
    /// <exception cref="ArgumentException">No path, or a relative one.</exception>
    public static string Current
    {
        get => s_folder.Value ?? Environment.CurrentDirectory;
        set => s_folder.Value = Path.IsPathFullyQualified(value) ? value : throw new ArgumentException($"a full path expected, '{value}' found", nameof(value));
    }

    /// <summary>A path in full. What is no path stays as it is: whoever opens it says so.</summary>
    public static string Full(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Length == 0 || path.Contains('\0', StringComparison.Ordinal) ? path : Path.GetFullPath(path, Current);
    }
}
