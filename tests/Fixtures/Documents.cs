using Backprop.Tests.Oracles;

namespace Backprop.Tests.Fixtures;

/// <summary>The examples of a document, to be found word by word in the test that runs them.</summary>
internal static class Documents
{
    /// <summary>What stands in a document, or a section of it, as code of a language.</summary>
    public static string[] Examples(string path, string language, string? section = null)
    {
        string text = File.ReadAllText(Repository.At(path));
        text = section is null ? text : text.Split($"## {section}\n")[1].Split("\n## ")[0];
        return [.. text.Split($"```{language}\n").Skip(1).Select(part => part.Split("```")[0])];
    }

    /// <summary>That the file of a test has the very lines of an example, however they are indented.</summary>
    public static void RequireIn(string test, string example) => Assert.Contains(Plain(example), Plain(File.ReadAllText(Repository.At(test))), StringComparison.Ordinal);

    private static string Plain(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));
}
