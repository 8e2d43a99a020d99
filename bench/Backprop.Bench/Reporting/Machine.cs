using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Backprop.Kernels;

namespace Backprop.Bench.Reporting;

/// <summary>Where and with what a report was made. Numbers without it mean nothing.</summary>
internal static class Machine
{
    /// <summary>The folder bench/, given by bench/run.</summary>
    public static string BenchFolder => Environment.GetEnvironmentVariable("BENCH_FOLDER") ?? Environment.CurrentDirectory;

    /// <summary>The command that was given.</summary>
    public static string Command { get; set; } = "";

    public static string Stamp()
    {
        var text = new StringBuilder();
        void Add(string what, string value) => text.Append($"- {what}: {value}\n");
        Add("processor", $"{Line("/proc/cpuinfo", "model name", ':') ?? RuntimeInformation.ProcessArchitecture.ToString()}, {Environment.ProcessorCount} cores, vectors {VectorPaths.Current.Name()}");
        Add("kind", Processor.Kind());
        Add("vectors", Processor.Pipes());
        Add("caches", Processor.Caches());
        Add("processors", Processor.Distance());
        Add("system", $"{Line("/etc/os-release", "PRETTY_NAME", '=')?.Trim('"') ?? RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, load before {Load()}");
        Add("peers", $"{Package("TorchSharp")}, {Package("libtorch-cpu-linux-x64")}, {Package("Microsoft.ML.OnnxRuntime")}");
        Add("commit", Environment.GetEnvironmentVariable("BENCH_COMMIT") ?? "unknown");
        Add("command", $"`{Command}`");
        return text.ToString();
    }

    /// <summary>The version of a package that this program was built with; asked of no peer, since asking would load it.</summary>
    private static string Package(string name)
    {
        using JsonDocument built = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Backprop.Bench.deps.json")));
        string prefix = name + "/";
        return built.RootElement.GetProperty("libraries").EnumerateObject().First(library => library.Name.StartsWith(prefix, StringComparison.Ordinal)).Name.Replace('/', ' ');
    }

    internal static string? Line(string path, string key, char separator)
    {
        string? line = File.Exists(path) ? File.ReadLines(path).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(separator, StringComparison.Ordinal) + 1)..].Trim();
    }

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
