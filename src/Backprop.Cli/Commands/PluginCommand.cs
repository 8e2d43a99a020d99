using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Xml.Linq;
using Backprop.Cli.Input;
using Backprop.Cli.Output;
using Backprop.ModelFiles;

namespace Backprop.Cli.Commands;

/// <summary><c>plugin sql</c>: what the tool's package leaves out, by the .NET SDK from wherever it takes packages.</summary>
internal static class PluginCommand
{
    /// <summary>What the SDK looks for in each folder above a project, and would run or obey whoever wrote it: the project has its own, which say nothing.</summary>
    private static readonly (string Name, string Text)[] s_ends = [("Directory.Build.props", "<Project />"), ("Directory.Build.targets", "<Project />"), ("Directory.Packages.props", "<Project />"), ("Directory.Build.rsp", ""), ("global.json", "{}")];

    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "sql: rows by --query, through DuckDB" };
        name.AcceptOneOf("plug-in", "sql");
        var source = new Option<string?>("--source") { Description = "Where the package comes from beside where the .NET SDK takes packages from: an address or a folder", HelpName = "SOURCE" };
        var overwrite = new Option<bool>("--overwrite") { Description = "Fetch it anew though it is there already" };
        var command = new Command("plugin", "Fetches a part that is not in the tool's package") { name, source, overwrite };
        command.SetAction((parsed, cancellation) => Fetch(parsed.GetValue(source), parsed.GetValue(overwrite), cancellation));
        return command;
    }

    private static async Task<int> Fetch(string? source, bool overwrite, CancellationToken cancellation)
    {
        string folder = OptionalParts.Queries.Path;
        if (Directory.Exists(folder) && !overwrite)
        {
            if (OptionalParts.Queries.Damage(reads: true) is not { } damage)
            {
                Terminal.Say($"'{folder}' is there already, and whole; --overwrite fetches it anew.");
                return ExitCode.Done;
            }

            Terminal.Say($"'{folder}' is damaged ({damage}): it is fetched anew.");
        }

        // beside its place: the user's own folder, where nobody else puts files for the SDK to find
        string work = $"{folder}.{Guid.NewGuid():N}.tmp", fetched = Path.Combine(work, "out");
        Directory.CreateDirectory(work);
        try
        {
            await WriteProject(work, source is null || source.Contains("://", StringComparison.Ordinal) ? source : WorkingFolder.Full(source), cancellation);
            await Publish(work, fetched, cancellation);
            new PluginFolder(fetched).Seal();
            if (Directory.Exists(folder))
            {
                Directory.Move(folder, Path.Combine(work, "old"));
            }

            Directory.Move(fetched, folder);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }

        Terminal.Say($"DuckDB is in '{folder}'; --query works from now on.");
        return ExitCode.Done;
    }

    /// <summary>A project that takes the package and nothing else, and packages from where the user's own configuration says, not one of a folder above.</summary>
    private static async Task WriteProject(string work, string? source, CancellationToken cancellation)
    {
        foreach ((string name, string text) in s_ends)
        {
            await File.WriteAllTextAsync(Path.Combine(work, name), text, cancellation);
        }

        string usual = Path.Combine(work, "nuget.config");
        await File.WriteAllTextAsync(usual, """<configuration><packageSources><clear /><add key="nuget.org" value="https://api.nuget.org/v3/index.json" /></packageSources></configuration>""", cancellation);
        var project = new XElement(
            "Project",
            new XAttribute("Sdk", "Microsoft.NET.Sdk"),
            new XElement(
                "PropertyGroup",
                new XElement("TargetFramework", $"net{Environment.Version.Major}.0"),
                new XElement("GenerateDependencyFile", "false"),
                new XElement("UseSharedCompilation", "false"), // nothing that is started outlives the command
                new XElement("RestoreConfigFile", Escaped(OptionalParts.NuGetConfiguration() ?? usual)),
                source is null ? null : new XElement("RestoreAdditionalProjectSources", Escaped(source))),
            new XElement("ItemGroup", new XElement("PackageReference", new XAttribute("Include", "Backprop.Sql"), new XAttribute("Version", $"[{OptionalParts.Version}]"))));
        await File.WriteAllTextAsync(Path.Combine(work, "sql.csproj"), project.ToString(), cancellation);
    }

    /// <summary>A text as MSBuild takes it for itself.</summary>
    private static string Escaped(string text) => string.Concat(text.Select(c => "%$@();?*'".Contains(c, StringComparison.Ordinal) ? $"%{(int)c:X2}" : $"{c}"));

    private static async Task Publish(string work, string to, CancellationToken cancellation)
    {
        string beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", Platform.Current.Executable("dotnet")));
        string[] arguments = ["publish", "sql.csproj", "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "--no-self-contained", "-o", to, "-nologo", "-v", "quiet", "-nodeReuse:false"];
        try
        {
            (int code, string said) = await Run(new(File.Exists(beside) ? beside : "dotnet", arguments) { WorkingDirectory = work }, cancellation);
            if (code != 0)
            {
                throw new DataException($"Backprop.Sql {OptionalParts.Version} cannot be fetched: {string.Join("; ", said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(line => line.Contains("error", StringComparison.Ordinal) || line.Contains("SDK", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Take(3))}");
            }
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new DataException($"the .NET SDK fetches Backprop.Sql, and 'dotnet' cannot be started: {error.Message}", error);
        }

        if (OptionalParts.VersionOf(Path.Combine(to, "Backprop.Sql.dll")) is var version && version != OptionalParts.Version)
        {
            throw new DataException($"Backprop.Sql {version ?? "of no version"} found in the package that was fetched, {OptionalParts.Version} expected, the tool's own");
        }
    }

    /// <summary>Runs a program to its end; on cancellation it is ended with all that it has started.</summary>
    /// <returns>What it exits with, and what it says on its standard output.</returns>
    internal static async Task<(int Code, string Said)> Run(ProcessStartInfo start, CancellationToken cancellation)
    {
        (start.RedirectStandardOutput, start.UseShellExecute) = (true, false);
        cancellation.ThrowIfCancellationRequested();
        using Process process = Process.Start(start)!;
        try
        {
            string said = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, said);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
    }
}
