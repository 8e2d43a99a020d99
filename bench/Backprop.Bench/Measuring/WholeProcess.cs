using System.Diagnostics;
using System.Globalization;

namespace Backprop.Bench.Measuring;

/// <summary>A command as a user starts it: how long it takes from start to end, and the most memory that it had.</summary>
internal static class WholeProcess
{
    /// <summary>Debian's package time; the shell's own does not tell memory.</summary>
    private const string Time = "/usr/bin/time";

    /// <summary>Runs a command once and throws its output away.</summary>
    /// <returns>Seconds, and megabytes.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static (double Seconds, double Megabytes) Run(string program, params string[] arguments)
    {
        if (!File.Exists(Time))
        {
            throw new InvalidOperationException($"{Time} is missing (apt-get install time)");
        }

        string measured = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Time, ["-f", "%e %M", "-o", measured, program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            start.Environment.Remove("LD_PRELOAD");
            long begin = Stopwatch.GetTimestamp();
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            process.StandardOutput.BaseStream.CopyTo(Stream.Null);
            process.WaitForExit();
            double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            return process.ExitCode == 0
                ? (seconds, double.Parse(File.ReadAllLines(measured)[^1].Split(' ')[1], CultureInfo.InvariantCulture) * 1024 / 1e6)
                : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors.Result.Trim()}");
        }
        finally
        {
            File.Delete(measured);
        }
    }
}
