namespace Backprop.Derivations.Formats;

/// <summary>An explanation as prose and formulas; what Markdown and LaTeX have in common.</summary>
internal static class MathExplanation
{
    /// <summary>More factors than this do not fit beside each other.</summary>
    private const int FactorsPerLine = 6, FactorsOfBatchPerLine = 3;

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
        to.Paragraph($"{Capital(Wording.Loss(explanation))} is derived by ${MathSymbols.Parameter(explanation)}$, {Wording.Place(explanation)}. "
            + $"The network is {Wording.Network(explanation)}, the loss {explanation.Network.Loss}, and $L = {MathSymbols.Number(explanation.Loss)}$.");
        to.Section("The recursion unrolled");
        IEnumerable<string> lines = explanation.Factors.Select(factor => MathSymbols.Factor(explanation, factor)).Chunk(explanation.Batch is null ? FactorsPerLine : FactorsOfBatchPerLine).Select(line => string.Join(@" \; ", line));
        to.Display($"\\begin{{aligned}}\n{MathSymbols.Derivative(explanation)} ={{}} & {string.Join(" \\\\\n& \\cdot ", lines)}\n\\end{{aligned}}");
        to.Section("Factor by factor from the left, and the product so far");
        for (int n = 0; n < explanation.Factors.Count; n++)
        {
            DerivativeFactor factor = explanation.Factors[n];
            string value = MathSymbols.Value(explanation, factor);
            to.Paragraph($"{n + 1}. ${value}${Shape(factor.Shape)}, {Wording.Meaning(explanation, factor)}.");
            string ours = Numbers(explanation, factor, to);
            if (n == 0)
            {
                to.Display(ours);
                continue;
            }

            double[] product = explanation.PartialProducts[n];
            IReadOnlyList<int> shape = factor.ShapeOf(product);
            string soFar = $@"\text{{so far }} {MathSymbols.Product(explanation, factor)}{(shape.Count == 1 && factor.Batch is not null ? @"^{\mathsf T}" : "")} = {(shape.Count > 0 ? MathSymbols.Matrix(Grid.Of(product, shape)) : MathSymbols.Number(product[0]))}";
            if (factor.Shape.Count == 0)
            {
                to.Display($@"{ours}, \qquad {soFar}");
            }
            else
            {
                if (ours.Length > 0)
                {
                    to.Display(ours);
                }

                to.Display(soFar);
            }
        }
    }

    private static string Shape(IReadOnlyList<int> shape) => shape.Count == 0 ? "" : $" $[{string.Join(@" \times ", shape)}]$";

    /// <summary>A factor and its numbers; nothing where it is several, which are displayed one after the other.</summary>
    private static string Numbers(Explanation explanation, DerivativeFactor factor, IMathWriter to)
    {
        string value = MathSymbols.Value(explanation, factor), transposed = factor.Shape.Count == 1 ? @"^{\mathsf T}" : "";
        foreach (DerivativeFactor through in factor.Through)
        {
            if (Numbers(explanation, through, to) is { Length: > 0 } one)
            {
                to.Display(one);
            }
        }

        if (factor.Through.Count > 0)
        {
            return "";
        }

        string left = $"{(transposed.Length > 0 && factor.Role != "delta" ? $"({value})" : value)}{transposed} = ";
        if (factor.Shape.Count == 0)
        {
            return left + MathSymbols.Number(factor.Values[0]);
        }

        (string Of, Cell[][] Grid)[] grids = [.. Grid.Of(factor, explanation.Parameter.Output)];
        if (grids.Length == 1 && grids[0].Of.Length == 0)
        {
            return left + MathSymbols.Matrix(grids[0].Grid);
        }

        foreach ((string of, Cell[][] grid) in grids.Where(one => one.Grid.Length > 0))
        {
            to.Display($@"\text{{{of}: }} {value} = {MathSymbols.Matrix(grid)}");
        }

        return "";
    }

    private static void CompactForm(Explanation explanation, IMathWriter to)
    {
        if (!Wording.HasCompactForm(explanation))
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
        to.Section($"What it costs{(explanation.Batch is null ? "" : " for each row")}");
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
