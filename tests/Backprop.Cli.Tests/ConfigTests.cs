using System.CommandLine;
using System.CommandLine.Completions;
using System.Text;
using System.Text.Json;

namespace Backprop.Cli.Tests;

/// <summary><c>--config</c>: what the file may say, and that the command line wins however it is spelled.</summary>
public sealed class ConfigTests : Tool
{
    private static ParseResult Merged(string config, params string[] args)
    {
        RootCommand root = Program.Root;
        return root.Parse(ConfigFile.Merge(root, ["train", "--config", "c.json", .. args], Encoding.UTF8.GetBytes(config), "c.json"), Program.Parsing);
    }

    private static object? Value(ParseResult parsed, string name) => parsed.CommandResult.Command.Options.Single(option => option.Name == name) switch
    {
        Option<string> option => parsed.GetValue(option),
        Option<bool> option => parsed.GetValue(option),
        Option<double?> option => parsed.GetValue(option),
        Option<int?> option => parsed.GetValue(option),
        Option<int> option => parsed.GetValue(option),
        Option<ulong> option => parsed.GetValue(option),
        var other => throw new InvalidOperationException($"{other.Name} is of another type"),
    };

    [Theory]
    [InlineData("--epochs", "2", "--output", "d.st")]
    [InlineData("--epochs:2", "-od.st")]
    public void TheCommandLineWins(params string[] args)
    {
        Write("c.json", """{"epochs":3,"output":"c.st","json":true,"quiet":true}""");
        foreach (string[] config in new string[][] { ["--config", "c.json"], ["--config=c.json"], ["--config:c.json"] })
        {
            JsonElement train = Json(["train", "builtin:iris", .. config, .. args]);
            Assert.Equal(2, train.GetProperty("epochs").GetInt32());
            Assert.Equal("d.st", train.GetProperty("model").GetString());
        }
    }

