using Backprop.Bench.Cases;
using Backprop.Bench.Engine;
using Backprop.Bench.Measuring;
using Backprop.Bench.Reporting;
using Backprop.Data;
using Backprop.Networks;

namespace Backprop.Bench.Benches;

/// <summary>Steps of small networks beside processes that burn: threads that wait for each other must not be slower than one alone.</summary>
internal static class BusyBench
{
    private static readonly TrainingCase[] s_cases =
    [
        new("64-32-10", "64-32:relu-10:softmax", 64, "adam", 1),
        new("24-24-24-1", "24-24:relu-24:relu-1:identity", 128, "adam", 1),
        new("784-128-10", "784-128:relu-10:softmax", 64, "sgd", 1),
    ];

    public static int Run(BenchOptions options)
    {
        var report = new Report("busy", "A whole training step beside other busy processes", options.Save);
        int cores = Environment.ProcessorCount;
        var table = new MarkdownTable("network", "batch", "busy processes", "by default µs", "min–max", "threads", "on one thread µs", "min–max", "by default / on one", "the worst round");
        foreach ((_, TrainingCase which) in options.Select(s_cases))
        {
            Dataset<float> data = RandomData.For<float>(which, which.Rows);
            foreach (int burning in new[] { 0, 1, cores, 2 * cores }.Distinct())
            {
                Report.Progress($"{which.Name} beside {burning}");
                using var burners = new Burners(burning);
                using var byDefault = new OurTraining(which, data, new(which.Definition, Initializer.PyTorch), threads: 0);
                using var onOne = new OurTraining(which, data, new(which.Definition, Initializer.PyTorch), threads: 1);
                Timing[] timings = InterleavedRounds.Measure([byDefault.Contestant("by default"), onOne.Contestant("on one")], options);
                (double ratio, _, double worst) = timings[1].Against(timings[0]);
                table.Add(
                    which.Name, $"{which.BatchSize}", $"{burning}", Show.Median(timings[0]), Show.Range(timings[0]), $"{byDefault.Threads}", Show.Median(timings[1]), Show.Range(timings[1]),
                    Show.Number(ratio), Show.Number(worst));
            }
        }

        report.Table(table);
        report.Line("To reach: by default never slower than on one thread.");
        report.End();
        return 0;
    }
}
