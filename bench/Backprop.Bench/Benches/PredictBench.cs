using Backprop.Bench.Cases;
using Backprop.Bench.Engine;
using Backprop.Bench.Measuring;
using Backprop.Bench.Peers;
using Backprop.Bench.Reporting;
using Backprop.Networks;

namespace Backprop.Bench.Benches;

/// <summary>Prediction of one row and of a batch, ours and ONNX Runtime's on the same weights.</summary>
internal static class PredictBench
{
    private const string Specification = "784-256:relu-128:relu-10:softmax";

    private const double SameOutputs = 1e-5;

    private static readonly int[] s_rows = [1, 128];

    public static int Run(BenchOptions options)
    {
        var report = new Report("predict", $"Prediction, {Specification}", options.Save);
        bool peers = options.Peers;
        if (peers && !OnnxPrediction.TryLoad(out string? why))
        {
            report.Line($"ONNX Runtime does not load here, so its columns stay empty: {why}");
            report.Line();
            peers = false;
        }

        var network = new Network<float>(NetworkDefinition.Parse(Specification), Initializer.PyTorch);
        var table = new MarkdownTable("rows", "threads", "ours µs", "ONNX Runtime µs", "ratio", "min–max", "to reach", "greatest difference of an output");
        var details = new MarkdownTable("rows", "contestant", "threads", "median µs", "min–max");
        bool same = true;
        foreach (int rows in s_rows)
        {
            Report.Progress($"{rows} rows");
            var features = new float[rows * network.Definition.Inputs];
            RandomData.Fill<float>(new(1), features);
            OurPrediction[] ours = [.. TrainBench.ThreadCounts.Select(threads => new OurPrediction(network, features, threads))];
            OnnxPrediction[] onnx = peers ? [.. TrainBench.ThreadCounts.Select(threads => new OnnxPrediction(network, features, threads))] : [];
            Array.ForEach(ours, one => one.Run(1));
            double difference = 0;
            foreach (OnnxPrediction one in onnx)
            {
                one.Run(1);
                difference = Math.Max(difference, one.Outputs.Zip(ours[0].Outputs, (a, b) => Math.Abs(a - b)).Max());
            }

            same &= difference <= SameOutputs;
            Timing[] timings = InterleavedRounds.Measure([.. ours.Select(one => one.Contestant("ours")), .. onnx.Select(one => one.Contestant("ONNX Runtime"))], options);
            for (int n = 0; n < ours.Length; n++)
            {
                string[] peer = ["–", "–", "–"];
                if (peers)
                {
                    Timing other = timings[ours.Length + n];
                    var ratio = timings[n].Against(other);
                    peer = [Show.Median(other), Show.Ratio(ratio.Ratio), Show.Range(ratio)];
                }

                table.Add([$"{rows}", $"{timings[n].Threads}", Show.Median(timings[n]), .. peer, Show.Ratio(1.5), peers ? $"{difference:0.0e+0}" : "–"]);
                ours[n].Dispose();
            }

            foreach (Timing timing in timings)
            {
                details.Add($"{rows}", timing.Name, $"{timing.Threads}", Show.Median(timing), Show.Range(timing));
            }

            foreach (OnnxPrediction one in onnx)
            {
                one.Dispose();
            }
        }

        report.Table(table);
        report.Table(details);
        if (!same)
        {
            report.Line($"FAILED: outputs differ by more than {SameOutputs}.");
        }

        report.End();
        return same ? 0 : 1;
    }
}
