using System.Text;

namespace Backprop.Derivations.Formats;

/// <summary>An <see cref="Explanation"/> as a LaTeX document that stands alone.</summary>
public static class ExplanationLatex
{
    /// <summary>The document, for pdflatex and its kin.</summary>
    public static string Of(Explanation explanation)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        var writer = new Writer();
        MathExplanation.Write(explanation, writer);
        return $$"""
            \documentclass[a4paper]{article}
            \usepackage[utf8]{inputenc}
            \usepackage{amsmath}
            \usepackage[margin=1.5cm]{geometry}
            \setlength{\parindent}{0pt}
            \setlength{\parskip}{6pt plus 2pt}
            \begin{document}
            {{writer.Text}}\end{document}

            """;
    }

    private sealed class Writer : IMathWriter
    {
        public StringBuilder Text { get; } = new();

        public void Title(string prose) => Block($@"\section*{{{Escape(prose)}}}");

        public void Section(string prose) => Block($@"\subsection*{{{Escape(prose)}}}");

        public void Paragraph(string prose) => Block(Escape(prose));

        /// <summary>A formula belongs to the paragraph before it: an empty line would let a page break in between.</summary>
        public void Display(string formula)
        {
            Text.Length -= Text.Length > 0 ? 1 : 0;
            Block($"\\[\n{formula}\n\\]");
        }

        public void Table(IReadOnlyList<string[]> lines) => Block(
            $"\\begin{{tabular}}{{l{new string('r', lines[0].Length - 1)}}}\n{string.Join("\n", lines.Select(line => $"{string.Join(" & ", line.Select(Escape))} \\\\"))}\n\\end{{tabular}}");

        private void Block(string block) => Text.Append(block).Append("\n\n");

        /// <summary>Prose with its special characters made harmless; formulas between dollar signs stay.</summary>
        private static string Escape(string prose)
        {
            var escaped = new StringBuilder();
            bool formula = false;
            foreach (char letter in prose)
            {
                formula ^= letter == '$';
                escaped.Append(formula ? letter.ToString() : letter switch
                {
                    '_' or '%' or '#' or '&' or '{' or '}' => $@"\{letter}",
                    '\\' => @"\textbackslash{}",
                    '~' => @"\textasciitilde{}",
                    '^' => @"\textasciicircum{}",
                    '−' => "$-$",
                    '∞' => @"$\infty$",
                    '×' => @"$\times$",
                    _ => letter.ToString(),
                });
            }

            return escaped.ToString();
        }
    }
}
