using Backprop.Bench.Cases;
using Backprop.Bench.Engine;
using Backprop.Bench.Measuring;
using Backprop.Bench.Reporting;
using Backprop.Data;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Bench.Benches;

/// <summary>The case of SimpleChains.jl's readme: one whole gradient in float64.</summary>
internal static class GradientBench
{
    private const string Specification = "24-8:tanh-2:identity";

    private const int Rows = 200;

    /// <summary>What that readme reports, from another machine.</summary>
    private const double ReadmeMicroseconds = 5.7;

    public static int Run(BenchOptions options)
    {
        var report = new Report("gradient", $"One whole gradient, float64, {Specification}, {Rows} samples (the case of SimpleChains.jl's readme)", options.Save);
        NetworkDefinition definition = NetworkDefinition.Parse(Specification, Loss.Parse("squared_error"));
        double[] features = new double[Rows * definition.Inputs], values = new double[Rows * definition.Outputs];
        RandomData.Fill<double>(new(1), features);
        RandomData.Fill<double>(new(2), values);
        var network = new Network<double>(definition, Initializer.PyTorch);
        var data = new Dataset<double>(Rows, definition.Inputs, features, Targets<double>.Values(values, definition.Outputs));
        OurGradient[] gradients = [.. TrainBench.ThreadCounts.Select(threads => new OurGradient(network, data, threads))];
        Timing[] timings = InterleavedRounds.Measure([.. gradients.Select(one => one.Contestant("ours"))], options);
        var table = new MarkdownTable("", "threads", "median µs", "min–max", "bytes allocated");
        for (int n = 0; n < gradients.Length; n++)
        {
            const int Times = 100;
            long before = GC.GetAllocatedBytesForCurrentThread();
            gradients[n].Run(Times);
            long bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Times;
            table.Add("ours", $"{timings[n].Threads}", Show.Median(timings[n]), Show.Range(timings[n]), $"{bytes}");
            gradients[n].Dispose();
        }

        table.Add("SimpleChains.jl's readme, on its own machine", "", Show.Number(ReadmeMicroseconds), "", "0");
        report.Table(table);
        report.End();
        return 0;
    }
}
