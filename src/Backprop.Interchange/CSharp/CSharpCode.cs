using System.Text.RegularExpressions;

namespace Backprop.Interchange.CSharp;

/// <summary>The source that every model takes along, from files beside this one and from the library that reads cells.</summary>
internal static partial class CSharpCode
{
    /// <summary>The members of a class, or the class itself where it stands alone in the library.</summary>
    public static string Part(string name)
    {
        using Stream resource = typeof(CSharpCode).Assembly.GetManifestResourceStream($"{name}.cs")!;
        using var reader = new StreamReader(resource);
        string text = reader.ReadToEnd().ReplaceLineEndings("\n");
        int start = text.IndexOf("internal static class", StringComparison.Ordinal);
        if (!text.Contains("namespace ", StringComparison.Ordinal))
        {
            return text[(text.IndexOf("{\n", start, StringComparison.Ordinal) + 2)..text.LastIndexOf('}')];
        }

        string[] lines = text[start..].TrimEnd('\n').Split('\n');
        return string.Concat(lines.Select(line => line.Length == 0 ? "\n" : $"    {line}\n")).Replace("    internal static class", "    private static class", StringComparison.Ordinal);
    }

    /// <summary>Whether a word is one of the names in some code; comments and texts do not count.</summary>
    public static bool HasWord(string code, string word)
    {
        string bare = CommentsAndTexts().Replace(code, "");
        for (int at = bare.IndexOf(word, StringComparison.Ordinal); at >= 0; at = bare.IndexOf(word, at + 1, StringComparison.Ordinal))
        {
            if (!(at > 0 && IsOfName(bare[at - 1])) && !(at + word.Length < bare.Length && IsOfName(bare[at + word.Length])))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOfName(char c) => char.IsLetterOrDigit(c) || c == '_';

    [GeneratedRegex("""//[^\n]*|"(\\.|[^"\\\n])*"|'(\\.|[^'\\\n])+'""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex CommentsAndTexts();
}
