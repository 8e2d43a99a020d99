using System.Text.Json;
using Backprop.ModelFiles;

namespace Backprop.Cli.Tests;

/// <summary><c>train --folds</c> and <c>--ensemble</c>, and what the other commands make of such models.</summary>
public sealed class EnsembleRunTests : Tool
{
    private static readonly string[] s_folds = ["train", "builtin:iris", "--folds", "4", "--network", "8:tanh", "--epochs", "4"];

    [Fact]
    public void EveryRowIsMeasuredByANetworkThatHasNotSeenIt()
    {
        JsonElement one = Json([.. s_folds, "--threads", "1", "--json", "--quiet", "-o", "a.st"]), two = Json([.. s_folds, "--threads", "2", "--json", "--quiet", "-o", "b.st"]);
        Assert.Equal(4, one.GetProperty("members").GetInt32());
        Assert.Equal(150, one.GetProperty("rows").GetInt32());
        Assert.Equal(150, one.GetProperty("validation").GetProperty("rows").GetInt32());
        Assert.Equal(4, one.GetProperty("epochs").GetInt32());
        Assert.Equal(2, two.GetProperty("threads").GetInt32());
        Assert.Equal(one.GetProperty("sha256").GetString(), two.GetProperty("sha256").GetString());
        Assert.Equal(one.GetProperty("validation").GetRawText(), two.GetProperty("validation").GetRawText());
        JsonElement summary = Json("summary", "a.st", "--json");
        Assert.Equal(4, summary.GetProperty("members").GetInt32());
        Assert.Equal(4, summary.GetProperty("training").GetProperty("kept_epochs").GetArrayLength());
    }

    [Fact]
    public void OtherCommandsTakeAllOrOne()
    {
        Assert.Equal(0, Run([.. s_folds, "--quiet", "-o", "m.st"]).Code);
        Assert.Equal(150, Json("evaluate", "m.st", "builtin:iris", "--json").GetProperty("rows").GetInt32());
        string[] lines = Run("predict", "m.st", "builtin:iris").Out.TrimEnd().Split('\n');
        Assert.Equal(151, lines.Length);
        Assert.Equal(1, lines[7].Split(',').Skip(1).Sum(cell => double.Parse(cell, System.Globalization.CultureInfo.InvariantCulture)), 1e-9);
        Assert.Contains("4 such networks", Run("summary", "m.st").Out);
        foreach (string[] command in new string[][] { ["explain", "m.st", "builtin:iris", "--row", "3", "--parameter", "W1[0,0]"], ["check", "m.st", "builtin:iris"], ["gradient", "m.st", "builtin:iris"] })
        {
            (int code, string first, string error) = Run(command);
            Assert.Equal(0, code);
            Assert.Contains("holds 4 networks, the first is taken; --member K takes another", error);
            (code, string same, error) = Run([.. command, "--member", "1"]);
            Assert.Equal((0, first, ""), (code, same, error));
            Assert.NotEqual(first, Run([.. command, "--member", "2"]).Out);
            (code, _, error) = Run([.. command, "--member", "5"]);
            Assert.Equal(2, code);
            Assert.Contains("1 to 4 expected; --member", error);
        }

        (int from, _, string said) = Run("train", "builtin:iris", "--from", "m.st", "--epochs", "1", "--quiet", "-o", "n.st");
        Assert.Equal(0, from);
        Assert.Contains("the first is taken", said);
        Assert.Single(ModelFile<float>.Read(At("n.st")).Ensemble.Members);
    }

    [Theory]
    [InlineData("--folds 3 --validation 0.2", "give one of them")]
    [InlineData("--folds 3 --ensemble 2", "give one of them")]
    [InlineData("--folds 1", "--folds must be at least 2, found 1")]
    [InlineData("--ensemble 0", "--ensemble must be at least 1, found 0")]
    [InlineData("--ensemble 2 --tensorboard tb", "--log has the epochs of each")]
    [InlineData("--member 2", "--member is of --from MODEL")]
    public void WhatDoesNotGoTogetherIsRefused(string options, string message)
    {
        (int code, _, string error) = Run(["train", "builtin:iris", "--quiet", .. options.Split(' ')]);
        Assert.Equal(2, code);
        Assert.Contains(message, error);
        Assert.Empty(Directory.GetFiles(Folder, "*.safetensors"));
    }

