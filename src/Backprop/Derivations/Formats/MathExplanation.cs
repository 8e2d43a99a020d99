namespace Backprop.Derivations.Formats;

/// <summary>An explanation as prose and formulas; what Markdown and LaTeX have in common.</summary>
internal static class MathExplanation
{
    /// <summary>More factors than this do not fit beside each other.</summary>
    private const int FactorsPerLine = 6;

    /// <summary>Writes the whole document.</summary>
    public static void Write(Explanation explanation, IMathWriter to)
    {
        Derivation(explanation, to);
        CompactForm(explanation, to);
        Costs(explanation, to);
        to.Section("Three ways to the same number");
        to.Table([["", "value", "difference", "relative"], .. Wording.Ways(explanation).Select(way => new[] { way.Way, way.Value, way.Difference, way.Relative })]);
        to.Paragraph($"{Capital(Wording.Verdict(explanation))}.");
    }

    private static void Derivation(Explanation explanation, IMathWriter to)
    {
        to.Title($"The derivative by {explanation.Parameter}");
        to.Paragraph($"The loss of row {explanation.Row} is derived by ${MathSymbols.Parameter(explanation)}$, {Wording.Place(explanation)}. "
            + $"The network is {Wording.Network(explanation)}, the loss {explanation.Network.Loss}, and $L = {MathSymbols.Number(explanation.Loss)}$.");
        to.Section("The recursion unrolled");
        IEnumerable<string> lines = explanation.Factors.Select(factor => MathSymbols.Factor(explanation, factor)).Chunk(FactorsPerLine).Select(line => string.Join(@" \; ", line));
        to.Display($"\\begin{{aligned}}\n{MathSymbols.Derivative(explanation)} ={{}} & {string.Join(" \\\\\n& \\cdot ", lines)}\n\\end{{aligned}}");
        to.Section("Factor by factor from the left, and the product so far");
        for (int n = 0; n < explanation.Factors.Count; n++)
        {
            DerivativeFactor factor = explanation.Factors[n];
            string value = MathSymbols.Value(explanation, factor), transposed = factor.Shape.Count == 1 ? @"^{\mathsf T}" : "";
            string shape = factor.Shape.Count == 0 ? "" : $" $[{string.Join(@" \times ", factor.Shape)}]$";
            to.Paragraph($"{n + 1}. ${value}${shape}, {Wording.Meaning(explanation, factor)}.");
            string ours = $"{(transposed.Length > 0 && factor.Role != "delta" ? $"({value})" : value)}{transposed} = {Numbers(factor)}";
            if (n == 0)
            {
                to.Display(ours);
                continue;
            }

            double[] product = explanation.PartialProducts[n];
            string soFar = $@"\text{{so far }} {MathSymbols.Product(explanation, factor)} = {(factor.LeavesRow ? MathSymbols.Matrix(Grid.Row(product)) : MathSymbols.Number(product[0]))}";
            if (factor.Shape.Count == 0)
            {
                to.Display($@"{ours}, \qquad {soFar}");
            }
            else
            {
                to.Display(ours);
                to.Display(soFar);
            }
        }
    }

    private static string Numbers(DerivativeFactor factor) => factor.Shape.Count == 0 ? MathSymbols.Number(factor.Values[0]) : MathSymbols.Matrix(Grid.Of(factor));

    private static void CompactForm(Explanation explanation, IMathWriter to)
    {
        if (!explanation.Parameter.IsWeight && !explanation.Parameter.IsBias)
        {
            string tensor = MathSymbols.Symbol(explanation.Parameter);
            to.Section("The compact form");
            to.Paragraph($@"Back propagation has the whole tensor at once, $\Delta {tensor} = -\eta \, \partial L / \partial {tensor}$. Ours is the entry in the box.");
            to.Display($@"\frac{{\partial L}}{{\partial {tensor}}} = {MathSymbols.Matrix(Grid.Of(explanation.TensorGradient, explanation.Tensor.Shape[^1], explanation.Parameter.IndexIn(explanation.Tensor)))}");
            return;
        }

        (int layer, int output, int input) = explanation.Parameter;
        IReadOnlyList<double> deltas = explanation.Deltas, inputs = explanation.Inputs;
        string delta = $@"\delta_{{{layer}}}", x = $"x_{{{layer - 1}}}";
        to.Section("The compact form");
        if (explanation.Parameter.IsBias)
        {
            to.Paragraph($@"Back propagation has the whole layer at once, $\Delta b_{{{layer}}} = -\eta {delta}$. Ours is the entry in the box.");
            to.Display($@"{delta}^{{\mathsf T}} = {MathSymbols.Matrix(Grid.Row(deltas, output))}");
            return;
        }

        to.Paragraph($@"Back propagation has the whole layer at once, $\Delta W_{{{layer}}} = -\eta {delta} {x}^{{\mathsf T}}$. Ours is row {output}, column {input}: the entry in the box.");
        to.Display($@"{delta}^{{\mathsf T}} = {MathSymbols.Matrix(Grid.Row(deltas, output))}");
        to.Display($@"{x}^{{\mathsf T}} = {MathSymbols.Matrix(Grid.Row(inputs, input))}");
        to.Display($@"{delta} {x}^{{\mathsf T}} = {MathSymbols.Matrix(Grid.Of(deltas.Count, inputs.Count, (r, c) => deltas[r] * inputs[c], (output, input)))}");
    }

    private static void Costs(Explanation explanation, IMathWriter to)
    {
        to.Section("What it costs");
        string jacobian = Wording.HasJacobian(explanation) ? " (and $2 n_N^2$ for the Jacobian)" : "";
        string norm = Wording.HasMixingNorm(explanation) ? ", and $2 n_m^2$ for a layer norm" : "";
        norm += Wording.HasPeriodicInput(explanation) ? ", and $2 n_1$ for each entry of $x_0$ that a frequency or a phase moves" : "";
        to.Paragraph(@"Multiplications and additions of the products with matrices: $\sum 2 n_m n_{m-1}$ for the forward pass; $n_{\ell+1}$ for the column, $2 n_m n_{m-1}$ for each matrix "
            + $@"behind it and $2 n_N$ to close it for a tangent{jacobian}{norm}; $\sum 2 n_m n_{{m-1}}$ for the $\delta$ and $\sum n_m n_{{m-1}}$ for the $\delta x^{{\mathsf T}}$ of back propagation{jacobian}.");
        to.Table([["", "this parameter", $"all {Wording.Count(explanation.Network.ParameterCount)}"], .. Wording.Costs(explanation).Select(cost => new[] { cost.Way, cost.One, cost.All })]);
        to.Paragraph($"For all parameters the recursion costs {Wording.Ratio(explanation)} times as much.");
    }

    private static string Capital(string sentence) => char.ToUpperInvariant(sentence[0]) + sentence[1..];
}
