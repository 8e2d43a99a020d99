using System.Diagnostics;
using Backprop.Bench.Cases;
using Backprop.Bench.Engine;
using Backprop.Bench.Measuring;
using Backprop.Bench.Peers;
using Backprop.Bench.Reporting;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Propagation;

namespace Backprop.Bench.Benches;

/// <summary>Seconds for an epoch of Fashion-MNIST, ours and scikit-learn's, in turn.</summary>
internal static class FashionBench
{
    private const string Folder = "/usr/share/datasets/fashion-mnist";

    private static readonly TrainingCase s_case = new("Fashion-MNIST", "784-256:relu-128:relu-10:softmax", 128, "adam", 3.5);

    public static int Run(BenchOptions options)
    {
        var report = new Report("fashion", $"An epoch of Fashion-MNIST, {s_case.Specification}, batch {s_case.BatchSize}, {s_case.Optimizer}", options.Save);
        if (!Directory.Exists(Folder))
        {
            report.Line($"{Folder} is missing: apt-get install dataset-fashion-mnist");
            return 1;
        }

        Dataset<float> data = Read("train"), test = Read("t10k");
        ScikitLearn[] peers = options.Peers ? Peers(report) : [];
        Network<float>[] networks = [.. TrainBench.ThreadCounts.Select(_ => new Network<float>(s_case.Definition, Initializer.PyTorch))];
        OurTraining[] ours = [.. TrainBench.ThreadCounts.Select((threads, n) => new OurTraining(s_case, data, networks[n], threads))];
        Func<double>[] epochs = [.. ours.Select(one => (Func<double>)(() => Epoch(one))), .. peers.Select(one => (Func<double>)one.Epoch)];
        foreach (Func<double> epoch in epochs)
        {
            epoch(); // the JIT's, and the allocators'
        }

        double[][] seconds = [.. epochs.Select(_ => new double[options.Rounds])];
        for (int round = 0; round < options.Rounds; round++)
        {
            Report.Progress($"round {round + 1} of {options.Rounds}");
            for (int n = 0; n < epochs.Length; n++)
            {
                InterleavedRounds.Pause();
                seconds[n][round] = epochs[n]();
            }
        }

        var table = new MarkdownTable("", "median s an epoch", "min–max", "ours is faster", "min–max", "test accuracy after all epochs");
        Timing[] timings = [.. ours.Select((one, n) => new Timing($"ours, float32, threads: {one.Threads}", one.Threads, seconds[n]))];
        for (int n = 0; n < ours.Length; n++)
        {
            table.Add(timings[n].Name, Show.Median(timings[n]), Show.Range(timings[n]), "", "", Show.Percent(Accuracy(networks[n], test)));
            ours[n].Dispose();
        }

        for (int n = 0; n < peers.Length; n++)
        {
            var theirs = new Timing(peers[n].Version, Environment.ProcessorCount, seconds[ours.Length + n]);
            var ratio = Timing.Best(timings).Against(theirs);
            table.Add(theirs.Name, Show.Median(theirs), Show.Range(theirs), Show.Ratio(ratio.Ratio), Show.Range(ratio), Show.Percent(peers[n].Score()));
            peers[n].Dispose();
        }

        report.Table(table);
        report.Line("To reach: 0.40 s where scikit-learn takes 1.4 s in float64, which is what x / 255 gives it.");
        report.End();
        return 0;
    }

    private static ScikitLearn[] Peers(Report report)
    {
        List<ScikitLearn> peers = [];
        foreach (string precision in new[] { "float32", "float64" })
        {
            if (ScikitLearn.Start(Folder, precision, out string? why) is { } peer)
            {
                peers.Add(peer);
            }
            else
            {
                report.Line($"scikit-learn does not run here (apt-get install python3-sklearn libopenblas0-pthread): {why}");
                report.Line();
                break;
            }
        }

        return [.. peers];
    }

    private static double Epoch(OurTraining training)
    {
        long begin = Stopwatch.GetTimestamp();
        training.Run(training.StepsPerEpoch);
        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private static double Accuracy(Network<float> network, Dataset<float> test)
    {
        float[] outputs = new Predictor<float>(network).Predict(test.Features);
        int width = network.Definition.Outputs, right = 0;
        for (int row = 0; row < test.Rows; row++)
        {
            float[] y = outputs[(row * width)..((row + 1) * width)];
            right += Array.IndexOf(y, y.Max()) == test.Targets.ClassIndices[row] ? 1 : 0;
        }

        return (double)right / test.Rows;
    }

    private static Dataset<float> Read(string part)
    {
        NumericArray images = IdxReader.Read($"{Folder}/{part}-images-idx3-ubyte.gz"), labels = IdxReader.Read($"{Folder}/{part}-labels-idx1-ubyte.gz");
        return new(images.Rows, images.Columns, images.ToFinite<float>(1.0 / 255), Targets<float>.Classes([.. labels.Values.Select(label => (int)label)], 10));
    }
}
