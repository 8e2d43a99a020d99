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
        ScikitLearn? peer = null;
        if (options.Peers && (peer = ScikitLearn.Start(Folder, out string? why)) is null)
        {
            report.Line($"scikit-learn does not run here (apt-get install python3-sklearn libopenblas0-pthread): {why}");
            report.Line();
        }

        Network<float>[] networks = [.. TrainBench.ThreadCounts.Select(_ => new Network<float>(s_case.Definition, Initializer.PyTorch))];
        OurTraining[] ours = [.. TrainBench.ThreadCounts.Select((threads, n) => new OurTraining(s_case, data, networks[n], threads))];
        double[][] seconds = [.. ours.Select(_ => new double[options.Rounds]), new double[options.Rounds]];
        foreach (OurTraining one in ours)
        {
            Epoch(one); // the JIT's
        }

        peer?.Epoch();
        for (int round = 0; round < options.Rounds; round++)
        {
            Report.Progress($"round {round + 1} of {options.Rounds}");
            for (int n = 0; n < ours.Length; n++)
            {
                seconds[n][round] = Epoch(ours[n]);
            }

            seconds[^1][round] = peer?.Epoch() ?? 0;
        }

        var table = new MarkdownTable("", "threads", "median s an epoch", "min–max", "test accuracy after all epochs");
        Timing[] timings = [.. ours.Select((one, n) => new Timing("ours", one.Threads, seconds[n]))];
        for (int n = 0; n < ours.Length; n++)
        {
            table.Add("ours", $"{timings[n].Threads}", Show.Median(timings[n]), Show.Range(timings[n]), Show.Percent(Accuracy(networks[n], test)));
            ours[n].Dispose();
        }

        if (peer is not null)
        {
            var theirs = new Timing(peer.Version, Environment.ProcessorCount, seconds[^1]);
            table.Add(theirs.Name, "its own choice", Show.Median(theirs), Show.Range(theirs), Show.Percent(peer.Score()));
            var ratio = Timing.Best(timings).Against(theirs);
            report.Table(table);
            report.Line($"Ratio: {Show.Ratio(ratio.Ratio)} ({Show.Range(ratio)}). To reach: 0.40 s where scikit-learn takes 1.4 s, {Show.Ratio(s_case.ToReach)}.");
            peer.Dispose();
        }
        else
        {
            report.Table(table);
        }

        report.End();
        return 0;
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
