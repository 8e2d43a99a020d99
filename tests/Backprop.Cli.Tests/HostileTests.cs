using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Backprop.Cli.Tests;

/// <summary>
/// Hostile files and arguments, each met by the real tool in a process of its own: the exit code, a message, no stack trace, nothing written,
/// in less than 10 seconds of processor time and less than 1 GB.
/// </summary>
public sealed class HostileTests(ITestOutputHelper output)
{
    private const int Seconds = 10, MostSeconds = 100;
    private const long Kilobytes = 1_000_000;

    [Fact]
    public void WhatIsHostileIsRefused()
    {
        HostileCase[] cases = [.. HostileCases.All()];
        var wrong = new ConcurrentBag<string>();
        var most = new ConcurrentBag<(long Peak, double Seconds, string Case)>();
        Parallel.ForEach(cases, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, one =>
        {
            (string? mistake, long peak, double seconds) = Meet(one);
            most.Add((peak, seconds, one.ToString()));
            if (mistake is not null)
            {
                wrong.Add($"{one}\n    {mistake}");
            }
        });
        (long largest, _, string greedy) = most.MaxBy(one => one.Peak);
        (_, double longest, string slow) = most.MaxBy(one => one.Seconds);
        output.WriteLine($"{cases.Length} hostile cases, each a process; the greediest took {largest / 1000} MB: {greedy}; the slowest {longest:F1} s: {slow}");
        Assert.True(cases.Length >= 200);
        Assert.True(wrong.IsEmpty, $"{wrong.Count} of {cases.Length} cases:\n{string.Join('\n', wrong.Order(StringComparer.Ordinal))}");
    }

    private static (string? Mistake, long Peak, double Seconds) Meet(HostileCase one)
    {
        string root = Directory.CreateTempSubdirectory("backprop-hostile").FullName, folder = Path.Combine(root, "here"), temporary = Path.Combine(root, "tmp");
        try
        {
            Directory.CreateDirectory(folder);
            Directory.CreateDirectory(temporary);
            foreach ((string name, byte[] bytes) in one.Files)
            {
                string path = Path.Combine(folder, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllBytes(path, bytes);
            }

            string before = Snapshot(root);
            var start = new ProcessStartInfo("dotnet") { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            start.Environment["TMPDIR"] = temporary;
            start.Environment["DOTNET_EnableDiagnostics"] = "0"; // it would leave a socket in the temporary folder
            start.Environment["DOTNET_TC_QuickJitForLoops"] = "1"; // these runs are short
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Backprop.Cli.dll"));
            foreach (string arg in one.Args)
            {
                start.ArgumentList.Add(arg);
            }

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
                    return ($"it still runs after {clock.Elapsed.TotalSeconds:F0} s, {worked:F0} of them at work", peak, worked);
                }
            }

            process.WaitForExit();
            string error = standardError.Result;
            string? missing = one.Parts.Split('|').FirstOrDefault(part => !error.Contains(part, StringComparison.Ordinal));
            string? mistake = process.ExitCode != one.Code ? $"exit code {process.ExitCode}, {one.Code} expected"
                : missing is not null ? $"the message has no '{missing}'"
                : !error.StartsWith("backprop: ", StringComparison.Ordinal) || error.TrimEnd('\n').Contains('\n') || error.Length > 5000 ? "a message of one line is expected"
                : error.Contains("   at ", StringComparison.Ordinal) || error.Contains("Unhandled", StringComparison.Ordinal) || error.Contains("a mistake of backprop itself", StringComparison.Ordinal) ? "an error that nobody thought of"
                : standardOutput.Result.Length > 0 ? "it printed something"
                : Snapshot(root) != before ? $"it wrote something:\n{Snapshot(root)}"
                : worked > Seconds ? $"it took {worked:F1} s"
                : peak > Kilobytes ? $"it took {peak} kB"
                : null;
            return (mistake is null ? null : $"{mistake}: {(error.Length > 600 ? error[..600] : error)}", peak, worked);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static string Snapshot(string root) => string.Join('\n', new DirectoryInfo(root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
        .Select(entry => $"{entry.FullName} {(entry is FileInfo file ? $"{file.Length} {file.LastWriteTimeUtc.Ticks}" : "")}").Order(StringComparer.Ordinal));

    /// <summary>The processor time that a process has taken so far: other tests run beside it.</summary>
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
