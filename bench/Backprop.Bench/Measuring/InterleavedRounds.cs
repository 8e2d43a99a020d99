using System.Diagnostics;
using System.Runtime;

namespace Backprop.Bench.Measuring;

/// <summary>Measures contestants in turn, A B C A B C …, so that what the machine does meanwhile hits all of them alike.</summary>
internal static class InterleavedRounds
{
    /// <summary>The JIT optimises a method after 30 calls, and does so in the background: a contestant is warm after more, and when nothing was compiled for a while.</summary>
    private const int CallsBeforeTierUp = 40;

    private const double QuietSeconds = 0.3;

    /// <summary>Where a piece of work takes long, its loops are replaced while they run: no need to wait for 40 of them.</summary>
    private const double MostWarmUps = 5;

    /// <summary>Every contestant's µs for one piece of work, in the order given.</summary>
    public static Timing[] Measure(IReadOnlyList<Contestant> contestants, BenchOptions options)
    {
        int[] counts = [.. contestants.Select(contestant => WarmUp(contestant, options))];
        double[][] results = [.. contestants.Select(_ => new double[options.Rounds])];
        for (int round = 0; round < options.Rounds; round++)
        {
            for (int c = 0; c < contestants.Count; c++)
            {
                Pause();
                contestants[c].Run(1); // wakes its threads, fills its caches
                results[c][round] = Time(contestants[c], counts[c]) / counts[c];
            }
        }

        return [.. contestants.Select((contestant, c) => new Timing(contestant.Name, contestant.Threads, results[c]))];
    }

    /// <summary>Lets the last contestant's spinning threads go to sleep.</summary>
    public static void Pause() => Thread.Sleep(50);

    /// <summary>Runs until the JIT has done its work, and returns how often the contestant's fits into one measurement.</summary>
    private static int WarmUp(Contestant contestant, BenchOptions options)
    {
        long begin = Stopwatch.GetTimestamp(), lastCompiled = begin, done = 0, compiled = 0;
        int count = 1;
        while (true)
        {
            double each = Time(contestant, count) / count;
            done += count;
            if (JitInfo.GetCompiledMethodCount() is var now && now != compiled)
            {
                (compiled, lastCompiled) = (now, Stopwatch.GetTimestamp());
            }

            double share = Stopwatch.GetElapsedTime(begin).TotalSeconds / options.WarmUp;
            bool ready = done >= CallsBeforeTierUp && Stopwatch.GetElapsedTime(lastCompiled).TotalSeconds >= QuietSeconds;
            if (share >= 1 && (ready || share >= MostWarmUps))
            {
                return (int)Math.Clamp(options.Seconds * 1e6 / each, 1, 100_000_000);
            }

            count = (int)Math.Clamp(options.WarmUp * 1e6 / 20 / each, 1, count * 2.0);
        }
    }

    private static double Time(Contestant contestant, int count)
    {
        long begin = Stopwatch.GetTimestamp();
        contestant.Run(count);
        return Stopwatch.GetElapsedTime(begin).TotalMicroseconds;
    }
}