    /// <summary>For every option of train, and every way of the parser to write it.</summary>
    [Fact]
    public void EverySpellingOfEveryOptionBeatsTheFile()
    {
        int spellings = 0;
        foreach (Option option in Program.Root.Subcommands.Single(command => command.Name == "train").Options.Where(option => option.Name != "--config"))
        {
            (string inFile, string given) = option.ValueType == typeof(bool) ? ("true", "false")
                : option.ValueType == typeof(double?) ? ("0.25", "0.5")
                : option.ValueType != typeof(string) ? ("3", "4")
                : option.GetCompletions(CompletionContext.Empty).Select(item => item.Label).ToArray() is [var first, var second, ..] ? (first, second)
                : ("one", "two");
            string config = $"{{\"{option.Name[2..]}\":{(option.ValueType == typeof(string) ? $"\"{inFile}\"" : inFile)}}}";
            Assert.Equal(inFile, Value(Merged(config), option.Name)!.ToString()!, ignoreCase: true);
            foreach (string name in option.Aliases.Append(option.Name))
            {
                List<string[]> ways = [[name, given], [$"{name}={given}"], [$"{name}:{given}"]];
                if (!name.StartsWith("--", StringComparison.Ordinal) && option.ValueType != typeof(bool))
                {
                    ways.Add([name + given]);
                }

                foreach (string[] way in ways)
                {
                    ParseResult parsed = Merged(config, way);
                    Assert.Empty(parsed.Errors);
                    Assert.True(string.Equals(given, Value(parsed, option.Name)?.ToString(), StringComparison.OrdinalIgnoreCase), $"{string.Join(' ', way)} lost to {config}");
                    spellings++;
                }
            }
        }

        Assert.True(spellings > 140, $"{spellings} spellings");
    }

    [Theory]
    [InlineData("--learning-rate", 1e-3, """{"learning-rate":1e-3}""")]
    [InlineData("--learning-rate", 1e-3, """{"learning-rate":0.001}""")]
    [InlineData("--learning-rate", 1e-3, """{"learning-rate":"1E-3"}""")]
    [InlineData("--learning-rate", 1e-30, """{"learning-rate":1e-30}""")]
    [InlineData("--epochs", 1000, """{"epochs":1e3}""")]
    [InlineData("--epochs", 10, """{"epochs":10.0}""")]
    [InlineData("--epochs", 10, """{"epochs":"10"}""")]
    [InlineData("--seed", ulong.MaxValue, """{"seed":18446744073709551615}""")]
    [InlineData("--quiet", true, """{"quiet":true}""")]
    [InlineData("--quiet", false, """{"quiet":false}""")]
    [InlineData("--target", "a,b,3", """{"target":["a","b",3]}""")]
    [InlineData("--target", "", """{"target":""}""")]
    [InlineData("--output", "--json", """{"output":"--json"}""")]
    [InlineData("--output", "-", """{"output":"-"}""")]
    [InlineData("--loss", "huber:1", """{"loss":"huber:1"}""")]
    [InlineData("--from", "../m.st", """{"from":"../m.st"}""")]
    [InlineData("--validation", "0.3", """{"validation":0.3}""")]
    [InlineData("--network", "8:relu", """{/* small */"network":"8:relu",}""")]
    public void ValuesMeanWhatTheyMeanOnTheCommandLine(string option, object expected, string config)
    {
        ParseResult parsed = Merged(config, "--epochs=7"[..(option == "--epochs" ? 0 : 10)] is { Length: > 0 } more ? [more, "d.csv"] : ["d.csv"]);
        Assert.Empty(parsed.Errors);
        Assert.Equal(expected, Value(parsed, option));
        Assert.Equal("d.csv", parsed.GetValue<string>("DATA"));
    }

    [Theory]
    [InlineData("did you mean 'epochs'", """{"epoch":3}""")]
    [InlineData("did you mean 'learning-rate'", """{"learning_rate":3}""")]
    [InlineData("cannot name another", """{"config":"c.json"}""")]
    [InlineData("'o'", """{"o":"m.st"}""")]
    [InlineData("epochs: null found", """{"epochs":null}""")]
    [InlineData("quiet: null found", """{"quiet":null}""")]
    [InlineData("epochs: false found", """{"epochs":false}""")]
    [InlineData("output: true found", """{"output":true}""")]
    [InlineData("quiet: a Array found", """{"quiet":[true]}""")]
    [InlineData("quiet: 1 found, true or false expected", """{"quiet":1}""")]
    [InlineData("quiet: \"yes\" found, true or false expected", """{"quiet":"yes"}""")]
    [InlineData("--epochs: '3' found, one value expected, not a list", """{"epochs":[3]}""")]
    [InlineData("target: a Object found", """{"target":{}}""")]
    [InlineData("target: \"a,b\" found in a list", """{"target":["a,b","c"]}""")]
    [InlineData("target: null found in a list", """{"target":[null]}""")]
    [InlineData("target: [1] found in a list", """{"target":[[1]]}""")]
    [InlineData("--epochs: '1.5' found", """{"epochs":1.5}""")]
    [InlineData("--epochs: '1e-30' found", """{"epochs":1e-30}""")]
    [InlineData("--epochs: '1e300' found", """{"epochs":1e300}""")]
    [InlineData("--l2: '0,1' found", """{"l2":"0,1"}""")]
    [InlineData("config 'c.json': 'epochs' found twice, each option expected once", """{"epochs":1,"epochs":2}""")]
    [InlineData("'epochs' found twice", """{"epochs":1,"\u0065pochs":1}""")]
    [InlineData("did you mean 'classification'", """{"task":"clasification"}""")]
    public void WhatTheFileMayNotSayIsRefused(string part, string config)
    {
        DataException error = Assert.Throws<DataException>(() => Merged(config));
        Assert.Contains(part, error.Message);
        Assert.Contains("c.json", error.Message);
        // A mistake in the file is told even where the command line says it otherwise.
        Assert.Throws<DataException>(() => Merged(config, "--epochs=5", "--quiet=true", "--output=x", "--target=t"));
    }

    [Fact]
    public void WhatFollowsTwoHyphensIsData()
    {
        Write("c.json", """{"epochs":3,"json":true}""");
        Write("--config.csv", "x,y\n1,2\n2,3.5\n3,1\n4,2\n5,1\n");
        JsonElement train = Json("train", "--config", "c.json", "--validation", "0", "--", "--config.csv");
        Assert.Equal(3, train.GetProperty("epochs").GetInt32());
    }

    [Fact]
    public void OneFileIsNamedAndPathsInItCountFromTheCurrentFolder()
    {
        Directory.CreateDirectory(At("sub"));
        Write("sub/c.json", """{"output":"m.st","epochs":1,"quiet":true}""");
        Assert.Equal(0, Run("train", "builtin:iris", "--config:sub/c.json").Code);
        Assert.True(File.Exists(At("m.st")));
        (int code, _, string error) = Run("train", "builtin:iris", "--config", "sub/c.json", "--config=other.json");
        Assert.Contains("--config", error);
        Assert.Equal(2, code);
    }
}
