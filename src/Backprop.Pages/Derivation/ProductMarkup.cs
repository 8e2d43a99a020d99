using System.Globalization;
using Backprop.Derivations;
using Backprop.Derivations.Formats;
using Backprop.Layers;
using Backprop.Networks;

namespace Backprop.Pages.Derivation;

/// <summary>The unrolled product of an explanation as MathML: every symbol over its numbers.</summary>
internal static class ProductMarkup
{
    /// <summary>∂L/∂parameter, of a row's loss where that must be told from a mean.</summary>
    public static string Derivative(ParameterName parameter, int? row = null) => MathMl.Fraction(
        MathMl.Row(MathMl.Operator("∂"), row is { } number ? MathMl.Sub(MathMl.Name("L"), MathMl.Text($"row {number}")) : MathMl.Name("L")), MathMl.Row(MathMl.Operator("∂"), Parameter(parameter)));

    /// <summary>W with its layer below and its place in brackets.</summary>
    public static string Parameter(ParameterName parameter)
    {
        string kind = MathMl.Name(parameter.Kind switch { "gamma" => "γ", "beta" => "β", var other => other });
        string[] places = parameter.ToString().Split('[', ']')[1].Split(',');
        return MathMl.Row(
            parameter.Layer == 0 ? kind : MathMl.Sub(kind, MathMl.Index(parameter.Layer)), MathMl.Operator("["),
            string.Join(MathMl.Operator(","), places.Select(place => MathMl.Index(int.Parse(place, CultureInfo.InvariantCulture)))), MathMl.Operator("]"));
    }

