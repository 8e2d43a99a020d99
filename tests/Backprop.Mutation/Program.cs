using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.IO.Enumeration;
using System.Security.Cryptography;
using System.Text;

namespace Backprop.Mutation;

/// <summary>
/// Plants faults in the formulas of the library, one at a time, and runs the built tests against each: prints a table by file and every
/// fault that no test noticed. Returns 1 where less than 99 % of those that are not equivalent were noticed, or where equivalent.txt is
/// wrong. Options: <c>--only GLOB</c> files below src/Backprop; <c>--per-file N</c> faults of each, 0 for all; <c>--seed N</c> which ones;
/// <c>--list</c> only names them; <c>--jobs N</c> at a time; <c>--log FILE</c> every outcome.
/// </summary>
internal static class Program
{
    private const double Wanted = 0.99;

    private static int Main(string[] args)
    {
        string only = "*";
        string? log = null;
        int perFile = 6, seed = 1, jobs = Environment.ProcessorCount;
        bool list = false;
        for (int n = 0; n < args.Length; n++)
        {
            switch (args[n])
            {
                case "--only" when n + 1 < args.Length: only = args[++n]; break;
                case "--log" when n + 1 < args.Length: log = args[++n]; break;
                case "--per-file" when n + 1 < args.Length: perFile = int.Parse(args[++n], CultureInfo.InvariantCulture); break;
                case "--seed" when n + 1 < args.Length: seed = int.Parse(args[++n], CultureInfo.InvariantCulture); break;
                case "--jobs" when n + 1 < args.Length: jobs = int.Parse(args[++n], CultureInfo.InvariantCulture); break;
                case "--list": list = true; break;
                default:
                    Console.Error.WriteLine($"unknown or incomplete option '{args[n]}': expected --only GLOB, --per-file N, --seed N, --jobs N, --log FILE or --list");
                    return 2;
            }
        }

        string repository = Repository();
        var library = new Library(repository);
        string[] files = [.. library.Files.Where(file => Scope.Has(file) && FileSystemName.MatchesSimpleExpression(only, file))];
        if (files.Length == 0)
        {
            Console.Error.WriteLine($"no file with formulas matches '{only}'");
            return 2;
        }

        var equivalents = new Equivalents(Path.Combine(repository, "tests", "Backprop.Mutation", "equivalent.txt"));
        Mutant[] all = [.. files.SelectMany(file => Faults.In(file, library.Tree(file)))];
        Mutant[] chosen = [.. files.SelectMany(file => Choose(all.Where(mutant => mutant.File == file), perFile, seed).Where(library.Compiles).Take(perFile > 0 ? perFile : int.MaxValue))];
        if (list)
        {
            foreach (Mutant mutant in chosen)
            {
                Console.WriteLine(equivalents.Contains(mutant) ? $"{mutant}\n    equivalent: {equivalents.Reason(mutant)}" : mutant);
            }

            Console.WriteLine($"{chosen.Length} faults in {files.Length} files");
            return 0;
        }

        Outcome[] outcomes = Run(library, repository, files, chosen, jobs, log);
        bool good = Report(files, chosen, outcomes, equivalents);
        foreach ((string file, string before, string after) in equivalents.Unknown(files, all))
        {
            Console.WriteLine($"STALE in equivalent.txt, nothing is planted there: {file}\n    {before}\n    {after}");
            good = false;
        }

        return good ? 0 : 1;
    }

