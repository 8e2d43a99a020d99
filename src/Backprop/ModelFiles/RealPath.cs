namespace Backprop.ModelFiles;

/// <summary>
/// A path with every link on the way followed, so that two of them are the same where the files are, however they were spelled. Not seen
/// are two names of one file (hard links): what is renamed over one of them leaves the other as it was.
/// </summary>
public static class RealPath
{
    /// <summary>Links that lead to links; more are a ring.</summary>
    private const int MostLinks = 40;

    /// <summary>Whether two real paths are the same.</summary>
    public static bool AreSame(string a, string b) => a.Equals(b, Platform.Current.PathComparison);

    /// <summary>Follows links; what does not exist, or is no path, stays as it is written.</summary>
    public static string Of(string path)
    {
        int links = MostLinks;
        return path.Length == 0 || path.Contains('\0', StringComparison.Ordinal) ? path : Of(path, ref links);
    }

    private static string Of(string path, ref int links)
    {
        string full = WorkingFolder.Full(path), real = Path.GetPathRoot(full)!;
        foreach (string part in full[real.Length..].Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries))
        {
            string next = Path.Combine(real, part);
            real = links > 0 && new FileInfo(next).LinkTarget is { } target && links-- > 0 ? Of(Path.Combine(real, target), ref links) : next;
        }

        return real;
    }
}
