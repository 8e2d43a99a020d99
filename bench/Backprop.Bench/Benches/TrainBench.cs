using Backprop.Bench.Cases;
using Backprop.Bench.Measuring;
using Backprop.Bench.Peers;
using Backprop.Bench.Reporting;

namespace Backprop.Bench.Benches;

/// <summary>Whole training steps, ours and libtorch's, in interleaved rounds.</summary>
internal static class TrainBench
{
    /// <summary>The threads that are tried; the better number counts.</summary>
    public static int[] ThreadCounts { get; } = Environment.ProcessorCount > 1 ? [1, 2] : [1];

    /// <summary>How far losses may differ and still be the same work.</summary>
    private const double SameLoss = 1e-3;

    public static int Run(BenchOptions options)
    {
        var report = new Report("train", "A whole training step: forward, loss, backward, update", options.Save);
        bool peers = PeerLoads(report, options);
        var table = new MarkdownTable("network", "batch", "optimizer", "ours µs (threads)", "libtorch µs (threads)", "ratio", "min–max", "to reach", "GFLOP/s", "of the FMA peak");
        var details = new MarkdownTable("network", "contestant", "threads", "median µs", "min–max");
        var losses = new MarkdownTable("network", "loss after 10 steps, ours", "libtorch", "greatest relative difference");
        List<double> ratios = [];
        bool same = true;
        foreach ((int number, TrainingCase which) in options.Select(TrainingCase.All))
        {
            Report.Progress($"{number}/{TrainingCase.All.Count} {which.Name}");
            TrainRow row = TrainRow.MeasureApart(number, options with { Peers = peers });
            Timing best = Timing.Best(row.Ours);
            double gigaflops = which.Flops / best.Median / 1e3, peak = FmaPeak.GigaflopsOf(row.Peaks.First(one => one.Threads == best.Threads));
            string[] peer = ["–", "–", "–"];
            if (row.Losses is { } pair)
            {
                same &= pair.Difference <= SameLoss;
                losses.Add(which.Name, $"{pair.Ours:0.000000}", $"{pair.Torch:0.000000}", $"{pair.Difference:0.0e+0}");
                Timing theirs = Timing.Best(row.Torch);
                var ratio = best.Against(theirs);
                ratios.Add(ratio.Ratio);
                peer = [Show.MedianAndThreads(theirs), Show.Ratio(ratio.Ratio), Show.Range(ratio)];
            }

            table.Add([which.Name, $"{which.BatchSize}", which.Optimizer, Show.MedianAndThreads(best), .. peer, Show.Ratio(which.ToReach), Show.Number(gigaflops), Show.Percent(gigaflops / peak)]);
            foreach (Timing timing in row.Ours.Concat(row.Torch))
            {
                details.Add(which.Name, timing.Name, $"{timing.Threads}", Show.Median(timing), Show.Range(timing));
            }

            foreach (Timing timing in row.Peaks)
            {
                details.Add(which.Name, $"FMA peak, {Show.Number(FmaPeak.GigaflopsOf(timing))} GFLOP/s", $"{timing.Threads}", Show.Median(timing), Show.Range(timing));
            }
        }

        report.Table(table);
        if (ratios.Count > 0)
        {
            report.Line($"Geometric mean of {ratios.Count} ratios: {Show.Ratio(Math.Exp(ratios.Average(Math.Log)))}");
            report.Line();
        }

        report.Line($"Medians of {options.Rounds} interleaved rounds; the better of {string.Join(" and ", ThreadCounts)} threads; min–max of the ratios within a round. All of them:");
        report.Line();
        report.Table(details);
        if (peers)
        {
            report.Line("The same work is timed: from the same weights, on the same batches,");
            report.Line();
            report.Table(losses);
            report.Line(same ? $"All agree to {SameLoss}." : $"FAILED: the losses differ by more than {SameLoss}.");
        }

        report.End();
        return same ? 0 : 1;
    }

    /// <summary>Whether libtorch runs; says so if it does not.</summary>
    public static bool PeerLoads(Report report, BenchOptions options)
    {
        if (options.Peers && !TorchTraining.TryLoad(out string? why))
        {
            report.Line($"libtorch does not load here, so its columns stay empty: {why}");
            report.Line();
            return false;
        }

        return options.Peers;
    }
}