    private static string Repository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Backprop.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("this tool runs from the repository it was built in");
    }

    /// <summary>The faults of one file, those to take first: every kind in turn, within a kind as the seed shuffles them.</summary>
    private static IEnumerable<Mutant> Choose(IEnumerable<Mutant> mutants, int perFile, int seed) => perFile == 0 ? mutants : mutants
        .GroupBy(mutant => mutant.Fault)
        .SelectMany(kind => kind.OrderBy(mutant => Hash(seed, mutant)).Select((mutant, turn) => (mutant, turn)))
        .OrderBy(pair => pair.turn).ThenBy(pair => Hash(seed, pair.mutant))
        .Select(pair => pair.mutant);

    private static ulong Hash(int seed, Mutant mutant) => BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}\n{mutant.File}\n{mutant.Before}\n{mutant.After}")));

    private static Outcome[] Run(Library library, string repository, string[] files, Mutant[] mutants, int jobs, string? log)
    {
        string tests = Path.Combine(repository, "tests", "Backprop.Tests", "bin", "Release", "net10.0");
        Suite[] suites = [.. Enumerable.Range(0, jobs).Select(job => new Suite(tests, Path.Combine(AppContext.BaseDirectory, "planted", $"{job}")))];
        byte[] whole = library.Emit(null, out string errors) ?? throw new InvalidOperationException($"the library does not compile here:\n{errors}");
        suites[0].Calibrate(whole, files.SelectMany(Scope.Tests).Distinct());
        Array.ForEach(suites, suite => suite.UseLimitsOf(suites[0]));

        long start = Stopwatch.GetTimestamp();
        var outcomes = new Outcome[mutants.Length];
        using StreamWriter? writer = log is null ? null : new StreamWriter(log) { AutoFlush = true };
        var free = new ConcurrentBag<Suite>(suites);
        var numbers = new ConcurrentQueue<int>(Enumerable.Range(0, mutants.Length));
        int done = 0;
        Thread[] threads = [.. Enumerable.Range(0, jobs).Select(_ => new Thread(() =>
        {
            free.TryTake(out Suite? suite);
            while (numbers.TryDequeue(out int n))
            {
                string noticed = "the compiler";
                byte[]? faulty = library.Emit(mutants[n], out string _);
                outcomes[n] = faulty is null ? Outcome.Caught : suite!.Judge(faulty, Scope.Tests(mutants[n].File), out noticed);
                lock (outcomes)
                {
                    done++;
                    writer?.WriteLine($"{outcomes[n]} ({noticed}) {mutants[n]}");
                    if (outcomes[n] == Outcome.Survived || done % 50 == 0)
                    {
                        Console.WriteLine($"{done}/{mutants.Length} after {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s{(outcomes[n] == Outcome.Survived ? $": survived {mutants[n]}" : "")}");
                    }
                }
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return outcomes;
    }

    private static bool Report(string[] files, Mutant[] mutants, Outcome[] outcomes, Equivalents equivalents)
    {
        Console.WriteLine($"\n{"file",-44} {"planted",8} {"caught",8} {"survived",8} {"of these equivalent",20} {"timed out",10}");
        foreach (string file in files.Append(""))
        {
            int[] here = [.. Enumerable.Range(0, mutants.Length).Where(n => file.Length == 0 || mutants[n].File == file)];
            int timedOut = here.Count(n => outcomes[n] == Outcome.TimedOut), survived = here.Count(n => outcomes[n] == Outcome.Survived);
            int equivalent = here.Count(n => outcomes[n] == Outcome.Survived && equivalents.Contains(mutants[n]));
            Console.WriteLine($"{(file.Length > 0 ? file : "all"),-44} {here.Length,8} {here.Length - survived,8} {survived,8} {equivalent,20} {timedOut,10}");
        }

        bool good = true;
        int caught = 0, missed = 0;
        for (int n = 0; n < mutants.Length; n++)
        {
            bool survived = outcomes[n] == Outcome.Survived;
            if (equivalents.Contains(mutants[n]))
            {
                if (!survived)
                {
                    Console.WriteLine($"STALE in equivalent.txt, a test notices it: {mutants[n]}");
                    good = false;
                }
            }
            else if (survived)
            {
                Console.WriteLine($"SURVIVED {mutants[n]}");
                missed++;
            }
            else
            {
                caught++;
            }
        }

        double rate = caught / (double)Math.Max(1, caught + missed);
        Console.WriteLine($"\nof {caught + missed} faults that are not equivalent {caught} were noticed: {rate:P1}, {Wanted:P0} wanted");
        return good && rate >= Wanted;
    }
}
