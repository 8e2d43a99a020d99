using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Backprop.Tests.Oracles;

namespace Backprop.Cli.Tests;

/// <summary><c>tune</c>: what it prints and saves, what it refuses, and that neither threads nor kills change it.</summary>
public sealed partial class TuneTests : Tool
{
    private static readonly string[] s_quick = ["tune", "builtin:iris", "--epochs", "9", "--trials", "7", "--range", "learning-rate=1e-3..1e-1:log", "--range", "network=8:relu,16:tanh,layer_norm", "--quiet"];

    [Fact]
    public void TheWinnersCommandMakesTheSameModel()
    {
        JsonElement found = Json([.. s_quick, "--json", "-o", "best.st"]);
        string command = found.GetProperty("command").GetString()!;
        Assert.StartsWith("backprop train builtin:iris --epochs 9 ", command, StringComparison.Ordinal);
        string[] args = [.. Word().Matches(command["backprop ".Length..]).Select(word => word.Value.Trim('\''))];
        JsonElement again = Json([.. args, "--quiet", "--json"]);
        Assert.Equal(found.GetProperty("sha256").GetString(), again.GetProperty("sha256").GetString());
        Assert.Equal(8, found.GetProperty("members").GetInt32());
        Assert.Equal(7, found.GetProperty("trials").GetArrayLength());
        Assert.Equal(found.GetProperty("best").GetInt32(), found.GetProperty("trials")[0].GetProperty("trial").GetInt32());
        Assert.Equal(3, found.GetProperty("trials").EnumerateArray().Count(trial => trial.GetProperty("scores").GetArrayLength() == 2));
        Assert.Equal(JsonValueKind.Null, found.GetProperty("holdout").ValueKind);
    }

    [Fact]
    public void ThreadsChangeNothing()
    {
        JsonElement one = Json([.. s_quick, "--json", "--threads", "1", "-o", "1.st"]), two = Json([.. s_quick, "--json", "--threads", "2", "-o", "2.st"]);
        Assert.Equal(one.GetProperty("sha256").GetString(), two.GetProperty("sha256").GetString());
        Assert.Equal(Scores(one), Scores(two));
        Assert.NotEqual(Scores(one), Scores(Json([.. s_quick, "--json", "--seed", "1", "-o", "3.st"])));
    }

    [Fact]
    public void TheTableFitsAndSaysWhatItIsWorth()
    {
        (int code, string output, string error) = Run([.. s_quick.SkipLast(1), "--report", "search.html"]);
        Assert.Equal(0, code);
        string[] lines = output.TrimEnd().Split('\n');
        Assert.All(lines.TakeWhile(line => !line.StartsWith("best: ", StringComparison.Ordinal)), line => Assert.InRange(line.Length, 1, 80));
        Assert.Contains("network: a = 8:relu, b = 16:tanh,layer_norm", output);
        Assert.Contains("on 150 rows, each by the one network of 4 folds that has not learned from it: the best of 7, which flatters it", output);
        Assert.StartsWith("backprop train builtin:iris", lines[^1], StringComparison.Ordinal);
        Assert.Contains("7 → 3 of them at each rung, by log_loss", error);
        Assert.Equal(10, error.Split('\n').Count(line => line.StartsWith("trial ", StringComparison.Ordinal) && line.Contains(": log_loss", StringComparison.Ordinal)));
        string page = File.ReadAllText(At("search.html"));
        Assert.Equal(2, Regex.Count(page, "log_loss by (learning rate|network)</h2>|log_loss by learning rate</h2> \\(log|log_loss by learning rate \\(logarithmic\\)"));
        Assert.Equal(14, Regex.Count(page, "<title>trial ")); // each trial in each picture
        Assert.DoesNotContain("http", page);
    }

    [Fact]
    public void RowsThatNoCandidateSawMeasureTheBest()
    {
        JsonElement found = Json("tune", "builtin:digits", "--network", "8:relu", "--epochs", "2", "--trials", "2", "--range", "learning-rate=1e-3..1e-2", "--holdout", "0.1", "--json", "--quiet");
        Assert.InRange(found.GetProperty("holdout").GetProperty("rows").GetInt32(), 178, 182);
        Assert.InRange(found.GetProperty("holdout").GetProperty("accuracy").GetDouble(), 0.1, 1);
        Assert.Contains("rows of one split", Run("tune", "builtin:digits", "--network", "8:relu", "--epochs", "1", "--trials", "1", "--range", "learning-rate=1e-3..1e-2", "--holdout", "0", "--validation", "0.2").Out);
    }