    [Fact]
    public void TheLogNamesTheNetworkAndProgressIsALineForEach()
    {
        (int code, _, string error) = Run([.. s_folds, "--log", "log.jsonl", "--report", "report.html", "-o", "m.st"]);
        Assert.Equal(0, code);
        string[] lines = File.ReadAllLines(At("log.jsonl"));
        Assert.Equal(16, lines.Length);
        Assert.Equal(4, lines.Count(line => line.StartsWith("{\"member\":3,", StringComparison.Ordinal)));
        Assert.Equal(4, error.Split('\n').Count(line => line.StartsWith("network ", StringComparison.Ordinal)));
        Assert.Contains("network  4 of 4: epoch", error);
        Assert.Contains("networks", File.ReadAllText(At("report.html")));
        Assert.Equal("", Run([.. s_folds, "--quiet", "-o", "m.st"]).Error);
    }

    [Fact]
    public void ADivergenceNamesTheNetwork()
    {
        Write("rows.csv", string.Join('\n', Enumerable.Range(0, 60).Select(n => $"{n % 7},{n % 5}").Prepend("x,y")));
        (int code, _, string error) = Run("train", "rows.csv", "--ensemble", "3", "--network", "8:relu", "--optimizer", "sgd", "--learning-rate", "1e20", "--task", "regression", "--preprocess", "none", "--epochs", "3", "--quiet", "-o", "m.st");
        Assert.Equal(4, code);
        Assert.Contains("network 1 of 3: step", error);
    }

    [Fact]
    public void ARunGoesOnToTheSameBits()
    {
        string[] what = ["train", "builtin:iris", "--ensemble", "3", "--network", "8:tanh", "--epochs", "6"];
        string expected = Json([.. what, "--json", "--quiet", "-o", "whole.st"]).GetProperty("sha256").GetString()!;
        Assert.Equal(0, Run([.. what, "--checkpoint", "ck", "--quiet", "-o", "m.st"]).Code);
        Directory.Delete(At("ck/member-2"), recursive: true); // as if it had died before its first
        foreach (string newest in Directory.GetFiles(At("ck/member-3"), "checkpoint-*").Order(StringComparer.Ordinal).Skip(1))
        {
            File.Delete(newest);
        }

        JsonElement rest = Json("train", "--resume", "ck", "--json", "--quiet", "-o", "rest.st");
        Assert.Equal(expected, rest.GetProperty("sha256").GetString());
        Assert.True(rest.GetProperty("steps").GetInt64() > 0);
        rest = Json("train", "--resume", "ck", "--json", "--quiet", "-o", "again.st");
        Assert.Equal((expected, 0), (rest.GetProperty("sha256").GetString(), rest.GetProperty("steps").GetInt64()));
        Assert.Equal(3, Run("train", "--resume", "ck", "--ensemble", "4", "--quiet").Code);
    }

    [Fact]
    public void AFolderOfAnotherRunIsLeftAlone()
    {
        string[] one = ["train", "builtin:iris", "--network", "4:tanh", "--epochs", "2", "--quiet", "--checkpoint", "ck"], three = [.. one, "--ensemble", "3"];
        Assert.Equal(0, Run(three).Code);
        Assert.Equal(3, Run(one).Code);
        Assert.Equal(3, Run(three).Code);
        Assert.Equal(0, Run([.. one, "--overwrite"]).Code);
        Assert.Empty(Directory.GetFiles(At("ck/member-1"), "checkpoint-*"));
        Assert.Equal(0, Run("train", "--resume", "ck", "--quiet").Code);
        Assert.Equal(3, Run(three).Code);
        Assert.Equal(0, Run([.. three, "--overwrite"]).Code);
        Assert.Empty(Directory.GetFiles(At("ck"), "checkpoint-*"));
        Assert.Equal(3, Json("train", "--resume", "ck", "--json", "--quiet").GetProperty("members").GetInt32());
    }
}
