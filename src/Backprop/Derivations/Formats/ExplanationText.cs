using System.Text;

namespace Backprop.Derivations.Formats;

/// <summary>An <see cref="Explanation"/> as plain text of at most about 80 columns; wide vectors and matrices are shown in part.</summary>
public static class ExplanationText
{
    private const int FactorsPerLine = 5, FactorsOfBatchPerLine = 2;

    /// <summary>The text; its last line compares the three ways.</summary>
    public static string Of(Explanation explanation)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        var text = new StringBuilder();
        Derivation(text, explanation);
        CompactForm(text, explanation);
        Costs(text, explanation);
        Line(text, "Three ways to the same number");
        Line(text, "");
        Table(text, [["", "value", "difference", "relative"], .. Wording.Ways(explanation).Select(way => new[] { way.Way, way.Value, way.Difference, way.Relative })]);
        Line(text, "");
        Line(text, Wording.Verdict(explanation));
        return text.ToString();
    }

    private static void Derivation(StringBuilder text, Explanation explanation)
    {
        Line(text, $"∂L/∂{explanation.Parameter}: {Wording.Loss(explanation)} derived by one parameter,");
        Line(text, Wording.Place(explanation));
        Line(text, $"network {Wording.Network(explanation)}, loss {explanation.Network.Loss}, L = {Wording.Number(explanation.Loss)}");
        Line(text, "");
        Line(text, "The recursion unrolled");
        Line(text, "");
        string[] lines = [.. explanation.Factors.Select(TextSymbols.Factor).Chunk(explanation.Batch is null ? FactorsPerLine : FactorsOfBatchPerLine).Select(line => string.Join(" · ", line))];
        Line(text, $"  ∂L/∂{explanation.Parameter} = {string.Join("\n    · ", lines)}");
        Line(text, "");
        Line(text, "Factor by factor from the left, and the product so far");
        for (int n = 0; n < explanation.Factors.Count; n++)
        {
            DerivativeFactor factor = explanation.Factors[n];
            double[] product = explanation.PartialProducts[n];
            Line(text, "");
            if (factor.Shape.Count == 0)
            {
                Line(text, $"  {n + 1}. {factor.Symbol} = {Wording.Number(factor.Values[0])}, {Wording.Meaning(explanation, factor)}");
            }
            else
            {
                Line(text, $"  {n + 1}. {factor.Symbol} [{Wording.Shape(factor.Shape)}], {Wording.Meaning(explanation, factor)}");
                Numbers(text, explanation, factor);
            }

            if (n == 0)
            {
                continue;
            }

            string soFar = TextSymbols.Product(explanation, factor);
            if (factor.ShapeOf(product) is { Count: > 0 } shape)
            {
                Line(text, $"     so far {soFar} [{Wording.Shape(shape)}]");
                Matrix(text, Grid.Of(product, shape));
            }
            else
            {
                Line(text, $"     so far {soFar} = {Wording.Number(product[0])}");
            }
        }

        Line(text, "");
    }

    private static void Numbers(StringBuilder text, Explanation explanation, DerivativeFactor factor)
    {
        foreach (DerivativeFactor through in factor.Through)
        {
            Line(text, $"     {through.Symbol} [{Wording.Shape(through.Shape)}]");
            Numbers(text, explanation, through);
        }

        if (factor.Through.Count > 0)
        {
            return;
        }

        foreach ((string of, Cell[][] grid) in Grid.Of(factor, explanation.Parameter.Output))
        {
            if (of.Length > 0)
            {
                Line(text, $"     {of}");
            }

            Matrix(text, grid);
        }
    }

    private static void CompactForm(StringBuilder text, Explanation explanation)
    {
        if (!Wording.HasCompactForm(explanation))
        {
            Line(text, $"Back propagation has the whole tensor at once: Δ{explanation.Tensor.Symbol} = −η ∂L/∂{explanation.Tensor.Symbol}");
            Line(text, "");
            Line(text, $"  ∂L/∂{explanation.Tensor.Symbol} [{Wording.Shape(explanation.Tensor.Shape)}]; the entry between « » is ours");
            Matrix(text, Grid.Of(explanation.TensorGradient, explanation.Tensor.Shape[^1], explanation.Parameter.IndexIn(explanation.Tensor)));
            Line(text, "");
            return;
        }

        (int layer, int output, int input) = explanation.Parameter;
        IReadOnlyList<double> deltas = explanation.Deltas, inputs = explanation.Inputs;
        bool bias = explanation.Parameter.IsBias;
        Line(text, bias
            ? $"The compact form: the whole layer at once, Δb_{layer} = −η δ_{layer}"
            : $"The compact form: the whole layer at once, ΔW_{layer} = −η δ_{layer} x_{layer - 1}ᵀ");
        Line(text, "");
        Line(text, $"  δ_{layer} [{deltas.Count}], written as a row; entry {output}, between « », {(bias ? "is ours" : "makes our row")}");
        Matrix(text, Grid.Row(deltas, output));
        if (!bias)
        {
            Line(text, $"  x_{layer - 1} [{inputs.Count}], written as a row; entry {input} makes our column");
            Matrix(text, Grid.Row(inputs, input));
            Line(text, $"  ∂L/∂W_{layer} = δ_{layer} x_{layer - 1}ᵀ [{deltas.Count}×{inputs.Count}]; entry [{output},{input}] is ours");
            Matrix(text, Grid.Of(deltas.Count, inputs.Count, (r, c) => deltas[r] * inputs[c], (output, input)));
        }

        Line(text, "");
    }

    private static void Costs(StringBuilder text, Explanation explanation)
    {
        Line(text, $"What it costs{(explanation.Batch is null ? "" : " for each row")}: multiplications and additions of the products with matrices");
        Line(text, "");
        Table(text, [["", "this parameter", $"all {Wording.Count(explanation.Network.ParameterCount)}"], .. Wording.Costs(explanation).Select(cost => new[] { cost.Way, cost.One, cost.All })]);
        Line(text, "");
        string jacobian = Wording.HasJacobian(explanation) ? " + 2 n_N² for the Jacobian" : "";
        Line(text, "  forward pass: Σ 2 n_m n_{m−1}");
        Line(text, $"  a tangent: n_{{ℓ+1}} + Σ 2 n_m n_{{m−1}} over the matrices behind + 2 n_N{jacobian}{(Wording.HasMixingNorm(explanation) ? ", and 2 n_m² for a layer norm" : "")}{(Wording.HasPeriodicInput(explanation) ? ", and 2 n_1 for each entry of x_0 that a frequency or a phase moves" : "")}");
        Line(text, $"  back propagation: Σ 2 n_m n_{{m−1}} for the δ, Σ n_m n_{{m−1}} for the δ xᵀ{jacobian}");
        Line(text, $"  For all parameters the recursion costs {Wording.Ratio(explanation)} times as much.");
        Line(text, "");
    }

    /// <summary>Our entry stands between guillemets.</summary>
    private static void Matrix(StringBuilder text, Cell[][] grid)
    {
        string[][] cells = Array.ConvertAll(grid, line => Array.ConvertAll(line, cell => cell.Gap switch
        {
            Gap.Columns => "…",
            Gap.Rows => "⋮",
            Gap.Both => "⋱",
            _ => cell.IsOurs ? $"«{Wording.Number(cell.Value)}»" : Wording.Number(cell.Value),
        }));
        int[] widths = cells.Length == 0 ? [] : Widths(cells);
        for (int r = 0; r < cells.Length; r++)
        {
            (char open, char close) = cells.Length == 1 ? ('[', ']') : r == 0 ? ('⎡', '⎤') : r == cells.Length - 1 ? ('⎣', '⎦') : ('⎢', '⎥');
            Line(text, $"     {open}{string.Join("  ", cells[r].Select((cell, c) => cell.PadLeft(widths[c])))}{close}");
        }
    }

    private static void Table(StringBuilder text, string[][] lines)
    {
        int[] widths = Widths(lines);
        foreach (string[] line in lines)
        {
            Line(text, $"  {string.Join("  ", line.Select((cell, c) => c == 0 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c])))}".TrimEnd());
        }
    }

    private static int[] Widths(string[][] lines) => [.. Enumerable.Range(0, lines[0].Length).Select(c => lines.Max(line => line[c].Length))];

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
