using System.Text;
using System.Text.Json;

namespace Backprop.Cli.Tests;

/// <summary>Runs within one process: each has streams, a folder and warnings of its own, also where several go on at once.</summary>
public sealed class SessionTests : Tool
{
    private static async Task<(int Code, string Out, string Error)> In(string folder, string input, params string[] args)
    {
        using var standardInput = new MemoryStream(Encoding.UTF8.GetBytes(input));
        using MemoryStream output = new(), error = new();
        int code = await Program.Run(args, standardInput, output, error, folder);
        return (code, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }

    private static string Rows(double slope) => "x,y\n" + string.Join('\n', Enumerable.Range(0, 40).Select(n => FormattableString.Invariant($"{n * 7 % 41},{n * slope + 0.5}"))) + "\n";

    /// <summary>All that reads or writes, by relative paths that mean another file in every folder.</summary>
    [Fact]
    public async Task RunsAtOnceDoNotMeet()
    {
        string before = Environment.CurrentDirectory;
        SortedDictionary<string, string> around = FolderState.Of(Path.Combine(before, "Fixtures"));
        string[] hashes = await Task.WhenAll(Enumerable.Range(1, 4).Select(n => Task.Run(() => Everything(n))));
        Assert.Equal(4, hashes.Distinct().Count());
        Assert.Equal(before, Environment.CurrentDirectory);
        Assert.Equal(around, FolderState.Of(Path.Combine(before, "Fixtures")));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(before), path => Path.GetFileName(path) is "m.st" or "ck" or "tb" or "sub" or "l.jsonl" or "r.html" or "p.csv" or "p.parquet" or "g.st" or "e.md");
    }

