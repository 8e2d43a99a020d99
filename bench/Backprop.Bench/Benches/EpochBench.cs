using System.Diagnostics;
using Backprop.Bench.Cases;
using Backprop.Bench.Engine;
using Backprop.Bench.Measuring;
using Backprop.Bench.Peers;
using Backprop.Bench.Reporting;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Tables.Models;

namespace Backprop.Bench.Benches;

/// <summary>Whole epochs as they are trained: dropout, validation and its metrics, the best weights kept; ours, libtorch's and scikit-learn's in turn.</summary>
internal static class EpochBench
{
    /// <summary>Validation may take so many times as long as nothing but the outputs of its rows.</summary>
    private const double ToReach = 1.2;

    public static int Run(BenchOptions options)
    {
        var report = new Report("epoch", "Whole epochs with dropout, and validation by a tenth of the rows", options.Save);
        TrainBench.PeerLoads(report, options);
        string folder = Directory.CreateTempSubdirectory("backprop-bench-").FullName;
        bool ran = false;
        try
        {
            foreach ((int number, EpochCase which) in options.Select(EpochCase.All))
            {
                Report.Progress($"{number}/{EpochCase.All.Count} {which.Name}");
                if (which.Missing is { } missing)
                {
                    report.Line($"{which.Name} is left out: {missing}");
                    report.Line();
                    continue;
                }

                Measure(which, folder, report, options);
                ran = true;
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        report.Line("An epoch is timed from its first step until it has been validated and the trainer says so. Ours shuffles and gathers its rows, and validates by loss and every metric");
        report.Line("of classes; libtorch has its batches ready as tensors, always the same, and validates by loss and accuracy. Both begin with the same weights. scikit-learn has neither");
        report.Line("dropout nor silu (relu stands in its place), smooths no labels and decays no weights; with early_stopping it validates by accuracy, by a tenth of the rows that it chooses itself.");
        report.Line($"Forward alone is `Predictor.Predict` of the validation rows. To reach: validation at most {Show.Ratio(ToReach)} of it on as many threads.");
        report.End();
        return ran ? 0 : 1;
    }

    private static void Measure(EpochCase which, string folder, Report report, BenchOptions options)
    {
        var source = DataSource.Named(which.Data(folder));
        PreparedData<float> data = PreparedData<float>.Prepare(source, which.Endless);
        Dataset<float> validation = data.Validation!;
        var trainer = new TabularTrainer<float>(source, which.Endless);
        Network<float> network = trainer.Trainers[0].Network;
        int[] threadCounts = TrainBench.ThreadCounts;
        OurPrediction[] forward = [.. threadCounts.Select(threads => new OurPrediction(network, validation.Features.ToArray(), threads))];
        var ours = new OurEpochs(trainer);
        IEpochs[] contestants = [ours, .. options.Peers ? Peers(data, trainer, folder, report) : []];
        int[] counts = [.. contestants.Select(one => WarmUp(one, options))];
        foreach (OurPrediction one in forward)
        {
            one.Run(40); // the JIT's
        }

        EpochSeconds[][] seconds = [.. contestants.Select(_ => new EpochSeconds[options.Rounds])];
        double[][] alone = [.. forward.Select(_ => new double[options.Rounds])];
        for (int round = 0; round < options.Rounds; round++)
        {
            Report.Progress($"round {round + 1} of {options.Rounds}");
            for (int n = 0; n < contestants.Length; n++)
            {
                InterleavedRounds.Pause();
                seconds[n][round] = Mean(contestants[n], counts[n]);
            }

            for (int n = 0; n < forward.Length; n++)
            {
                InterleavedRounds.Pause();
                alone[n][round] = Seconds(forward[n], counts[0]);
            }
        }

        foreach (IEpochs one in contestants)
        {
            one.End();
        }

        report.Line($"{which.Name}: {trainer.Definition}, loss {trainer.Definition.Loss}, batch {trainer.Options.BatchSize}, {trainer.Optimizer}, {data.Training.Rows} rows and {validation.Rows} that validate");
        report.Line();
        report.Table(Epochs(contestants, seconds));
        report.Table(Validation(ours, seconds[0], [.. threadCounts.Select((threads, n) => new Timing("forward", threads, alone[n]))]));
        foreach (IDisposable one in contestants.Concat<IDisposable>(forward))
        {
            one.Dispose();
        }
    }

    private static MarkdownTable Epochs(IEpochs[] contestants, EpochSeconds[][] seconds)
    {
        var table = new MarkdownTable("", "threads", "s an epoch", "min–max", "training s", "validation s", "validation's share", "ours is faster", "min–max", "validation accuracy after all epochs");
        Timing ours = Of(contestants[0], seconds[0], one => one.Wall);
        for (int n = 0; n < contestants.Length; n++)
        {
            Timing wall = Of(contestants[n], seconds[n], one => one.Wall), training = Of(contestants[n], seconds[n], one => one.Training), validating = Of(contestants[n], seconds[n], one => one.Validation);
            var ratio = ours.Against(wall);
            table.Add(
                wall.Name, contestants[n].Threads, Show.Median(wall), Show.Range(wall), Show.Median(training), Show.Median(validating), Show.Percent(validating.Median / wall.Median),
                n == 0 ? "" : Show.Ratio(ratio.Ratio), n == 0 ? "" : Show.Range(ratio), Show.Percent(contestants[n].Accuracy));
        }

        return table;
    }

    private static MarkdownTable Validation(OurEpochs ours, EpochSeconds[] seconds, Timing[] alone)
    {
        var table = new MarkdownTable("forward alone", "s", "min–max", "validation s", "validation / forward", "min–max", "to reach");
        Timing validating = Of(ours, seconds, one => one.Validation);
        foreach (Timing forward in alone)
        {
            var ratio = forward.Against(validating);
            table.Add(
                $"threads: {forward.Threads}", Show.Median(forward), Show.Range(forward), Show.Median(validating), Show.Ratio(ratio.Ratio), Show.Range(ratio),
                ours.Threads == $"{forward.Threads}" ? $"≤ {Show.Ratio(ToReach)}" : "");
        }

        return table;
    }

    private static IEnumerable<IEpochs> Peers(PreparedData<float> data, TabularTrainer<float> trainer, string folder, Report report)
    {
        Network<float> network = trainer.Trainers[0].Network;
        int batchSize = trainer.Options.BatchSize;
        if (TorchTraining.TryLoad(out _))
        {
            foreach (int threads in TrainBench.ThreadCounts)
            {
                yield return new TorchEpochs(trainer.Optimizer, batchSize, data.Training, data.Validation!, network, threads);
            }
        }

        string file = Path.Combine(folder, "all.npz");
        File.Delete(file);
        NpzFile.Write(file, data.All);
        if (ScikitEpochs.Start(file, trainer.Definition.Layers.SkipLast(1).Select(layer => layer.Units), trainer.Optimizer, batchSize, EpochCase.Validation, out string? why) is { } scikit)
        {
            yield return scikit;
        }
        else
        {
            report.Line($"scikit-learn does not run here (apt-get install python3-sklearn libopenblas0-pthread): {why}");
            report.Line();
        }
    }

    /// <summary>Epochs for as long as asked; how many of them fit into one measurement.</summary>
    private static int WarmUp(IEpochs one, BenchOptions options)
    {
        long begin = Stopwatch.GetTimestamp();
        double last;
        do
        {
            last = one.Epoch().Wall;
        }
        while (Stopwatch.GetElapsedTime(begin).TotalSeconds < options.WarmUp);
        return (int)Math.Clamp(options.Seconds / last, 1, 1000);
    }

    private static EpochSeconds Mean(IEpochs one, int epochs)
    {
        EpochSeconds[] all = [.. Enumerable.Range(0, epochs).Select(_ => one.Epoch())];
        return new(all.Average(each => each.Wall), all.Average(each => each.Training), all.Average(each => each.Validation));
    }

    private static double Seconds(OurPrediction forward, int times)
    {
        forward.Run(1); // wakes its threads
        long begin = Stopwatch.GetTimestamp();
        forward.Run(times);
        return Stopwatch.GetElapsedTime(begin).TotalSeconds / times;
    }

    private static Timing Of(IEpochs whose, EpochSeconds[] rounds, Func<EpochSeconds, double> which) => new(whose.Name, 0, [.. rounds.Select(which)]);
}
