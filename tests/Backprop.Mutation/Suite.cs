using System.Diagnostics;

namespace Backprop.Mutation;

/// <summary>A copy of the built tests in a folder of its own, below the repository as some tests read its files, run on whichever Backprop.dll is put there.</summary>
internal sealed class Suite
{
    private readonly string _folder;
    private readonly Dictionary<string, TimeSpan> _usual = [];

    public Suite(string tests, string folder)
    {
        _folder = folder;
        foreach (string file in Directory.EnumerateFiles(tests, "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(folder, Path.GetRelativePath(tests, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to, overwrite: true);
        }

        File.Delete(Path.Combine(folder, "Backprop.pdb"));
    }

    /// <summary>Runs every stage on the library as it is: all must pass, and how long they take is how long a fault may take ten times.</summary>
    public void Calibrate(byte[] library, IEnumerable<string> stages)
    {
        File.WriteAllBytes(Path.Combine(_folder, "Backprop.dll"), library);
        foreach (string stage in stages.Append(""))
        {
            long start = Stopwatch.GetTimestamp();
            if (Run(stage, TimeSpan.FromMinutes(10), out string output) != Outcome.Survived)
            {
                throw new InvalidOperationException($"the tests fail without any fault:\n{output}");
            }

            _usual[stage] = Stopwatch.GetElapsedTime(start);
        }
    }

    /// <summary>Runs the stages one after the other until one notices.</summary>
    public Outcome Judge(byte[] library, IEnumerable<string> stages, out string noticed)
    {
        File.WriteAllBytes(Path.Combine(_folder, "Backprop.dll"), library);
        foreach (string stage in stages.Append(""))
        {
            Outcome outcome = Run(stage, (10 * _usual[stage]) + TimeSpan.FromSeconds(20), out string output);
            if (outcome != Outcome.Survived)
            {
                noticed = outcome == Outcome.TimedOut ? $"time, in {(stage.Length > 0 ? stage : "all tests")}"
                    : output.Split('\n').FirstOrDefault(line => line.Contains("[FAIL]", StringComparison.Ordinal))?.Trim() ?? "crash";
                return outcome;
            }
        }

        noticed = "";
        return Outcome.Survived;
    }

    public void UseLimitsOf(Suite other)
    {
        foreach ((string stage, TimeSpan time) in other._usual)
        {
            _usual[stage] = time;
        }
    }

    private Outcome Run(string stage, TimeSpan limit, out string output)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["Backprop.Tests.dll", "-noColor", "-stopOnFail", "-parallelMode", "none", .. stage.Length == 0 ? (string[])[] : [stage[0] == '*' ? "-method" : "-class", stage]])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DOTNET_TieredPGO"] = "0"; // the tests are short: nothing is compiled twice for speed
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x80000000"; // a loop without end must not take the machine's memory
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using Process process = Process.Start(start)!;
        Task<string> text = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            output = "";
            return Outcome.TimedOut;
        }

        output = text.Result + errors.Result;
        return process.ExitCode == 0 && !output.Contains("Total: 0,", StringComparison.Ordinal) ? Outcome.Survived : Outcome.Caught;
    }
}
