using Backprop.Bench.Engine;
using Backprop.Bench.Measuring;
using Backprop.Bench.Reporting;

namespace Backprop.Bench.Benches;

/// <summary>The matrix products of a step alone, against the machine's peak.</summary>
internal static class MatmulBench
{
    private static readonly (int Batch, int Outputs, int Inputs)[] s_shapes = [(512, 512, 512), (1024, 1024, 1024), (512, 4096, 4096), (128, 256, 784)];

    public static int Run(BenchOptions options)
    {
        var report = new Report("matmul", "The matrix products of a step alone, float32", options.Save);
        var table = new MarkdownTable(
            ["batch × outputs × inputs", "product", .. TrainBench.ThreadCounts.SelectMany(threads => new[] { $"µs, {threads}", "min–max", "GFLOP/s", "of the FMA peak" }), "1 thread ÷ most"]);
        foreach ((int _, (int batch, int outputs, int inputs)) in options.Select(s_shapes))
        {
            string shape = $"{batch} × {outputs} × {inputs}";
            Report.Progress(shape);
            OurProducts[] products = [.. TrainBench.ThreadCounts.Select(threads => OurProducts.Create(batch, outputs, inputs, threads))];
            Contestant[] contestants = [.. products.SelectMany(one => one.Contestants()), .. TrainBench.ThreadCounts.Select(FmaPeak.On)];
            Timing[] timings = InterleavedRounds.Measure(contestants, options);
            double[] peaks = [.. timings[^products.Length..].Select(FmaPeak.GigaflopsOf)];
            foreach (IGrouping<string, Timing> product in timings[..^products.Length].GroupBy(timing => timing.Name))
            {
                Timing[] byThreads = [.. product];
                double Gigaflops(Timing timing) => 2.0 * batch * outputs * inputs / timing.Median / 1e3;
                table.Add([
                    shape, product.Key,
                    .. byThreads.SelectMany((timing, n) => new[] { Show.Median(timing), Show.Range(timing), Show.Number(Gigaflops(timing)), Show.Percent(Gigaflops(timing) / peaks[n]) }),
                    Show.Ratio(byThreads[0].Median / byThreads[^1].Median)]);
            }

            foreach (OurProducts one in products)
            {
                one.Dispose();
            }
        }

        report.Table(table);
        report.End();
        return 0;
    }
}
