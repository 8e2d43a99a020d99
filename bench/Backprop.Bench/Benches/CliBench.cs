using Backprop.Bench.Cases;
using Backprop.Bench.Engine;
using Backprop.Bench.Measuring;
using Backprop.Bench.Peers;
using Backprop.Bench.Reporting;
using Backprop.Networks;

namespace Backprop.Bench.Benches;

/// <summary>The training table again, seen from outside: the tool's own <c>microseconds_per_step</c>, against libtorch's of the same invocation.</summary>
internal static class CliBench
{
    /// <summary>A process begins cold and its mean holds the JIT's time too, so it runs this many times longer than a measurement inside.</summary>
    private const int Longer = 10;

    /// <summary>The numbers of the features, at most, where four batches do not need more.</summary>
    private const int MostFeatures = 4 << 20;

    public static int Run(BenchOptions options)
    {
        var report = new Report("cli", "A whole training step through `backprop train --json`", options.Save);
        bool peers = TrainBench.PeerLoads(report, options);
        int[] threadCounts = TrainBench.ThreadCounts;
        var table = new MarkdownTable(
            ["network", "batch", "optimizer", .. threadCounts.SelectMany(threads => new[] { $"--threads {threads}, µs", "min–max" }), "libtorch µs (threads)", "ratio", "min–max", "to reach"]);
        List<double> ratios = [];
        foreach ((int number, TrainingCase which) in options.Select(TrainingCase.All))
        {
            Report.Progress($"{number}/{TrainingCase.All.Count} {which.Name}");
            Timing[] ours = Ours(which, options);
            Timing best = Timing.Best(ours);
            string[] peer = ["–", "–", "–"];
            if (peers)
            {
                Timing theirs = Theirs(which, options);
                var ratio = best.Against(theirs);
                ratios.Add(ratio.Ratio);
                peer = [Show.MedianAndThreads(theirs), Show.Ratio(ratio.Ratio), Show.Range(ratio)];
            }

            table.Add([which.Name, $"{which.BatchSize}", which.Optimizer, .. ours.SelectMany(timing => new[] { Show.Median(timing), Show.Range(timing) }), .. peer, Show.Ratio(which.ToReach)]);
        }

        report.Table(table);
        if (ratios.Count > 0)
        {
            report.Line($"Geometric mean of {ratios.Count} ratios: {Show.Ratio(Math.Exp(ratios.Average(Math.Log)))}");
        }

        report.End();
        return 0;
    }

    private static Timing[] Ours(TrainingCase which, BenchOptions options)
    {
        string folder = Directory.CreateTempSubdirectory("backprop-bench-").FullName;
        try
        {
            int most = Math.Min(65_536, MostFeatures / which.Definition.Inputs) / which.BatchSize * which.BatchSize;
            int rows = which.FullBatch ? which.BatchSize : Math.Max(4 * which.BatchSize, most);
            string data = Path.Combine(folder, "data.npz");
            NpzFile.Write(data, RandomData.For<float>(which, rows));
            int[] threadCounts = TrainBench.ThreadCounts;
            int[] epochs = [.. threadCounts.Select(threads => Epochs(which, data, threads, options.Seconds * Longer))];
            double[][] results = [.. threadCounts.Select(_ => new double[options.Rounds])];
            for (int round = 0; round < options.Rounds; round++)
            {
                for (int n = 0; n < threadCounts.Length; n++)
                {
                    results[n][round] = OurCommand.Train(which, data, epochs[n], threadCounts[n]).MicrosecondsPerStep;
                }
            }

            return [.. threadCounts.Select((threads, n) => new Timing("backprop", threads, results[n]))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>How many epochs take so long; a trial that was much shorter tells little, since it ran cold.</summary>
    private static int Epochs(TrainingCase which, string data, int threads, double seconds)
    {
        int epochs = 1;
        while (true)
        {
            (long steps, double each) = OurCommand.Train(which, data, epochs, threads);
            double share = steps * each / 1e6 / seconds;
            if (share > 0.7)
            {
                return epochs;
            }

            epochs = (int)Math.Clamp(epochs / share, epochs + 1, epochs * 20.0);
        }
    }

    private static Timing Theirs(TrainingCase which, BenchOptions options)
    {
        using var torch = new TorchTraining(which, RandomData.For<float>(which, which.Rows), new(which.Definition, Initializer.PyTorch));
        return Timing.Best(InterleavedRounds.Measure([.. TrainBench.ThreadCounts.Select(threads => torch.Contestant("libtorch", threads))], options));
    }
}
