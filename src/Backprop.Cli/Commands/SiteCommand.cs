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

    /// <summary>Where names hold what is in their files, so that those of an older page stay beside the new ones.</summary>
    private const string Framework = "_framework";

    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "The folder that the files are written in; it is made if need be" };
        var overwrite = new Option<bool>("--overwrite") { Description = "Let DIR hold files already; those of the page's names are replaced, those of an older page deleted" };
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

            (int files, long bytes) = Write(full);
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

    /// <summary>Writes every file beside its place before the first is put there: what fails for want of room leaves nothing behind.</summary>
    private static (int Files, long Bytes) Write(string folder)
    {
        bool isNew = !Directory.Exists(folder);
        string beside = Path.Combine(folder, $".site.{Guid.NewGuid():N}.tmp");
        using var unfinished = new Unfinished(isNew ? folder : beside);
        try
        {
            using var zip = new ZipArchive(typeof(SiteCommand).Assembly.GetManifestResourceStream("site.zip") ?? throw new UsageException("this build of the tool was made without the site (-p:Site=false)"));
            zip.ExtractToDirectory(beside);
            string[] names = [.. zip.Entries.Select(entry => entry.FullName).Where(name => !name.EndsWith('/')).OrderBy(name => name == First)];
            foreach (string name in names)
            {
                string place = Path.Combine(folder, name);
                Directory.CreateDirectory(Path.GetDirectoryName(place)!);
                File.Move(Path.Combine(beside, name), place, overwrite: true);
            }

            foreach (string old in Directory.EnumerateFiles(Path.Combine(folder, Framework)).Where(file => !names.Contains($"{Framework}/{Path.GetFileName(file)}")).ToArray())
            {
                File.Delete(old);
            }

            return (names.Length, zip.Entries.Sum(entry => entry.Length));
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

    [GeneratedRegex(@"^\.site\.[0-9a-f]{32}\.tmp$", RegexOptions.NonBacktracking)]
    private static partial Regex Leftover();
}
