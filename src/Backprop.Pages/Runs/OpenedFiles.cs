using Backprop.Tables;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;

namespace Backprop.Pages.Runs;

/// <summary>Files that a visitor has opened on the page: a table, a model, or both. Their bytes go no further than where the page runs.</summary>
internal static class OpenedFiles
{
    /// <summary>More bytes than this are refused: a browser's tab has no room for what is made of them.</summary>
    public const long MostBytes = 64 << 20;

    /// <summary>What the input field offers to choose from.</summary>
    public const string Kinds = ".csv,.tsv,.txt,.json,.jsonl,.ndjson,.parquet,.npz,.safetensors";

    /// <summary>Reads files that were opened together.</summary>
    /// <param name="files">Their names and bytes.</param>
    /// <param name="before">What a model that comes without rows is tried on, if it has any.</param>
    /// <exception cref="BackpropException">Files that cannot be used: which, and what was expected.</exception>
    public static GivenFiles Read(IReadOnlyList<(string Name, byte[] Content)> files, GivenFiles before)
    {
        ILookup<bool, (string Name, byte[] Content)> byKind = files.ToLookup(file => file.Name.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase));
        (string Name, byte[] Content)[] models = [.. byKind[true]], tables = [.. byKind[false]];
        if (files.Count == 0 || models.Length > 1 || tables.Length > 1)
        {
            throw new UsageException($"a table ({Kinds.Replace(",.safetensors", "", StringComparison.Ordinal).Replace(",", " ", StringComparison.Ordinal)}), a model (.safetensors), or one of each expected, {string.Join(", ", files.Select(file => $"'{file.Name}'"))} found");
        }

        if (files.FirstOrDefault(file => Path.GetFileName(file.Name) is "" or "." or "..") is { Name: { } odd })
        {
            throw new UsageException($"'{odd}' found, the name of a file expected");
        }

        DirectoryInfo folder = Directory.CreateTempSubdirectory("backprop-"); // in a browser its own memory; else nobody else's
        string current = WorkingFolder.Current;
        try
        {
            WorkingFolder.Current = folder.FullName; // so that messages say the names that the visitor knows
            foreach ((string name, byte[] content) in files)
            {
                File.WriteAllBytes(WorkingFolder.Full(Path.GetFileName(name)), content);
            }

            DataSource? source = tables is [var table] ? DataSource.Named(Path.GetFileName(table.Name)) : before.Source;
            return GivenFiles.Of(models is [var model] ? Path.GetFileName(model.Name) : null, source, null, BadCells.Refused, null, new Notes());
        }
        finally
        {
            WorkingFolder.Current = current;
            folder.Delete(recursive: true);
        }
    }
}
