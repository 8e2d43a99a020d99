namespace Backprop.Derivations.Formats;

/// <summary>Formulas in LaTeX, as LaTeX itself and GitHub's Markdown read them.</summary>
internal static class MathSymbols
{
    /// <summary>A factor as it stands in the product: the first as a row vector, slopes on a diagonal.</summary>
    public static string Factor(Explanation explanation, DerivativeFactor factor) => factor.Role switch
    {
        "loss_gradient" => @"(\nabla_y L)^{\mathsf T}",
        "delta" => $@"\delta_{{{factor.Layer}}}^{{\mathsf T}}",
        "diagonal" => $@"\mathrm{{diag}}({Value(explanation, factor)})",
        _ => Value(explanation, factor),
    };

    /// <summary>A factor by itself.</summary>
    public static string Value(Explanation explanation, DerivativeFactor factor)
    {
        (int m, int unit) = (factor.Layer, explanation.Parameter.Output);
        return factor.Role switch
        {
            "loss_gradient" => @"\nabla_y L",
            "delta" => $@"\delta_{{{m}}}",
            "diagonal" => $"f_{{{m}}}'(p_{{{m}}})",
            "jacobian" => $"J_{{{m}}}(p_{{{m}}})",
            "matrix" => $"W_{{{m}}}",
            "column" => explanation.Parameter.Layer == explanation.Network.Layers.Length ? $"e_{{{unit}}}" : $"W_{{{m}}}[{{:}},{unit}]",
            "slope" => $"f_{{{m}}}'(p_{{{m},{unit}}})",
            _ => $"x_{{{m},{explanation.Parameter.Input}}}",
        };
    }

    /// <summary>What the product is after a factor.</summary>
    public static string Product(Explanation explanation, DerivativeFactor factor)
    {
        (int layer, int output, _) = explanation.Parameter;
        return factor.Role switch
        {
            "loss_gradient" => @"(\nabla_y L)^{\mathsf T}",
            "delta" or "diagonal" or "jacobian" => $@"\delta_{{{factor.Layer}}}^{{\mathsf T}}",
            "matrix" => $@"\Bigl(\frac{{\partial L}}{{\partial x_{{{factor.Layer - 1}}}}}\Bigr)^{{\mathsf T}}",
            "column" => layer == explanation.Network.Layers.Length ? $@"\delta_{{{layer},{output}}}" : $@"\frac{{\partial L}}{{\partial x_{{{layer},{output}}}}}",
            "slope" => $@"\delta_{{{layer},{output}}}",
            _ => Derivative(explanation),
        };
    }

    /// <summary>What is sought.</summary>
    public static string Derivative(Explanation explanation) => $@"\frac{{\partial L}}{{\partial {Parameter(explanation)}}}";

    /// <summary>By what.</summary>
    public static string Parameter(Explanation explanation)
    {
        (int layer, int output, int input) = explanation.Parameter;
        return explanation.Parameter.IsBias ? $"b_{{{layer}}}[{output}]" : $"W_{{{layer}}}[{output},{input}]";
    }

    /// <summary>Six significant digits.</summary>
    public static string Number(double value)
    {
        string[] parts = Wording.Number(value).Replace("∞", @"\infty", StringComparison.Ordinal).Replace("−", "-", StringComparison.Ordinal).Replace("NaN", @"\mathrm{NaN}", StringComparison.Ordinal).Split('e');
        return parts.Length == 1 ? parts[0] : $@"{parts[0]}\mathrm{{e}}{{{parts[1]}}}";
    }

    /// <summary>A matrix; our entry stands in a box.</summary>
    public static string Matrix(Cell[][] grid)
    {
        IEnumerable<string> lines = grid.Select(line => string.Join(" & ", line.Select(cell => cell.Gap switch
        {
            Gap.Columns => @"\cdots",
            Gap.Rows => @"\vdots",
            Gap.Both => @"\ddots",
            _ => cell.IsOurs ? $@"\boxed{{{Number(cell.Value)}}}" : Number(cell.Value),
        })));
        return $"\\begin{{bmatrix}}\n{string.Join(" \\\\\n", lines)}\n\\end{{bmatrix}}";
    }
}
