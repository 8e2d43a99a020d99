using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Backprop.Bench.Cases;
using Backprop.Bench.Engine;
using Backprop.Bench.Measuring;
using Backprop.Bench.Peers;
using Backprop.Data;
using Backprop.Networks;

namespace Backprop.Bench.Benches;

/// <summary>What was measured for a row of the training table. Each is measured in a process of its own, as a user's network is: what the JIT learnt from one must not change another.</summary>
/// <param name="Ours">Our steps, for every number of threads that really ran.</param>
/// <param name="Torch">libtorch's; none without peers.</param>
/// <param name="Peaks">The machine's, for every number of threads.</param>
/// <param name="Losses">After ten steps from the same weights on the same batches; null without peers.</param>
internal sealed record TrainRow(Timing[] Ours, Timing[] Torch, Timing[] Peaks, TrainRow.Pair? Losses)
{
    /// <summary>The command by which a bench starts another for one row.</summary>
    public const string Command = "train-row";

    /// <summary>The last losses of both, and the greatest relative difference of all ten.</summary>
    internal sealed record Pair(double Ours, double Torch, double Difference);

    /// <summary>Measures a row in another process.</summary>
    public static TrainRow MeasureApart(int number, BenchOptions options)
    {
        string dotnet = Environment.ProcessPath!, program = Assembly.GetExecutingAssembly().Location;
        var start = new ProcessStartInfo(dotnet, [program, Command, JsonSerializer.Serialize(options with { Rows = [number] })]) { RedirectStandardOutput = true, UseShellExecute = false };
        using Process process = Process.Start(start)!;
        string json = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? JsonSerializer.Deserialize<TrainRow>(json)! : throw new InvalidOperationException($"measuring row {number} ended with {process.ExitCode}");
    }

    /// <summary>The other process: prints what it measured.</summary>
    public static int Print(string optionsJson)
    {
        BenchOptions options = JsonSerializer.Deserialize<BenchOptions>(optionsJson)!;
        Console.WriteLine(JsonSerializer.Serialize(Measure(TrainingCase.All[options.Rows[0] - 1], options)));
        return 0;
    }

    private static TrainRow Measure(TrainingCase which, BenchOptions options)
    {
        int[] threadCounts = TrainBench.ThreadCounts;
        Dataset<float> data = RandomData.For<float>(which, which.Rows);
        Pair? losses = options.Peers ? Compare(which, data) : null;
        OurTraining[] ours = [.. threadCounts.Select(threads => new OurTraining(which, data, new(which.Definition, Initializer.PyTorch), threads))];
        using TorchTraining? torch = options.Peers ? new(which, data, new(which.Definition, Initializer.PyTorch)) : null;
        Timing[] timings = InterleavedRounds.Measure(
        [
            .. ours.DistinctBy(one => one.Threads).Select(one => one.Contestant("ours")), // small work takes one thread, whatever it is given
            .. torch is null ? [] : threadCounts.Select(threads => torch.Contestant("libtorch", threads)),
            .. threadCounts.Select(FmaPeak.On),
        ], options);
        foreach (OurTraining one in ours)
        {
            one.Dispose();
        }

        Timing[] Named(string name) => [.. timings.Where(timing => timing.Name == name)];
        return new(Named("ours"), Named("libtorch"), Named("FMA peak"), losses);
    }

    /// <summary>Ten steps of each from the same weights on the same batches.</summary>
    private static Pair Compare(TrainingCase which, Dataset<float> data)
    {
        var network = new Network<float>(which.Definition, Initializer.PyTorch);
        using var torch = new TorchTraining(which, data, network);
        using var ours = new OurTraining(which, data, network, threads: 0, shuffle: false);
        double worst = 0, our = 0, their = 0;
        for (int step = 0; step < 10; step++)
        {
            (our, their) = (ours.Step(), torch.StepWithLoss());
            worst = Math.Max(worst, Math.Abs(our - their) / Math.Abs(their));
        }

        return new(our, their, worst);
    }
}
