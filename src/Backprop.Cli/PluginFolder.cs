using System.Globalization;
using Backprop.ModelFiles;

namespace Backprop.Cli;

/// <summary>A folder with a plug-in's files, and the list of them by which it is known whether they are all there and as they were fetched.</summary>
internal sealed class PluginFolder(string path)
{
    private const string List = "files.sha256";

    /// <summary>The folder, in full.</summary>
    public string Path { get; } = path;

    /// <summary>Writes down what is in it.</summary>
    public void Seal() => File.WriteAllLines(At(List), Directory.GetFiles(Path).Where(file => System.IO.Path.GetFileName(file) != List).Order(StringComparer.Ordinal).Select(Line));

    /// <summary>What is wrong with the files; null: nothing, they are those that were fetched.</summary>
    /// <param name="reads">Whether their bytes are looked at too, some 80 MB; else whether they are there and as long as they were.</param>
    public string? Damage(bool reads)
    {
        if (!File.Exists(At(List)))
        {
            return $"the list of its files ('{List}') is missing";
        }

        string[] lines = File.ReadAllLines(At(List));
        foreach (string line in lines)
        {
            string[] parts = line.Split(' ', 3);
            var file = new FileInfo(At(System.IO.Path.GetFileName(parts[^1])));
            if (parts.Length < 3 || !file.Exists)
            {
                return $"'{parts[^1]}' is missing";
            }

            if (file.Length.ToString(CultureInfo.InvariantCulture) != parts[1] || (reads && Line(file.FullName) != line))
            {
                return $"'{parts[2]}' is not as it was fetched";
            }
        }

        return lines.Length == 0 ? "the list of its files is empty" : null;
    }

    private static string Line(string file)
    {
        using FileStream stream = File.OpenRead(file);
        return string.Create(CultureInfo.InvariantCulture, $"{Sha256.Of(stream)} {stream.Length} {System.IO.Path.GetFileName(file)}");
    }

    private string At(string name) => System.IO.Path.Combine(Path, name);
}