    /// <summary>The whole product, factor by factor, so that it can go on in the next line: symbols over numbers.</summary>
    /// <param name="explanation">The product.</param>
    /// <param name="row">The row it is of, where that must be said; null: it is the only one there is.</param>
    public static string Product(Explanation explanation, int? row = null)
    {
        static string Piece(string? lights, string sign, string symbol, string numbers)
        {
            string signs = sign.Length == 0 ? "" : $"<mtd>{MathMl.Operator(sign)}</mtd>";
            return $"<span class=\"factor\"{(lights is null ? "" : $" data-lights=\"{lights}\"")}><math displaystyle=\"true\"><mtable class=\"product\" displaystyle=\"true\"><mtr>{signs}<mtd>{symbol}</mtd></mtr><mtr>{signs}<mtd>{numbers}</mtd></mtr></mtable></math></span>";
        }

        return Piece(".edge.picked", "", Derivative(explanation.Parameter, row), MathMl.Number(explanation.Derivative, 6)) + string.Concat(explanation.Factors.Select((factor, n) =>
            Piece(Lights(explanation, factor), n == 0 ? "=" : "·", Symbol(explanation, factor), Numbers(explanation, factor))));
    }

    /// <summary>What of the drawing a factor is, as a style sheet selects it: the edges of W, the units of anything else.</summary>
    public static string Lights(Explanation explanation, DerivativeFactor factor)
    {
        ParameterName parameter = explanation.Parameter;
        string layer = $".l{factor.Layer}", maps = $",.map.w{factor.Layer}";
        return factor.Role switch
        {
            "matrix" => $".edge.w{factor.Layer}{maps}",
            "column" when !Wording.PicksUnit(explanation, factor) => $".edge.w{factor.Layer}.f{parameter.Output}{maps}",
            "column" or "slope" => $".unit{layer}.n{parameter.Output}",
            "loss_gradient" => $".unit.l{explanation.Network.Layers.Length}",
            "delta" or "diagonal" or "jacobian" => $".unit{layer}",
            _ => $".unit{layer}.n{(factor.Part is not null || parameter.Input < 0 ? parameter.Output : parameter.Input)}",
        };
    }

    /// <summary>A factor as the product has it.</summary>
    public static string Symbol(Explanation explanation, DerivativeFactor factor)
    {
        string layer = MathMl.Index(factor.Layer);
        int unit = explanation.Parameter.Output;
        return factor.Role switch
        {
            "column" when factor.Part is not null && !Wording.PicksUnit(explanation, factor) => MathMl.Row(PastAndThrough(explanation, factor.Layer), Column(unit)),
            "matrix" when factor.Part is not null => PastAndThrough(explanation, factor.Layer),
            "diagonal" or "jacobian" when factor.Part is { } norm => Norm(norm, factor.Layer),
            "input" when factor.Part is not null => MathMl.Sub(MathMl.Name("u"), layer + MathMl.Operator(",") + MathMl.Index(unit)),
            "loss_gradient" => MathMl.Sup(MathMl.Row(MathMl.Operator("("), MathMl.Sub(MathMl.Operator("∇"), MathMl.Name("y")), MathMl.Name("L"), MathMl.Operator(")")), MathMl.Text("T")),
            "delta" => $"<msubsup>{MathMl.Name("δ")}<mrow>{layer}</mrow><mtext>T</mtext></msubsup>",
            "diagonal" => Slopes(factor.Layer),
            "jacobian" => MathMl.Row(MathMl.Sub(MathMl.Name("J"), layer), MathMl.Operator("("), MathMl.Sub(MathMl.Name("p"), layer), MathMl.Operator(")")),
            "matrix" => MathMl.Sub(MathMl.Name("W"), layer),
            "column" when Wording.PicksUnit(explanation, factor) => MathMl.Sub(MathMl.Name("e"), MathMl.Index(unit)),
            "column" => MathMl.Row(MathMl.Sub(MathMl.Name("W"), layer), Column(unit)),
            "slope" => Slope(factor.Layer, MathMl.Sub(MathMl.Name("p"), layer + MathMl.Operator(",") + MathMl.Index(unit))),
            _ => MathMl.Sub(MathMl.Name("x"), layer + MathMl.Operator(",") + MathMl.Index(explanation.Parameter.Input)),
        };
    }

    /// <summary>I + D J W of a residual layer.</summary>
    private static string PastAndThrough(Explanation explanation, int layer)
    {
        LayerPart? norm = explanation.Network.Layers[layer - 1].Parts.FirstOrDefault(part => part is LayerNorm or BatchNorm);
        return MathMl.Row(
            MathMl.Operator("("), MathMl.Name("I"), MathMl.Operator("+"), Slopes(layer), norm is null ? "" : Norm(norm, layer),
            MathMl.Sub(MathMl.Name("W"), MathMl.Index(layer)), MathMl.Operator(")"));
    }

    /// <summary>diag f′ of a layer.</summary>
    private static string Slopes(int layer) => Diagonal(Slope(layer, MathMl.Sub(MathMl.Name("p"), MathMl.Index(layer))));

    /// <summary>∂p/∂q of a norm.</summary>
    private static string Norm(LayerPart norm, int layer)
    {
        string Of(string name) => MathMl.Sub(MathMl.Name(name), MathMl.Index(layer));
        return norm is BatchNorm
            ? Diagonal(MathMl.Fraction(Of("γ"), $"<msqrt>{MathMl.Row(Of("var"), MathMl.Operator("+"), MathMl.Name("ε"))}</msqrt>"))
            : MathMl.Row(Of("J"), MathMl.Operator("("), Of("q"), MathMl.Operator(")"));
    }

    private static string Diagonal(string of) => MathMl.Row(MathMl.Text("diag"), "<mspace width=\"0.25em\"/>", of);

    private static string Column(int unit) => MathMl.Row(MathMl.Operator("["), MathMl.Operator(":"), MathMl.Operator(","), MathMl.Index(unit), MathMl.Operator("]"));

    /// <summary>A factor's numbers. What the picked unit has of them is not cut away.</summary>
    public static string Numbers(Explanation explanation, DerivativeFactor factor)
    {
        (int own, int unit, _) = explanation.Parameter;
        int atOwn = factor.Layer == own && own > 0 ? unit : -1, fromOwn = factor.Layer == own + 1 && own > 0 ? unit : atOwn;
        return factor.Role switch
        {
            "loss_gradient" or "delta" => MathMl.RowVector(factor.Values, atOwn),
            "diagonal" => MathMl.Diagonal(factor.Values, atOwn),
            "jacobian" => MathMl.Matrix(factor.Values, factor.Shape[0], factor.Shape[1], -1, atOwn),
            "matrix" => MathMl.Matrix(factor.Values, factor.Shape[0], factor.Shape[1], -1, fromOwn),
            "column" => MathMl.Column(factor.Values, atOwn),
            _ => MathMl.Number(factor.Values[0]),
        };
    }

    /// <summary>The product up to a factor, counted from 0: what it is, and its numbers.</summary>
    public static string SoFar(Explanation explanation, int index)
    {
        DerivativeFactor factor = explanation.Factors[index];
        double[] product = explanation.PartialProducts[index];
        int layer = explanation.Parameter.Layer, unit = explanation.Parameter.Output;
        string ours = MathMl.Index(layer) + MathMl.Operator(",") + MathMl.Index(unit);
        string By(string name, string index) => MathMl.Fraction(MathMl.Row(MathMl.Operator("∂"), MathMl.Name("L")), MathMl.Row(MathMl.Operator("∂"), MathMl.Sub(MathMl.Name(name), index)));
        string of = Wording.After(explanation, factor) switch
        {
            Quantity.LossGradient => Symbol(explanation, factor),
            Quantity.Delta when factor.LeavesRow => $"<msubsup>{MathMl.Name("δ")}<mrow>{MathMl.Index(factor.Layer)}</mrow><mtext>T</mtext></msubsup>",
            Quantity.Delta => MathMl.Sub(MathMl.Name("δ"), ours),
            Quantity.PreActivation => By("p", factor.LeavesRow ? MathMl.Index(factor.Layer) : ours),
            Quantity.Activation => By("x", factor.LeavesRow ? MathMl.Index(factor.Layer - 1) : ours),
            _ => Derivative(explanation.Parameter),
        };
        return MathMl.Row(of, MathMl.Operator("="), factor.LeavesRow ? MathMl.RowVector(product) : MathMl.Number(product[0], 6));
    }

    /// <summary>What a factor is, in words.</summary>
    public static string Meaning(Explanation explanation, DerivativeFactor factor) => Wording.Meaning(explanation, factor);

    private static string Slope(int layer, string at) => MathMl.Row(MathMl.Slope(layer), MathMl.Operator("("), at, MathMl.Operator(")"));
}
