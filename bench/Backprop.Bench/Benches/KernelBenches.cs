using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Backprop.Bench.Benches;

/// <summary>BenchmarkDotNet's measurements of the kernels; every option of BenchmarkDotNet may be given.</summary>
internal static class KernelBenches
{
    public static int Run(string[] arguments)
    {
        // In this process: a generated project would have to fetch and lock every package once more.
        ManualConfig config = DefaultConfig.Instance
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .WithArtifactsPath(Path.Combine(Reporting.Machine.BenchFolder, "artifacts", "BenchmarkDotNet"));
        string[] given = arguments.Length == 0 ? ["--filter", "*"] : arguments;
        return BenchmarkSwitcher.FromTypes([typeof(ElementFunctionBenchmarks<>), typeof(TileBenchmarks)]).Run(given, config).Any() ? 0 : 1;
    }
}
