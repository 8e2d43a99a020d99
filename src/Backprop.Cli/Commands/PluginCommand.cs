using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Backprop.Cli.Input;
using Backprop.Cli.Output;
using Backprop.ModelFiles;

namespace Backprop.Cli.Commands;

/// <summary><c>plugin sql</c>: what the tool's package leaves out, by the .NET SDK from wherever it takes packages.</summary>
internal static class PluginCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "sql: rows by --query, through DuckDB" };
        name.AcceptOneOf("plug-in", "sql");
        var source = new Option<string?>("--source") { Description = "Where the package comes from: an address or a folder (default: where the .NET SDK takes packages from)", HelpName = "SOURCE" };
        var command = new Command("plugin", "Fetches a part that is not in the tool's package") { name, source };
        command.SetAction((parsed, cancellation) => Fetch(parsed.GetValue(source), cancellation));
        return command;
    }

    private static async Task<int> Fetch(string? source, CancellationToken cancellation)
    {
        string folder = OptionalParts.QueriesFolder;
        if (Directory.Exists(folder))
        {
            Terminal.Say($"'{folder}' is there already.");
            return ExitCode.Done;
        }

        string work = Directory.CreateTempSubdirectory("backprop-plugin").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(work, "sql.csproj"), $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup><TargetFramework>net{Environment.Version.Major}.0</TargetFramework><GenerateDependencyFile>false</GenerateDependencyFile></PropertyGroup>
                  <ItemGroup><PackageReference Include="Backprop.Sql" Version="[{OptionalParts.Version}]" /></ItemGroup>
                </Project>
                """, cancellation);
            await File.WriteAllTextAsync(Path.Combine(work, "Directory.Build.props"), "<Project />", cancellation); // of no folder above
            await Publish(work, source is null || source.Contains("://", StringComparison.Ordinal) ? source : WorkingFolder.Full(source), cancellation);
            Place(Path.Combine(work, "out"), folder);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }

        Terminal.Say($"DuckDB is in '{folder}'; --query works from now on.");
        return ExitCode.Done;
    }

    private static async Task Publish(string work, string? source, CancellationToken cancellation)
    {
        string beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", Platform.Current.Executable("dotnet")));
        var start = new ProcessStartInfo(File.Exists(beside) ? beside : "dotnet") { WorkingDirectory = work, RedirectStandardOutput = true, UseShellExecute = false };
        string[] arguments = ["publish", "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "--no-self-contained", "-o", "out", "-nologo", "-v", "quiet"];
        foreach (string argument in source is null ? arguments : [.. arguments, "-p:RestoreAdditionalProjectSources=" + source])
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            using Process process = Process.Start(start)!;
            string said = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode != 0)
            {
                throw new DataException($"Backprop.Sql {OptionalParts.Version} cannot be fetched: {string.Join("; ", said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(line => line.Contains("error", StringComparison.Ordinal) || line.Contains("SDK", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Take(3))}");
            }
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new DataException($"the .NET SDK fetches Backprop.Sql, and 'dotnet' cannot be started: {error.Message}", error);
        }
    }

    /// <summary>Whole or not at all: copied beside its place, since the temporary folder may be of another disk, and renamed.</summary>
    private static void Place(string from, string to)
    {
        string temporary = $"{to}.{Environment.ProcessId}.tmp";
        Directory.CreateDirectory(temporary);
        try
        {
            foreach (string file in Directory.GetFiles(from))
            {
                File.Copy(file, Path.Combine(temporary, Path.GetFileName(file)));
            }

            Directory.Move(temporary, to);
        }
        catch
        {
            Directory.Delete(temporary, recursive: true);
            throw;
        }
    }
}
