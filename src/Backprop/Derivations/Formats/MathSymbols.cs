using Backprop.Networks;

namespace Backprop.Derivations.Formats;

/// <summary>Formulas in LaTeX, as LaTeX itself and GitHub's Markdown read them.</summary>
internal static class MathSymbols
{
    /// <summary>A factor as it stands in the product: the first as a row vector, slopes on a diagonal.</summary>
    public static string Factor(Explanation explanation, DerivativeFactor factor) => factor.Role switch
    {
        "loss_gradient" or "delta" when factor.Batch is not null => Value(explanation, factor),
        "loss_gradient" => @"(\nabla_y L)^{\mathsf T}",
        "delta" => $@"\delta_{{{factor.Layer}}}^{{\mathsf T}}",
        "diagonal" => $@"\mathrm{{diag}}({Value(explanation, factor)})",
        _ => Value(explanation, factor),
    };

    /// <summary>A factor by itself.</summary>
    public static string Value(Explanation explanation, DerivativeFactor factor)
    {
        (int m, int unit) = (factor.Layer, explanation.Parameter.Output);
        return factor.Latex ?? factor.Role switch
        {
            "column" when m == 0 && factor.Batch is not null => $@"\frac{{\partial X_0}}{{\partial {Parameter(explanation)}}}",
            "loss_gradient" => @"\nabla_y L",
            "delta" => $@"\delta_{{{m}}}",
            "diagonal" or "jacobian" when factor.Part is { } norm => norm.JacobianSymbol(m).Latex,
            "diagonal" => $"f_{{{m}}}'(p_{{{m}}})",
            "jacobian" => $"J_{{{m}}}(p_{{{m}}})",
            "matrix" => Matrix(explanation, factor),
            "column" when m == 0 => $@"\frac{{\partial x_0}}{{\partial {Parameter(explanation)}}}",
            "column" => Wording.PicksUnit(explanation, factor) ? $"e_{{{unit}}}" : $"{Matrix(explanation, factor)}[{{:}},{unit}]",
            "input" when factor.Part is { } part => part.TangentSymbol(0, m, unit)!.Value.Latex,
            "slope" => $"f_{{{m}}}'(p_{{{m},{unit}}})",
            _ => $"x_{{{m},{explanation.Parameter.Input}}}",
        };
    }

    /// <summary>W of a layer, or I + D J W where the layer is residual.</summary>
    private static string Matrix(Explanation explanation, DerivativeFactor factor)
    {
        int m = factor.Layer;
        string norm = Wording.NormOf(explanation, m) is { } part ? $@" {(part.MixesUnits ? part.JacobianSymbol(m).Latex : $@"\mathrm{{diag}}\Bigl({part.JacobianSymbol(m).Latex}\Bigr)")}" : "";
        return factor.Part is null ? $"W_{{{m}}}" : $@"\bigl(I + \mathrm{{diag}}(f_{{{m}}}'(p_{{{m}}})){norm} W_{{{m}}}\bigr)";
    }

    /// <summary>What the product is after a factor.</summary>
    public static string Product(Explanation explanation, DerivativeFactor factor)
    {
        (int layer, int output, _) = explanation.Parameter;
        string Row(string of) => $@"\Bigl(\frac{{\partial L}}{{\partial {of}}}\Bigr)^{{\mathsf T}}";
        string Entry(string of) => $@"\frac{{\partial L}}{{\partial {of}_{{{layer},{output}}}}}";
        if (explanation.Batch is not null)
        {
            string Rows(string of, int to) => $@"\frac{{\partial L}}{{\partial {of}_{{{(factor.LeavesRow ? to : layer)}}}{(factor.LeavesRow ? "" : $"[{{:}},{output}]")}}}";
            return Wording.After(explanation, factor) switch
            {
                Quantity.LossGradient => @"\nabla_Y L",
                Quantity.Delta => factor.LeavesRow ? $@"\Delta_{{{factor.Layer}}}" : $@"\Delta_{{{layer}}}[{{:}},{output}]",
                Quantity.PreActivation => Rows("P", factor.Layer),
                Quantity.Activation => Rows("X", factor.Layer - 1),
                _ => Derivative(explanation),
            };
        }

        return Wording.After(explanation, factor) switch
        {
            Quantity.LossGradient => @"(\nabla_y L)^{\mathsf T}",
            Quantity.Delta => factor.LeavesRow ? $@"\delta_{{{factor.Layer}}}^{{\mathsf T}}" : $@"\delta_{{{layer},{output}}}",
            Quantity.PreActivation => factor.LeavesRow ? Row($"p_{{{factor.Layer}}}") : Entry("p"),
            Quantity.Activation => factor.LeavesRow ? Row($"x_{{{factor.Layer - 1}}}") : Entry("x"),
            _ => Derivative(explanation),
        };
    }

    /// <summary>What is sought.</summary>
    public static string Derivative(Explanation explanation) => $@"\frac{{\partial L}}{{\partial {Parameter(explanation)}}}";

    /// <summary>By what.</summary>
    public static string Parameter(Explanation explanation)
    {
        string name = explanation.Parameter.ToString();
        return $"{Symbol(explanation.Parameter)}{name[name.IndexOf('[', StringComparison.Ordinal)..]}";
    }

    /// <summary>The tensor that a parameter is in: <c>W_{2}</c>, <c>\gamma_{2}</c>.</summary>
    public static string Symbol(ParameterName parameter)
    {
        string kind = parameter.Kind switch
        {
            "gamma" => @"\gamma",
            "beta" => @"\beta",
            { Length: 1 } letter => letter,
            var word => $@"\mathit{{{word.Replace("_", @"\_", StringComparison.Ordinal)}}}",
        };
        return parameter.Layer == 0 ? kind : $"{kind}_{{{parameter.Layer}}}";
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