    private async Task<string> Everything(int n)
    {
        string folder = Directory.CreateDirectory(At($"run{n}")).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "sub"));
        await File.WriteAllTextAsync(Path.Combine(folder, "d.csv"), Rows(n));
        await File.WriteAllTextAsync(Path.Combine(folder, "sub", "part1.csv"), Rows(n));
        await File.WriteAllTextAsync(Path.Combine(folder, "c.json"), $"{{\"seed\":{n},\"epochs\":2}}");
        async Task<string> Run(string what, string input = "")
        {
            (int code, string output, string error) = await In(folder, input, what.Split(' '));
            Assert.True(code == 0, $"{what}: {error}");
            if (!what.Contains("--resume", StringComparison.Ordinal)) // whose output may be meant from another folder than the run's
            {
                Assert.DoesNotContain(folder, error + output);
            }

            return output;
        }

        async Task<JsonElement> Json(string what, string input = "") => JsonSerializer.Deserialize<JsonElement>(await Run(what, input));
        string sha = (await Json("train d.csv --config c.json --network 8:relu -o sub/m.st --log l.jsonl --report r.html --tensorboard tb --checkpoint ck --json --quiet")).GetProperty("sha256").GetString()!;
        await Run("train sub/../d.csv --config ./c.json --network 8:relu -o n.st --quiet");
        JsonElement further = await Json("train --resume ck --epochs 3 --json --quiet -o again.st");
        Assert.Equal(3, further.GetProperty("epochs").GetInt32());
        Assert.Equal(3, File.ReadAllLines(Path.Combine(folder, "l.jsonl")).Length);
        Assert.True(File.Exists(Path.Combine(folder, "again.st")) && File.Exists(Path.Combine(folder, "r.html")));
        Assert.Single(Directory.GetFiles(Path.Combine(folder, "tb")));
        string predicted = await Run("predict sub/m.st d.csv");
        Assert.Equal(predicted, await Run("predict sub/m.st -", Rows(n)));
        await Run("predict sub/m.st d.csv -o p.csv");
        Assert.Equal(predicted, await File.ReadAllTextAsync(Path.Combine(folder, "p.csv")));
        await Run("predict sub/m.st d.csv -o p.parquet");
        Assert.Equal(40, (await Json("data p.parquet --json")).GetProperty("rows").GetInt32());
        Assert.Equal(40, (await Json("data sub/part*.csv --json")).GetProperty("rows").GetInt32());
        foreach (string from in new[] { "d.csv", "sub/part*.csv", "sub/part1.csv", Path.Combine(folder, "d.csv") })
        {
            (int code, string output, string error) = await In(folder, "", "evaluate", "sub/m.st", "--query", $"SELECT * FROM '{from}'", "--json");
            Assert.True(code == 0, error);
            Assert.Equal((await Json("evaluate sub/m.st d.csv --json")).ToString(), output.TrimEnd());
        }

        await Run("gradient sub/m.st d.csv -o g.st");
        await Run("explain sub/m.st d.csv --row 3 --parameter W1[0,0] --format markdown -o e.md");
        await Run("summary sub/m.st");
        await Run("check sub/m.st d.csv --sample 5");
        (int failed, _, string message) = await In(folder, "", "train", "d.csv", "-o", "sub/../d.csv");
        Assert.Equal(2, failed);
        Assert.Contains("are the same file", message);
        (failed, _, message) = await In(folder, "", "evaluate", "nowhere.st", "d.csv");
        Assert.Equal(3, failed);
        Assert.Contains("cannot read 'nowhere.st'", message);
        return sha;
    }

    /// <summary>A query that reaches into the process's own directory is refused, though that is where DuckDB looks first.</summary>
    [Fact]
    public async Task AQueryReachesItsFolderAndNoOther()
    {
        string name = $"here-{Guid.NewGuid():N}.csv";
        string here = Path.Combine(Environment.CurrentDirectory, name);
        await File.WriteAllTextAsync(here, Rows(1));
        try
        {
            foreach (string from in new[] { name, here, $"../{Path.GetFileName(Environment.CurrentDirectory)}/{name}" })
            {
                (int code, string output, string error) = await In(Folder, "", "data", "--query", $"SELECT * FROM '{from}'", "--json");
                Assert.True(code == 3, output);
                Assert.Contains("a query reads its --database", error);
            }
        }
        finally
        {
            File.Delete(here);
        }
    }

    [Fact]
    public async Task WarningsAreOfOneRun()
    {
        Write("r.csv", "x,y\n" + string.Join('\n', Enumerable.Range(0, 40).Select(n => $"{n * 7 % 41},{250_000 + (n * 1000)}")));
        Write("s.csv", Rows(1));
        async Task<int> Warnings(string file)
        {
            (int code, string output, string error) = await In(Folder, "", "train", file, "--network", "4:relu", "--optimizer", "rprop", "--schedule", file == "r.csv" ? "cosine" : "constant", "--epochs", "1", "--json", "-o", $"{file}.st");
            Assert.True(code == 0, error);
            return JsonSerializer.Deserialize<JsonElement>(output).GetProperty("warnings").GetArrayLength();
        }

        int[] counts = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => Task.Run(() => Warnings(n % 2 == 0 ? "r.csv" : "s.csv"))));
        Assert.All(counts.Where((_, n) => n % 2 == 0), count => Assert.True(count >= 1));
        Assert.All(counts.Where((_, n) => n % 2 == 1), count => Assert.Equal(0, count));
    }

    /// <summary>What Ctrl-C does to a process, a token does to a run: the best model so far is saved.</summary>
    [Fact]
    public async Task ARunIsStoppedByItsToken()
    {
        using var stop = new CancellationTokenSource();
        using MemoryStream output = new(), error = new();
        Task<int> run = Task.Run(() => Program.Run(["train", "builtin:iris", "--epochs", "1000000", "--log", "l.jsonl", "--json", "-o", "m.st"], Stream.Null, output, error, Folder, stop.Token));
        Assert.True(SpinWait.SpinUntil(() => new FileInfo(At("l.jsonl")) is { Exists: true, Length: > 0 } || run.IsCompleted, 60_000));
        await stop.CancelAsync();
        Assert.Equal(130, await run);
        Assert.Contains("Interrupted", Encoding.UTF8.GetString(error.ToArray()));
        Assert.Equal(0, Run("evaluate", "m.st", "builtin:iris").Code);
    }
}
