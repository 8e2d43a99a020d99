using System.Text;

namespace Backprop.Derivations.Formats;

/// <summary>An <see cref="Explanation"/> as GitHub-flavoured Markdown with formulas in LaTeX.</summary>
public static class ExplanationMarkdown
{
    /// <summary>The document; its last line compares the three ways.</summary>
    public static string Of(Explanation explanation)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        var writer = new Writer();
        MathExplanation.Write(explanation, writer);
        return writer.Text.ToString().TrimEnd('\n') + '\n';
    }

    private sealed class Writer : IMathWriter
    {
        public StringBuilder Text { get; } = new();

        public void Title(string prose) => Block($"# {prose}");

        public void Section(string prose) => Block($"## {prose}");

        public void Paragraph(string prose) => Block(prose);

        public void Display(string formula) => Block($"$$\n{formula}\n$$");

        public void Table(IReadOnlyList<string[]> lines)
        {
            string rule = Line([.. lines[0].Select((_, c) => c == 0 ? "---" : "---:")]);
            Block(string.Join('\n', [Line(lines[0]), rule, .. lines.Skip(1).Select(Line)]));
        }

        private static string Line(string[] cells) => $"| {string.Join(" | ", cells)} |";

        private void Block(string block) => Text.Append(block).Append("\n\n");
    }
}
