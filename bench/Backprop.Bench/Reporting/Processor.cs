using System.Globalization;
using System.Runtime.Intrinsics;
using Backprop.Bench.Measuring;

namespace Backprop.Bench.Reporting;

/// <summary>What kind of processor this is: a name alone, such as "AMD EPYC", tells neither its generation nor its width.</summary>
internal static class Processor
{
    private const string Folder = "/sys/devices/system/cpu/cpu0";

    /// <summary>Family and model, and the name of the generation where it is known.</summary>
    public static string Kind()
    {
        string? family = Machine.Line("/proc/cpuinfo", "cpu family", ':'), model = Machine.Line("/proc/cpuinfo", "model\t", ':');
        return family is null || model is null ? "unknown" : $"{Generation(int.Parse(family, CultureInfo.InvariantCulture), int.Parse(model, CultureInfo.InvariantCulture))} (family {family}, model {model}, stepping {Machine.Line("/proc/cpuinfo", "stepping", ':')})";
    }

    /// <summary>What one core really does: full 512-bit pipes do twice as much in 512 bits as in 256.</summary>
    public static string Pipes()
    {
        double clock = FmaPeak.CyclesPerSecond(), widest = FmaPeak.PerSecond(FmaPeak.Lanes);
        string text = string.Create(CultureInfo.InvariantCulture, $"{widest / clock:0} float fused multiply-adds a cycle at {clock / 1e9:0.0} GHz, {2 * widest / 1e9:0} GFLOP/s a core");
        if (!Vector512.IsHardwareAccelerated)
        {
            return text;
        }

        double gain = widest / FmaPeak.PerSecond(8);
        return string.Create(CultureInfo.InvariantCulture, $"{text}; 512 bits do {gain:0.0} times what 256 do: {(gain > 1.5 ? "full pipes" : "halves, one after the other")}");
    }

    /// <summary>How far two processors are from one another now, which the system does not know of a rented machine.</summary>
    public static string Distance()
    {
        double nanoseconds = RoundTrip.Nanoseconds();
        return double.IsNaN(nanoseconds) ? "there is one" : string.Create(CultureInfo.InvariantCulture, $"a number goes from one thread to another and back in {nanoseconds:0} ns{(nanoseconds > FarNanoseconds ? ": they share no cache now" : "")}");
    }

    /// <summary>Two cores that share a cache take 40 to 100 ns, others 200 and more.</summary>
    private const double FarNanoseconds = 150;

    /// <summary>Sizes as one core sees them, and who shares what.</summary>
    public static string Caches()
    {
        if (!Directory.Exists($"{Folder}/cache"))
        {
            return "unknown";
        }

        string[] caches =
        [
            .. Directory.GetDirectories($"{Folder}/cache", "index*").Order(StringComparer.Ordinal)
                .Where(cache => Text(cache, "type") != "Instruction")
                .Select(cache => $"L{Text(cache, "level")} {Text(cache, "size")} of processors {Text(cache, "shared_cpu_list")}"),
        ];
        string siblings = Text($"{Folder}/topology", "thread_siblings_list");
        return $"{string.Join(", ", caches)}; {(siblings == "0" ? "each processor is a core of its own" : $"processors {siblings} share a core")}, as the system sees it";
    }

    private static string Text(string folder, string file) => File.Exists($"{folder}/{file}") ? File.ReadAllText($"{folder}/{file}").Trim() : "?";

    private static string Generation(int family, int model) => (family, model) switch
    {
        (23, < 0x30) => "Zen or Zen+",
        (23, _) => "Zen 2",
        (25, (>= 0x10 and <= 0x1f) or (>= 0x60 and <= 0x7f) or (>= 0xa0 and <= 0xaf)) => "Zen 4",
        (25, _) => "Zen 3",
        (26, _) => "Zen 5",
        (6, 85) => "Skylake, Cascade or Cooper Lake server",
        (6, 106 or 108) => "Ice Lake server",
        (6, 143) => "Sapphire Rapids",
        (6, 207) => "Emerald Rapids",
        (6, 173 or 174) => "Granite Rapids",
        _ => "a kind that this list does not have",
    };
}
