using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Backprop.Cli.Tests;

/// <summary>
/// Hostile files and arguments, each met by the real tool: the exit code, a message, no stack trace, nothing written, in less than 10 seconds
/// of processor time; and where there is much to be read, in a process of its own, less than 1 GB. Nothing runs beside them, so that the time
/// of this process is theirs.
/// </summary>
[Collection(nameof(HostileTests))]
[CollectionDefinition(nameof(HostileTests), DisableParallelization = true)]
public sealed class HostileTests(ITestOutputHelper output) : IDisposable
{
    private const int Seconds = 10, MostSeconds = 100;
    private const long Kilobytes = 1_000_000;

    private static readonly HostileCase[] s_cases = [.. HostileCases.All()];

    private readonly string _root = Directory.CreateTempSubdirectory("backprop-hostile").FullName;

    private string Folder => Path.Combine(_root, "here");

    private string Temporary => Path.Combine(_root, "tmp");

    public static IEnumerable<TheoryDataRow<int>> Cases => Rows(greedy: false);

    public static IEnumerable<TheoryDataRow<int>> GreedyCases => Rows(greedy: true);

    private static IEnumerable<TheoryDataRow<int>> Rows(bool greedy) => Enumerable.Range(0, s_cases.Length).Where(n => s_cases[n].IsGreedy == greedy)
        .Select(n => new TheoryDataRow<int>(n) { TestDisplayName = Title(n) });

    private static string Title(int number)
    {
        string name = $"{number}: {s_cases[number]}";
        return name.Length > 120 ? name[..120] : name;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void ThereAreMany() => Assert.True(s_cases.Length >= 200);

    [Theory]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public async Task WhatIsHostileIsRefused(int number)
    {
        HostileCase one = s_cases[number];
        string before = Prepare(one);
        string? temporary = Environment.GetEnvironmentVariable("TMPDIR");
        Environment.SetEnvironmentVariable("TMPDIR", Temporary);
        try
        {
            TimeSpan start = Worked();
            using MemoryStream standardOutput = new(), standardError = new();
            Task<int> run = Task.Run(() => Program.Run(one.Args, Stream.Null, standardOutput, standardError, Folder));
            Assert.True(await Task.WhenAny(run, Task.Delay(TimeSpan.FromSeconds(MostSeconds))) == run, $"{one}: it still runs after {MostSeconds} s");
            Require(one, await run, Encoding.UTF8.GetString(standardOutput.ToArray()), Encoding.UTF8.GetString(standardError.ToArray()), before);
            Assert.True((Worked() - start).TotalSeconds < Seconds, $"{one}: it took {(Worked() - start).TotalSeconds:F1} s");
        }
        finally
        {
            Environment.SetEnvironmentVariable("TMPDIR", temporary);
        }
    }

    [Theory]
    [MemberData(nameof(GreedyCases), DisableDiscoveryEnumeration = true)]
    public async Task WhatIsLargeTakesLittleMemory(int number)
    {
        HostileCase one = s_cases[number];
        string before = Prepare(one);
        ProcessStartInfo start = Tool.Start(Folder, one.Args);
        start.Environment["TMPDIR"] = Temporary;
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // it would leave a socket in the temporary folder
        start.Environment["DOTNET_TC_QuickJitForLoops"] = "1"; // these runs are short
        var clock = Stopwatch.StartNew();
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> standardOutput = process.StandardOutput.ReadToEndAsync(), standardError = process.StandardError.ReadToEndAsync();
        long peak = 0;
        double worked = 0;
        while (!process.WaitForExit(10))
        {
            peak = Math.Max(peak, Peak(process.Id));
            worked = Math.Max(worked, Worked(process));
            if (clock.Elapsed.TotalSeconds > MostSeconds || worked > 2 * Seconds)
            {
                process.Kill();
                Assert.Fail($"{one}: it still runs after {clock.Elapsed.TotalSeconds:F0} s, {worked:F0} of them at work");
            }
        }

        process.WaitForExit();
        Require(one, process.ExitCode, await standardOutput, await standardError, before);
        output.WriteLine($"{peak / 1000} MB, {worked:F1} s: {one}");
        Assert.True(worked < Seconds, $"{one}: it took {worked:F1} s");
        Assert.True(peak < Kilobytes, $"{one}: it took {peak} kB");
    }

    /// <summary>Writes the case's files, and says all that there is.</summary>
    private string Prepare(HostileCase one)
    {
        Directory.CreateDirectory(Folder);
        Directory.CreateDirectory(Temporary);
        foreach ((string name, byte[] bytes) in one.Files)
        {
            string path = Path.Combine(Folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }

        return Snapshot(_root);
    }

    private void Require(HostileCase one, int code, string standardOutput, string error, string before)
    {
        string? missing = one.Parts.Split('|').FirstOrDefault(part => !error.Contains(part, StringComparison.Ordinal));
        string? mistake = code != one.Code ? $"exit code {code}, {one.Code} expected"
            : missing is not null ? $"the message has no '{missing}'"
            : error.TrimEnd('\n').Split('\n').Any(line => !line.StartsWith("backprop: ", StringComparison.Ordinal)) || error.TrimEnd('\n').Split('\n')[^1].StartsWith("backprop: warning", StringComparison.Ordinal) || error.Length > 5000 ? "a message of one line is expected, after warnings of one line each"
            : error.Contains("   at ", StringComparison.Ordinal) || error.Contains("Unhandled", StringComparison.Ordinal) || error.Contains("a mistake of backprop itself", StringComparison.Ordinal) ? "an error that nobody thought of"
            : standardOutput.Length > 0 ? "it printed something"
            : Snapshot(_root) != before ? $"it wrote something:\n{Snapshot(_root)}"
            : null;
        Assert.True(mistake is null, $"{one}\n    {mistake}: {(error.Length > 600 ? error[..600] : error)}");
    }

    private static string Snapshot(string root) => string.Join('\n', new DirectoryInfo(root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
        .Select(entry => $"{entry.FullName} {(entry is FileInfo file ? $"{file.Length} {file.LastWriteTimeUtc.Ticks}" : "")}").Order(StringComparer.Ordinal));

    /// <summary>The processor time that this process has taken so far.</summary>
    private static TimeSpan Worked()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    /// <summary>The processor time that a process has taken so far.</summary>
    private static double Worked(Process process)
    {
        try
        {
            return process.TotalProcessorTime.TotalSeconds;
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return 0; // it has ended
        }
    }

    /// <summary>The most memory that a process has had so far, in kB; 0 where the system does not say.</summary>
    private static long Peak(int id)
    {
        try
        {
            string? line = OperatingSystem.IsLinux() ? File.ReadLines($"/proc/{id}/status").FirstOrDefault(text => text.StartsWith("VmHWM:", StringComparison.Ordinal)) : null;
            return line is null ? 0 : long.Parse(line.AsSpan(6).TrimEnd("kB ").Trim(), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // it has ended
        }
    }
}
