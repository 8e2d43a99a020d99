using System.Diagnostics;
using System.Globalization;
using Backprop.Bench.Cases;
using Backprop.Bench.Measuring;
using Backprop.Bench.Reporting;

namespace Backprop.Bench.Benches;

/// <summary>A program that takes the library as a package: compiled ahead of time with nothing else said, and for older processors, against just in time.</summary>
internal static class AotBench
{
    private static readonly TrainingCase[] s_cases =
    [
        new("24-24-24-1", "24-24:relu-24:relu-1:identity", 128, "adam", 1),
        new("784-128-10", "784-128:relu-10:softmax", 64, "sgd", 1),
        new("784-256-128-10", "784-256:relu-128:relu-10:softmax", 128, "adam", 1),
    ];

    private static readonly (string Name, string Folder, double ToReach)[] s_builds = [("just in time", "jit", 1), ("ahead of time", "aot", 1.5), ("ahead of time, x86-64-v2", "aot-v2", 100)];

    /// <summary>The published programs, given by bench/run.</summary>
    private static string Folder => Environment.GetEnvironmentVariable("BENCH_STEP") ?? Path.Combine(Machine.BenchFolder, "artifacts", "step");

    public static int Run(BenchOptions options)
    {
        var report = new Report("aot", "A step, a prediction, the start and the size of a program that takes the package", options.Save);
        var table = new MarkdownTable("network", "batch", "compiled", "vectors", "threads", "step µs", "min–max", "of just in time", "to reach", "prediction µs", "of just in time");
        foreach ((_, TrainingCase which) in options.Select(s_cases))
        {
            Report.Progress(which.Name);
            string[] what = [which.Specification, $"{which.BatchSize}", which.Optimizer, "0", ((2 * options.WarmUp) + options.Seconds).ToString(CultureInfo.InvariantCulture)];
            var found = new string[s_builds.Length][];
            double[][] steps = [.. s_builds.Select(_ => new double[options.Rounds])], predictions = [.. s_builds.Select(_ => new double[options.Rounds])];
            for (int round = 0; round < options.Rounds; round++)
            {
                for (int n = 0; n < s_builds.Length; n++)
                {
                    found[n] = Start(s_builds[n].Folder, what).Output.Split(' ');
                    (steps[n][round], predictions[n][round]) = (double.Parse(found[n][2], CultureInfo.InvariantCulture), double.Parse(found[n][3], CultureInfo.InvariantCulture));
                }
            }

            Timing[] step = [.. steps.Select(rounds => new Timing("step", 0, rounds))], prediction = [.. predictions.Select(rounds => new Timing("prediction", 0, rounds))];
            for (int n = 0; n < s_builds.Length; n++)
            {
                table.Add(
                    which.Name, $"{which.BatchSize}", s_builds[n].Name, found[n][0], found[n][1], Show.Median(step[n]), Show.Range(step[n]), Show.Ratio(step[0].Against(step[n]).Ratio), n == 0 ? "" : $"≤ {Show.Ratio(s_builds[n].ToReach)}",
                    Show.Median(prediction[n]), Show.Ratio(prediction[0].Against(prediction[n]).Ratio));
            }
        }

        report.Table(table);
        var starts = new MarkdownTable("compiled", "starts and ends in ms", "min–max", "size MB");
        double[][] milliseconds = [.. s_builds.Select(_ => new double[options.Rounds])];
        for (int round = 0; round < options.Rounds; round++)
        {
            for (int n = 0; n < s_builds.Length; n++)
            {
                milliseconds[n][round] = Start(s_builds[n].Folder, []).Milliseconds;
            }
        }

        for (int n = 0; n < s_builds.Length; n++)
        {
            var start = new Timing(s_builds[n].Name, 1, milliseconds[n]);
            starts.Add(start.Name, Show.Median(start), Show.Range(start), Show.Number(Size(s_builds[n].Folder) / 1e6));
        }

        report.Table(starts);
        report.Line("Whole processes in turn. The size is the program's, debugging symbols left out; just in time needs the runtime beside it.");
        report.End();
        return 0;
    }

    private static (string Output, double Milliseconds) Start(string build, string[] arguments)
    {
        string program = Path.Combine(Folder, build, "Backprop.Bench.Step");
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment.Remove("LD_PRELOAD");
        long begin = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? (output.Trim(), Stopwatch.GetElapsedTime(begin).TotalMilliseconds) : throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
    }

    private static long Size(string build) => new DirectoryInfo(Path.Combine(Folder, build)).EnumerateFiles().Where(file => file.Extension is not (".dbg" or ".pdb" or ".xml")).Sum(file => file.Length);
}
