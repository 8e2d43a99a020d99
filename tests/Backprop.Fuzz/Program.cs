using System.Diagnostics;
using System.Globalization;
using Backprop.Fuzz;

// Backprop.Fuzz SECONDS [TARGET|cheap|tables|all] [SEED] [FOLDER]: fuzzes each target for so long; prints executions, branches, findings.
// Backprop.Fuzz run TARGET FILE: one input again. Backprop.Fuzz list: the targets; seeds: what becomes of every seed.
// On one processor: a team of threads takes longer than what it does here, and would take other branches each time.
const string Processors = "DOTNET_PROCESSOR_COUNT";
if (Environment.GetEnvironmentVariable(Processors) is null)
{
    using Process alone = Process.Start(new ProcessStartInfo("dotnet", [typeof(Target).Assembly.Location, .. args]) { Environment = { [Processors] = "1" } })!;
    alone.WaitForExit();
    return alone.ExitCode;
}

var coverage = new Coverage(); // before anything instrumented runs
Target[] targets = Targets.All();
if (args is ["run", var wanted, var file])
{
    Fuzzer.Once(targets.Single(target => target.Name == wanted), File.ReadAllBytes(file));
    return 0;
}

if (args is ["list"])
{
    Array.ForEach(targets, target => Console.WriteLine(target.Name));
    return 0;
}

if (args is ["seeds"])
{
    foreach ((Target target, byte[] input) in targets.SelectMany(target => target.Seeds.Select(input => (target, input))))
    {
        Console.Write($"{target.Name,-16} {input.Length,5} bytes: ");
        Fuzzer.Once(target, input);
    }

    return 0;
}

double seconds = double.Parse(args.ElementAtOrDefault(0) ?? "10", CultureInfo.InvariantCulture);
string which = args.ElementAtOrDefault(1) ?? "all";
int seed = int.Parse(args.ElementAtOrDefault(2) ?? "1", CultureInfo.InvariantCulture);
string folder = Directory.CreateDirectory(args.ElementAtOrDefault(3) ?? Path.Combine(Path.GetTempPath(), "backprop-findings")).FullName;
string[] tables = ["csv", "csv-chunks", "json", "jsonl", "parquet"];
Target[] chosen = [.. targets.Where(target => which == "all" || which == target.Name || (which is "cheap" or "tables" && tables.Contains(target.Name) == (which == "tables")))];
int findings = 0;
foreach (Target target in chosen)
{
    findings += new Fuzzer(target, seed, folder).Run(seconds, coverage);
}

return chosen.Length == 0 ? 2 : findings == 0 ? 0 : 1;
