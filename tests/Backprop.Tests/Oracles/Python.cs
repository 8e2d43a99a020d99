using System.Collections.Concurrent;
using System.Diagnostics;

namespace Backprop.Tests.Oracles;

/// <summary>Debian's Python, with what it has of other programs.</summary>
internal static class Python
{
    private const string Executable = "/usr/bin/python3";

    private static readonly ConcurrentDictionary<string, string?> s_why = new(StringComparer.Ordinal);

    /// <summary>Skips a test, with the reason, where a module is not there.</summary>
    public static void Require(string module, string package)
    {
        string? why = s_why.GetOrAdd(module, name => !File.Exists(Executable) ? $"there is no {Executable}"
            : Start(["-c", $"import {name}"], out _) == 0 ? null : $"{Executable} has no {name}: apt-get install {package}");
        Assert.SkipWhen(why is not null, why ?? "");
    }

    /// <summary>Runs a script in a folder and gives what it printed.</summary>
    public static string Run(string folder, string script, params string[] arguments)
    {
        string path = Path.Combine(folder, $"script-{Guid.NewGuid():N}.py");
        File.WriteAllText(path, script);
        int code = Start([path, .. arguments], out string output, folder);
        return code == 0 ? output : throw new InvalidOperationException(output);
    }

    private static int Start(string[] arguments, out string output, string? folder = null)
    {
        var start = new ProcessStartInfo(Executable, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = folder ?? Path.GetTempPath() };
        start.Environment["OMP_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        output = process.StandardOutput.ReadToEnd() + error.GetAwaiter().GetResult();
        process.WaitForExit();
        return process.ExitCode;
    }
}
