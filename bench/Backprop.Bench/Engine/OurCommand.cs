using System.Diagnostics;
using System.Text.Json;
using Backprop.Bench.Cases;

namespace Backprop.Bench.Engine;

/// <summary>Our command-line tool, as a user starts it: what <c>backprop train --json</c> says of its own speed.</summary>
internal static class OurCommand
{
    /// <summary>The published tool, given by bench/run.</summary>
    public static string Tool => Environment.GetEnvironmentVariable("BENCH_BACKPROP") ?? "backprop";

    /// <summary>Trains so many epochs; the steps that were made and the tool's own µs for one.</summary>
    public static (long Steps, double MicrosecondsPerStep) Train(TrainingCase which, string data, int epochs, int threads)
    {
        string model = Path.ChangeExtension(data, ".safetensors");
        var start = new ProcessStartInfo(Tool,
        [
            "train", data, "--network", which.Specification, "--batch-size", $"{which.BatchSize}", "--optimizer", which.Optimizer,
            "--learning-rate", $"{which.LearningRate}", "--epochs", $"{epochs}", "--validation", "0", "--threads", $"{threads}",
            "--json", "--quiet", "--output", model,
        ])
        { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment.Remove("LD_PRELOAD");
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"backprop train ended with {process.ExitCode}");
        }

        using JsonDocument json = JsonDocument.Parse(output);
        return (json.RootElement.GetProperty("steps").GetInt64(), json.RootElement.GetProperty("microseconds_per_step").GetDouble());
    }
}
