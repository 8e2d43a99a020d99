using System.CommandLine;
using Backprop.Bench.Benches;
using Backprop.Bench.Measuring;
using Backprop.Bench.Reporting;

namespace Backprop.Bench;

/// <summary>The benches by name; bench/run starts it.</summary>
internal static class Program
{
    private static readonly (string Name, string Description, Func<BenchOptions, int> Run)[] s_benches =
    [
        ("train", "Whole training steps of twelve networks, against libtorch", TrainBench.Run),
        ("predict", "Prediction of 1 and of 128 rows, against ONNX Runtime", PredictBench.Run),
        ("gradient", "One gradient: the case of SimpleChains.jl's readme", GradientBench.Run),
        ("matmul", "The three matrix products of a step, against the machine's peak", MatmulBench.Run),
        ("fashion", "Epochs of Fashion-MNIST, against scikit-learn", FashionBench.Run),
        ("epoch", "Whole epochs with dropout and validation, against libtorch and scikit-learn", EpochBench.Run),
        ("reading", "Tables from CSV and Parquet files, whole processes, against pandas", ReadingBench.Run),
        ("busy", "Steps beside other busy processes, on the threads by default and on one", BusyBench.Run),
        ("aot", "The library as a package, compiled ahead of time and just in time", AotBench.Run),
        ("cli", "The twelve networks through `backprop train --json`, against libtorch", CliBench.Run),
    ];

    private static int Main(string[] arguments)
    {
        Machine.Command = string.Join(' ', arguments.Prepend("bench/run"));
        if (arguments is ["kernels", ..])
        {
            return KernelBenches.Run(arguments[1..]);
        }

        if (arguments is [TrainRow.Command, var one])
        {
            return TrainRow.Print(one);
        }

        if (arguments is [Burners.Command])
        {
            Burners.Burn();
        }

        var rows = new Option<string>("--rows") { Description = "Rows of the table, counted from 1: 1,3,7-9", HelpName = "ROWS", Recursive = true, DefaultValueFactory = _ => "" };
        var rounds = new Option<int>("--rounds") { Description = "How often each contestant is measured", HelpName = "N", Recursive = true, DefaultValueFactory = _ => new BenchOptions().Rounds };
        var seconds = new Option<double>("--seconds") { Description = "How long one measurement takes", HelpName = "S", Recursive = true, DefaultValueFactory = _ => new BenchOptions().Seconds };
        var warmUp = new Option<double>("--warm-up") { Description = "How long each contestant runs before", HelpName = "S", Recursive = true, DefaultValueFactory = _ => new BenchOptions().WarmUp };
        var noPeers = new Option<bool>("--no-peers") { Description = "Ours alone", Recursive = true };
        var save = new Option<bool>("--save") { Description = "Write the report to bench/results", Recursive = true };
        BenchOptions Read(ParseResult parsed) => new()
        {
            Rows = ParseRows(parsed.GetValue(rows)!),
            Rounds = Math.Max(1, parsed.GetValue(rounds)),
            Seconds = parsed.GetValue(seconds),
            WarmUp = parsed.GetValue(warmUp),
            Peers = !parsed.GetValue(noPeers),
            Save = parsed.GetValue(save),
        };

        var root = new RootCommand("Measures Backprop beside its peers, in interleaved rounds.") { rows, rounds, seconds, warmUp, noPeers, save };
        foreach ((string name, string description, Func<BenchOptions, int> run) in s_benches)
        {
            var command = new Command(name, description);
            command.SetAction(parsed => run(Read(parsed)));
            root.Add(command);
        }

        root.Add(new Command("kernels", "BenchmarkDotNet: element functions and tiles; takes BenchmarkDotNet's options"));
        var all = new Command("all", "Every bench, one after the other");
        all.SetAction(parsed => s_benches.Select(bench => bench.Run(Read(parsed))).Append(KernelBenches.Run([])).ToArray().Max());
        root.Add(all);
        return root.Parse(arguments).Invoke();
    }

    private static int[] ParseRows(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).SelectMany(part =>
        {
            int[] ends = [.. part.Split('-').Select(int.Parse)];
            return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
        })];
}
