using System.Security.Cryptography;

namespace Backprop.Cli.Tests;

/// <summary>All that lies in a folder: hashes of files, where links lead, folders. Two that are equal say that nothing has changed.</summary>
internal static class FolderState
{
    public static SortedDictionary<string, string> Of(string folder)
    {
        var state = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add(new DirectoryInfo(folder), state);
        return state;
    }

    private static void Add(DirectoryInfo folder, SortedDictionary<string, string> state)
    {
        foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = FileAttributes.None }))
        {
            state[entry.FullName] = entry.LinkTarget is { } target ? $"a link to {target}"
                : entry is DirectoryInfo ? "a folder"
                : Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(entry.FullName)));
            if (entry is DirectoryInfo { LinkTarget: null } inner)
            {
                Add(inner, state);
            }
        }
    }
}