    [Fact]
    public void ABestAtAnEdgeIsSaid()
    {
        (int code, _, string error) = Run("tune", "builtin:iris", "--network", "8:relu", "--epochs", "3", "--trials", "3", "--range", "learning-rate=1e-6,1e-5,1e-2");
        Assert.Equal(0, code);
        Assert.Contains("the best learning-rate, 1e-2, is at the edge of its range learning-rate=1e-6,1e-5,1e-2", error);
    }

    [Theory]
    [InlineData("--range dropout=0.3..0.1", "NAME=LOW..HIGH, NAME=LOW..HIGH:log or NAME=VALUE,VALUE… expected")]
    [InlineData("--range droput=0..1", "did you mean 'dropout'?")]
    [InlineData("--range network=8:relu,8:rleu", "8:rleu")]
    [InlineData("--range optimizer=adam,adma --network 8:relu", "adma")]
    [InlineData("--range dropout=0..1 --dropout 0.1", "a value and a range")]
    [InlineData("--range dropout=0..0.1 --range dropout=0..0.2", "two ranges of dropout")]
    [InlineData("--trials 0", "at least 1 trial expected, 0 found")]
    [InlineData("--holdout 1.5", "from 0 to below 1, found 1.5")]
    [InlineData("--folds 3 --validation 0.2", "give one of them")]
    [InlineData("--trails 3", "did you mean '--trials'?")]
    public void WhatIsWrongIsSaidBeforeAnythingIsTrained(string options, string message)
    {
        (int code, _, string error) = Run(["tune", "builtin:iris", "--quiet", "--epochs", "1", .. options.Split(' ')]);
        Assert.Equal(2, code);
        Assert.Contains(message, error);
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public void AFolderIsOfOneSearch()
    {
        Assert.Equal(0, Run([.. s_quick, "--folder", "search"]).Code);
        (int code, _, string error) = Run([.. s_quick, "--folder", "search"]);
        Assert.Equal(3, code);
        Assert.Contains("--resume 'search' goes on with it", error);
        (code, _, error) = Run("tune", "--resume", "nothing");
        Assert.Equal(3, code);
        Assert.Contains("there is no journal of a race in 'nothing'", error);
        (code, _, error) = Run("tune", "--resume", "search", "--trials", "9");
        Assert.Equal(2, code);
        Assert.Contains("--trials found, none but", error);
    }

    /// <summary>What cannot begin locks no folder: missing data, a bad range.</summary>
    [Fact]
    public void AFailedBeginLeavesTheFolderFree()
    {
        foreach (string[] bad in new string[][] { ["tune", "nothing.csv"], ["tune", "builtin:iris", "--range", "dropout=0.3..0.1"], ["tune", "builtin:iris", "--target", "specie"] })
        {
            Assert.InRange(Run([.. bad, "--folder", "search"]).Code, 2, 3);
            Assert.False(File.Exists(At("search/journal.jsonl")));
        }

        Assert.Equal(0, Run([.. s_quick, "--folder", "search"]).Code);
    }

    /// <summary>Out of folds, a score is what the command that is printed says of its validation.</summary>
    [Fact]
    public void AScoreIsTheCommandsOwnFigure()
    {
        JsonElement found = Json([.. s_quick, "--folds", "4", "--json", "-o", "best.st"]);
        string[] args = [.. Word().Matches(found.GetProperty("command").GetString()!["backprop ".Length..]).Select(word => word.Value.Trim('\''))];
        JsonElement best = found.GetProperty("trials")[0].GetProperty("scores");
        Assert.Equal(Json([.. args, "--quiet", "--json"]).GetProperty("validation").GetProperty("log_loss").GetDouble(), best[best.GetArrayLength() - 1].GetProperty("score").GetDouble());
    }

    /// <summary>Too little time is no divergence.</summary>
    [Fact]
    public void WhyThereIsNoModelIsSaid()
    {
        (int code, _, string error) = Run("tune", "builtin:digits", "--network", "512:relu-512:relu", "--epochs", "5000", "--trials", "3", "--range", "learning-rate=1e-4..1e-3", "--max-time", "0.5", "--quiet", "--folder", "search");
        Assert.Equal(3, code);
        Assert.Contains("the time of 0.5 s was up before a candidate had a score: no model is saved; more time (--max-time)", error);
        Assert.Contains("--resume 'search' goes on", error);
        (code, _, error) = Run("tune", "builtin:iris", "--network", "8:relu", "--optimizer", "sgd", "--epochs", "3", "--trials", "2", "--range", "learning-rate=1e30..1e31", "--quiet");
        Assert.Equal(4, code);
        Assert.Contains("no candidate has a score: no model is saved; 2 of 2 candidates failed, trial 1: diverged: ", error);
        Assert.False(File.Exists(At("model.safetensors")));
    }

    [Fact]
    public void TheRecipesSizesAreNamed()
    {
        (int code, _, string error) = Run("tune", "builtin:iris", "--epochs", "1", "--trials", "3");
        Assert.Equal(0, code);
        Assert.Contains("; the first 2 are the recipe with networks 48:silu and 256:silu-128:silu, of which train chooses by itself", error);
    }

    /// <summary>Killed at random moments, again after it was resumed, it ends on the same scores and the same model.</summary>
    [Fact]
    public void AKilledSearchGoesOnToTheSameBits()
    {
        string[] what = ["tune", "builtin:digits", "--network", "64:tanh", "--epochs", "25", "--trials", "6", "--validation", "0.2", "--range", "learning-rate=1e-4..1e-2:log", "--range", "batch-size=8,16,32", "--quiet"];
        JsonElement whole = Json([.. what, "--json", "-o", "whole.st"]);
        var random = new Random(1);
        int kills = 0;
        for (int run = 0; run < 2; run++)
        {
            string[] next = [.. what, "--folder", $"s{run}", "-o", "rest.st"];
            for (int again = 0; again < 4; again++)
            {
                using Process process = Process.Start(Start(next))!;
                long before = Length(run);
                for (var waited = Stopwatch.StartNew(); !process.HasExited && Length(run) <= before && waited.Elapsed.TotalSeconds < 60;) // a score more
                {
                    Thread.Sleep(2);
                }

                if (process.WaitForExit(random.Next(0, 300)))
                {
                    break;
                }

                process.Kill();
                process.WaitForExit();
                kills++;
                next = ["tune", "--resume", $"s{run}", "--quiet", "--threads", $"{random.Next(1, 3)}"];
            }

            JsonElement rest = Json("tune", "--resume", $"s{run}", "--json", "--quiet", "-o", "rest.st");
            Assert.Equal(whole.GetProperty("sha256").GetString(), rest.GetProperty("sha256").GetString());
            Assert.Equal(Scores(whole), Scores(rest));
        }

        Assert.InRange(kills, 3, 8);
    }

    /// <summary>docs/tune.md: the search of its example prints what stands there, but for its seconds. BACKPROP_REWRITE=1 writes that anew.</summary>
    [Fact]
    public void TheDocumentsSearchIsTheToolsOwn()
    {
        string path = Repository.At("docs/tune.md"), document = File.ReadAllText(path);
        Match example = Example().Match(document);
        Assert.True(example.Success);
        (int code, string output, string error) = Run([.. Word().Matches(example.Groups["command"].Value).Select(word => word.Value.Trim('\''))]);
        Assert.Equal(0, code);
        string printed = string.Concat((error + output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.Contains(": log_loss ", StringComparison.Ordinal) || !line.StartsWith("trial ", StringComparison.Ordinal)).Select(line => line.TrimEnd() + "\n"));
        if (Environment.GetEnvironmentVariable("BACKPROP_REWRITE") == "1")
        {
            document = document[..example.Groups["printed"].Index] + printed + document[(example.Groups["printed"].Index + example.Groups["printed"].Length)..];
            File.WriteAllText(path, document);
            example = Example().Match(document);
        }

        static string Timeless(string text) => Seconds().Replace(text, "");
        Assert.Equal(Timeless(printed), Timeless(example.Groups["printed"].Value));
    }

    private long Length(int run) => File.Exists(At($"s{run}/journal.jsonl")) ? new FileInfo(At($"s{run}/journal.jsonl")).Length : 0;

    private static string Scores(JsonElement found) => string.Join('\n', found.GetProperty("trials").EnumerateArray().Select(trial => $"{trial.GetProperty("trial")} {trial.GetProperty("values")} {trial.GetProperty("scores")}"));

    [GeneratedRegex("'[^']*'|[^ ']+", RegexOptions.NonBacktracking)]
    private static partial Regex Word();

    [GeneratedRegex("\\$ backprop (?<command>tune [^\n]+)\n(?<printed>(?:[^`\n]*\n)*)```", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Example();

    /// <summary>The last column, and how wide it is.</summary>
    [GeneratedRegex("( +s| +[0-9]+(\\.[0-9])?| ─+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Seconds();
}
