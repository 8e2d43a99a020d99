using System.IO.Compression;
using System.Text.RegularExpressions;
using Backprop.Cli.Commands;

namespace Backprop.Cli.Tests;

/// <summary><c>site DIR</c>: what is written, and what is left alone. That it works in a browser, others test.</summary>
public sealed partial class SiteTests : Tool
{
    private (int Code, string Output, string Error) Site(params string[] args)
    {
        if (!typeof(Program).Assembly.GetManifestResourceNames().Contains("site.zip"))
        {
            Assert.Skip("the tool was built without the site (-p:Site=false)");
        }

        return Run(["site", .. args]);
    }

    [Fact]
    public void A_new_folder_holds_a_whole_page_whose_links_are_relative()
    {
        (int code, string output, _) = Site("public/course");
        Assert.Equal(0, code);
        string[] files = [.. Directory.EnumerateFiles(At("public/course"), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(At("public/course"), file).Replace('\\', '/')).Order(StringComparer.Ordinal)];
        Assert.StartsWith($"{files.Length} files, ", output, StringComparison.Ordinal);
        foreach (string name in new[] { ".nojekyll", "index.html", "page.css", "page.js" })
        {
            Assert.Contains(name, files);
        }

        string page = File.ReadAllText(At("public/course/index.html"));
        string[] links = [.. Link().Matches(page).Select(match => match.Groups["link"].Value)];
        Assert.Contains(links, link => link.StartsWith("_framework/blazor.webassembly.", StringComparison.Ordinal));
        Assert.All(links, link => Assert.True(link is "./" or "data:," or "" || files.Contains(link), link));
        Assert.Equal(typeof(Backprop.Pages.PageAssets).Assembly.GetManifestResourceStream("page.css")!.Length, new FileInfo(At("public/course/page.css")).Length);
    }

    [Fact]
    public void A_folder_with_files_is_refused_and_stays_as_it_was()
    {
        Directory.CreateDirectory(At("public"));
        Write("public/index.html", "mine");
        (int code, _, string error) = Site("public");
        Assert.Equal(3, code);
        Assert.Contains("'public' holds files already ('index.html' for one), an empty or a new folder expected; --overwrite", error, StringComparison.Ordinal);
        Assert.Equal(["index.html"], Directory.EnumerateFileSystemEntries(At("public")).Select(Path.GetFileName));
        Assert.Equal("mine", File.ReadAllText(At("public/index.html")));
    }

    /// <summary>A page of few files, so that this is tried without the site too.</summary>
    private (int Files, string Said) Page(params (string Name, string Text)[] files)
    {
        using var memory = new MemoryStream();
        using (var made = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, string text) in files)
            {
                using var writer = new StreamWriter(made.CreateEntry(name).Open());
                writer.Write(text);
            }
        }

        using var zip = new ZipArchive(memory);
        using MemoryStream input = new(), output = new(), error = new();
        int written = Task.Run(() =>
        {
            Session.Of(input, output, error, default).Begin();
            return SiteCommand.Write(zip, At("public")).Files;
        }).GetAwaiter().GetResult();
        return (written, System.Text.Encoding.UTF8.GetString(error.ToArray()));
    }

    [Fact]
    public void Only_what_an_older_page_has_written_is_deleted()
    {
        Directory.CreateDirectory(At("public/_framework"));
        Write("public/_framework/Other.1.wasm", "another program's");
        Write("public/notes.html", "mine");
        Write("outside.txt", "mine");
        (int files, string said) = Page(("index.html", "1"), ("_framework/a.1.wasm", "1"), ("_framework/same.wasm", "1"));
        Assert.Equal(4, files);
        Assert.Contains("1 other files stay in '_framework' ('_framework/Other.1.wasm' for one)", said, StringComparison.Ordinal);
        File.AppendAllText(At("public/backprop-site.txt"), "../outside.txt\n_framework/../notes.html\n_framework/../../outside.txt\nnotes.html\n"); // whoever wrote that
        Page(("index.html", "2"), ("_framework/a.2.wasm", "2"), ("_framework/same.wasm", "2"));
        Assert.Equal(["Other.1.wasm", "a.2.wasm", "same.wasm"], Directory.EnumerateFiles(At("public/_framework")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("2", File.ReadAllText(At("public/_framework/same.wasm")));
        Assert.Equal(("mine", "mine"), (File.ReadAllText(At("public/notes.html")), File.ReadAllText(At("outside.txt"))));
        Assert.Equal(["_framework/a.2.wasm", "_framework/same.wasm", "index.html"], File.ReadAllLines(At("public/backprop-site.txt")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Overwriting_replaces_the_page_deletes_an_older_one_and_leaves_the_rest()
    {
        Directory.CreateDirectory(At("public"));
        Assert.Equal(0, Site("public").Code); // empty
        string[] files = [.. Directory.EnumerateFiles(At("public"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        File.WriteAllText(At("public/index.html"), "older");
        File.WriteAllText(At("public/_framework/Backprop.older.wasm"), "older");
        File.AppendAllText(At("public/backprop-site.txt"), "_framework/Backprop.older.wasm\n");
        Write("public/notes.html", "mine");
        Assert.Equal(0, Site("public", "--overwrite").Code);
        Assert.Equal("mine", File.ReadAllText(At("public/notes.html")));
        Assert.Contains("<!DOCTYPE html>", File.ReadAllText(At("public/index.html")), StringComparison.Ordinal);
        Assert.Equal([.. files.Append(At("public/notes.html")).Order(StringComparer.Ordinal)], Directory.EnumerateFiles(At("public"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Leftovers_of_a_killed_run_go_and_nothing_else()
    {
        string left = $"public/.site.{Guid.NewGuid():N}.tmp";
        foreach (string folder in new[] { left, $"{left}/_framework", "public/.site.mine.tmp", "public/site" })
        {
            Directory.CreateDirectory(At(folder));
        }

        Write($"{left}/page.css", "half");
        Backprop.Cli.Commands.SiteCommand.DeleteLeftovers(At("public"));
        Assert.Equal([".site.mine.tmp", "site"], Directory.GetFileSystemEntries(At("public")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Backprop.Cli.Commands.SiteCommand.DeleteLeftovers(At("nowhere"));
    }

    [Fact]
    public void What_cannot_be_written_is_said()
    {
        Write("file", "mine");
        Assert.Equal(3, Site("file").Code);
        Assert.Equal(3, Site("file/public").Code);
        Assert.Equal(2, Site().Code);
        Assert.Equal(2, Site("-").Code);
        Assert.Equal("mine", File.ReadAllText(At("file")));
    }

    [GeneratedRegex("(?:href|src)=\"(?<link>[^\"]*)\"", RegexOptions.NonBacktracking)]
    private static partial Regex Link();
}
