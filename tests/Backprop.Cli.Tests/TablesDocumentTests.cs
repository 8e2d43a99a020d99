using System.Text;
using System.Text.RegularExpressions;
using Backprop.Tests.Oracles;

namespace Backprop.Cli.Tests;

/// <summary>
/// docs/tables.md and others: what has a name is a file, its commands are run, and what they print stands below each, standard error first.
/// BACKPROP_REWRITE=1 writes that anew.
/// </summary>
public partial class TablesDocumentTests : Tool
{
    private static readonly string s_path = Repository.At("docs/tables.md");

    [Theory]
    [InlineData("docs/tables.md")]
    [InlineData("docs/looking.md")]
    [InlineData("docs/train.md")]
    [InlineData("docs/explain.md")]
    public void EveryExampleIsTheToolsOwn(string document)
    {
        string path = Repository.At(document), fresh = Fence().Replace(File.ReadAllText(path), fence =>
        {
            (string kind, string name, string text) = (fence.Groups["kind"].Value, fence.Groups["name"].Value, fence.Groups["text"].Value);
            if (name.Length > 0)
            {
                Write(name, text);
            }

            return kind == "console" ? $"```console\n{Ran(text)}```\n" : fence.Value;
        });
        if (Environment.GetEnvironmentVariable("BACKPROP_REWRITE") == "1")
        {
            File.WriteAllText(path, fresh);
        }

        Assert.Equal(fresh, File.ReadAllText(path));
    }

    [Theory]
    [InlineData("data")]
    [InlineData("predict")]
    public void EveryOptionOfTablesIsThere(string command)
    {
        string document = File.ReadAllText(s_path);
        string[] options = [.. Option().Matches(Run(command, "--help").Out).Select(match => match.Value).Except(["--help", "--json", "--output"], StringComparer.Ordinal)];
        Assert.True(options.Length > 8);
        Assert.All(options, option => Assert.Contains(option, document, StringComparison.Ordinal));
    }

    /// <summary>Commands, each with what it prints.</summary>
    private string Ran(string text)
    {
        var fresh = new StringBuilder();
        foreach (string line in text.Split('\n').Where(line => line.StartsWith("$ backprop ", StringComparison.Ordinal)))
        {
            string[] args = [.. Word().Matches(line["$ backprop ".Length..]).Select(word => word.Value.Trim('\''))];
            (_, string output, string error) = Run(args);
            fresh.Append(line).Append('\n');
            foreach (string printed in (error + output).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                fresh.Append(printed.TrimEnd()).Append('\n');
            }
        }

        return fresh.ToString();
    }

    [GeneratedRegex("^```(?<kind>[a-z]+)(?: (?<name>.+))?\n(?<text>(?:.*\n)*?)```\n", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Fence();

    [GeneratedRegex("'[^']*'|[^ ']+", RegexOptions.NonBacktracking)]
    private static partial Regex Word();

    [GeneratedRegex(@"(?<=^ +(-\w, )?)--[a-z-]+", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Option();
}
