using System.CommandLine;
using System.IO.Compression;
using System.Text.RegularExpressions;
using Backprop.Cli.Output;
using Backprop.ModelFiles;

namespace Backprop.Cli.Commands;

/// <summary><c>site DIR</c>.</summary>
internal static partial class SiteCommand
{
    /// <summary>What asks for all others: it comes last, so that at no moment one is asked for that is not there yet.</summary>
    private const string First = "index.html";

    /// <summary>The page's files by name, so that the next one knows which to delete: names hold what is in the files, and those of an older page stay beside the new ones.</summary>
    private const string List = "backprop-site.txt";

    /// <summary>Where they do, and where another program's page has its files too.</summary>
    private const string Framework = "_framework";

    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "The folder that the files are written in; it is made if need be" };
        var overwrite = new Option<bool>("--overwrite") { Description = "Let DIR hold files already; those of the page's names are replaced, those that an older page has written down deleted" };
        var command = new Command("site", "The page as plain files: any web server, or a folder of one, serves them; training runs in the visitor's browser") { folder, overwrite };
        command.SetAction(parsed => Write(parsed.GetValue(folder)!, parsed.GetValue(overwrite)));
        return command;
    }

    private static int Write(string folder, bool overwrite)
    {
        string full = WorkingFolder.Full(folder);
        try
        {
            DeleteLeftovers(full);
            if (!overwrite && Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).FirstOrDefault() is { } found)
            {
                throw new DataException($"'{folder}' holds files already ('{Path.GetFileName(found)}' for one), an empty or a new folder expected; --overwrite writes into it, or name another folder");
            }

            using var zip = new ZipArchive(typeof(SiteCommand).Assembly.GetManifestResourceStream("site.zip") ?? throw new UsageException("this build of the tool was made without the site (-p:Site=false)"));
            (int files, long bytes) = Write(zip, full);
            Terminal.Out.WriteLine($"{files} files, {bytes / 1e6:F1} MB, in {folder}");
            Terminal.Say($"Any web server shows them under any path, for one: python3 -m http.server --directory {OptionNames.Quoted(folder)}");
            return ExitCode.Done;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"cannot write '{folder}': {error.Message}", error);
        }
    }

    /// <summary>Of a run that was killed, when nobody could tidy up.</summary>
    internal static void DeleteLeftovers(string folder)
    {
        foreach (string left in Directory.Exists(folder) ? Directory.GetDirectories(folder).Where(path => Leftover().IsMatch(Path.GetFileName(path))) : [])
        {
            Directory.Delete(left, recursive: true);
        }
    }

    /// <summary>Writes every file beside its place before the first is put there: what fails for want of room, or is told to end, leaves nothing behind.</summary>
    internal static (int Files, long Bytes) Write(ZipArchive zip, string folder)
    {
        bool isNew = !Directory.Exists(folder);
        string beside = Path.Combine(folder, $".site.{Guid.NewGuid():N}.tmp");
        using var unfinished = new Unfinished(isNew ? folder : beside);
        try
        {
            string[] names = [.. zip.Entries.Select(entry => entry.FullName).Where(name => !name.EndsWith('/')).OrderBy(name => name == First)];
            foreach (string name in names)
            {
                unfinished.Begin(() => Extract(zip.GetEntry(name)!, Path.Combine(beside, name)));
            }

            unfinished.Finish(() => Put(names, beside, folder));
            string[] others = [.. Directory.EnumerateFiles(Path.Combine(folder, Framework)).Select(file => $"{Framework}/{Path.GetFileName(file)}").Except(names, StringComparer.Ordinal)];
            if (others.Length > 0)
            {
                Terminal.Say($"{others.Length} other files stay in '{Framework}' ('{others.Min(StringComparer.Ordinal)}' for one): no list says that they are an older page's.");
            }

            return (names.Length + 1, zip.Entries.Sum(entry => entry.Length));
        }
        catch when (isNew && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
        finally
        {
            if (Directory.Exists(beside))
            {
                Directory.Delete(beside, recursive: true);
            }
        }
    }

    private static string Extract(ZipArchiveEntry entry, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        entry.ExtractToFile(path);
        return path;
    }

    private static void Put(string[] names, string beside, string folder)
    {
        string[] before = Before(folder);
        File.WriteAllLines(Path.Combine(folder, List), before.Union(names, StringComparer.Ordinal)); // whatever moment it ends at
        foreach (string name in names)
        {
            string place = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.Move(Path.Combine(beside, name), place, overwrite: true);
        }

        foreach (string old in before.Except(names, StringComparer.Ordinal))
        {
            File.Delete(Path.Combine(folder, old));
        }

        File.WriteAllLines(Path.Combine(folder, List), names);
        Directory.Delete(beside, recursive: true);
    }

    /// <summary>The files that an older page has written down and that are there still: within the folder, whoever wrote the list.</summary>
    private static string[] Before(string folder) => !File.Exists(Path.Combine(folder, List)) ? [] :
    [
        .. File.ReadLines(Path.Combine(folder, List)).Where(name => name.StartsWith($"{Framework}/", StringComparison.Ordinal)
            && Path.GetFileName(name) == name[(Framework.Length + 1)..] && File.Exists(Path.Combine(folder, name))),
    ];

    [GeneratedRegex(@"^\.site\.[0-9a-f]{32}\.tmp$", RegexOptions.NonBacktracking)]
    private static partial Regex Leftover();
}
