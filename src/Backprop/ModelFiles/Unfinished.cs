namespace Backprop.ModelFiles;

/// <summary>
/// A file or a folder that is there only while something is written. Those of a process are known, so that one which is told to end can
/// leave none behind.
/// </summary>
/// <example>
/// <code>
/// using var unfinished = new Unfinished("site.tmp"); // until it is disposed of, Abandon deletes site.tmp
/// </code>
/// </example>
public sealed class Unfinished : IDisposable
{
    private static readonly Lock s_lock = new();
    private static readonly HashSet<string> s_paths = new(StringComparer.Ordinal);

    private readonly string _path;

    /// <summary>From now on, before there is anything.</summary>
    /// <param name="path">The file or the folder.</param>
    public Unfinished(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        _path = WorkingFolder.Full(path);
        lock (s_lock)
        {
            s_paths.Add(_path);
        }
    }

    /// <summary>Deletes all that is unfinished. Only for a process that ends now: nothing else is begun or finished in it, whoever tries waits.</summary>
    public static void Abandon()
    {
        s_lock.Enter(); // for good
        foreach (string path in s_paths)
        {
            try
            {
                if (Directory.Exists(path))
                {
                    Directory.Delete(path, recursive: true);
                }
                else
                {
                    File.Delete(path);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // the others are to go all the same
            }
        }
    }

    /// <summary>It is no longer unfinished.</summary>
    public void Dispose()
    {
        lock (s_lock)
        {
            s_paths.Remove(_path);
        }
    }

    /// <summary>Makes it, or a piece of it, unless the process ends: then whoever tries waits, and what was deleted does not come again.</summary>
    /// <param name="make">Makes it.</param>
    public T Begin<T>(Func<T> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        lock (s_lock)
        {
            s_paths.Add(_path);
            return make();
        }
    }

    /// <summary>Puts it into its place, unless the process ends; one that is told to end meanwhile does so afterwards.</summary>
    /// <param name="put">Puts it there.</param>
    public void Finish(Action put)
    {
        ArgumentNullException.ThrowIfNull(put);
        lock (s_lock)
        {
            put();
            s_paths.Remove(_path); // the name may be another's from now on
        }
    }
}
