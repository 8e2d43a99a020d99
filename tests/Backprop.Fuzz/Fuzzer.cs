using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Backprop.Fuzz;

/// <summary>Mutates, runs, keeps what takes new branches, and writes down what goes wrong.</summary>
internal sealed class Fuzzer(Target target, int seed, string folder)
{
    private const int HangSeconds = 5, StuckSeconds = 120;

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private volatile byte[]? _current;
    private long _started;
    private byte[]? _watched; // the input that the watch saw last
    private TimeSpan _workedBefore;

    public static void Once(Target target, byte[] input)
    {
        try
        {
            target.Run(input);
            Console.WriteLine("read");
        }
        catch (BackpropException error)
        {
            Console.WriteLine($"refused: {error.Message}");
        }
    }

    public int Run(double seconds, Coverage coverage)
    {
        var random = new Random(seed);
        coverage.Forget();
        var mutator = new Mutator(random, [.. target.Words.Select(Encoding.Latin1.GetBytes), .. target.Words.Select(Encoding.UTF8.GetBytes)]);
        List<byte[]> corpus = [.. target.Seeds];
        long executions = 0, accepted = 0;
        using var watchdog = new Timer(_ => Watch(), null, 500, 500);
        foreach (byte[] start in target.Seeds)
        {
            accepted += Execute(start, coverage) ? 1 : 0;
            executions++;
        }

        if (accepted == 0)
        {
            throw new InvalidOperationException($"{target.Name}: no seed is read");
        }

        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            for (int n = 0; n < 64; n++, executions++)
            {
                byte[] parent = corpus[random.Next(3) == 0 ? corpus.Count - 1 - random.Next(Math.Min(corpus.Count, 16)) : random.Next(corpus.Count)];
                byte[] input = mutator.Mutate(parent, corpus, target.MaxLength);
                if (target.Repair is not null && random.Next(4) != 0)
                {
                    input = target.Repair(input);
                }

                int before = coverage.Count;
                accepted += Execute(input, coverage) ? 1 : 0;
                if (coverage.Count > before && corpus.Count < 20_000)
                {
                    corpus.Add(input);
                }
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target.Name,-16} {executions,12:N0} executions {executions / clock.Elapsed.TotalSeconds,9:N0}/s {100.0 * accepted / executions,5:F1} % read {coverage.Count,6} branches {corpus.Count,6} kept {_seen.Count,4} findings"));
        return _seen.Count;
    }

    private bool Execute(byte[] input, Coverage coverage)
    {
        _started = Stopwatch.GetTimestamp();
        _current = input;
        coverage.Begin();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        bool read = false;
        try
        {
            target.Run([.. input]);
            read = true;
        }
        catch (BackpropException error) when (error.Message.Length > 0)
        {
        }
        catch (Exception error)
        {
            Keep(input, $"{error.GetType().Name} {error.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("Backprop.", StringComparison.Ordinal))?.Trim()}", error.ToString());
        }

        coverage.End();
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        if (allocated > target.MostMemory + (1000L * input.Length))
        {
            Keep(input, "memory", $"{allocated} bytes allocated for {input.Length}");
        }

        _current = null;
        return read;
    }

    private void Watch()
    {
        byte[]? input = _current;
        if (input is null || !ReferenceEquals(input, _watched))
        {
            (_watched, _workedBefore) = (input, Environment.CpuUsage.TotalTime);
            return;
        }

        // what it works, not what it waits for: the machine may be busy; nor may it wait for ever
        if ((Environment.CpuUsage.TotalTime - _workedBefore).TotalSeconds > HangSeconds || Stopwatch.GetElapsedTime(_started).TotalSeconds > StuckSeconds)
        {
            Keep(input, "hang", $"more than {HangSeconds} s of work, or {StuckSeconds} s in all");
            Console.WriteLine($"{target.Name}: hang");
            Environment.Exit(1);
        }
    }

    private void Keep(byte[] input, string what, string more)
    {
        if (_seen.Add(what))
        {
            string path = Path.Combine(folder, $"{target.Name}-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(input))[..12]}");
            File.WriteAllBytes(path, input);
            File.WriteAllText(path + ".txt", more);
            Console.WriteLine($"{target.Name}: {what} ({path})");
        }
    }
}
