using System.Globalization;
using Backprop.Derivations;
using Backprop.Derivations.Formats;
using Backprop.Layers;
using Backprop.Networks;

namespace Backprop.Pages.Derivation;

/// <summary>The unrolled product of an explanation as MathML: every symbol over its numbers.</summary>
internal static class ProductMarkup
{
    /// <summary>∂L/∂parameter.</summary>
    public static string Derivative(ParameterName parameter) => MathMl.Fraction(
        MathMl.Row(MathMl.Operator("∂"), MathMl.Name("L")), MathMl.Row(MathMl.Operator("∂"), Parameter(parameter)));

    /// <summary>W with its layer below and its place in brackets.</summary>
    public static string Parameter(ParameterName parameter)
    {
        string kind = MathMl.Name(parameter.Kind switch { "gamma" => "γ", "beta" => "β", var other => other });
        string[] places = parameter.ToString().Split('[', ']')[1].Split(',');
        return MathMl.Row(
            parameter.Layer == 0 ? kind : MathMl.Sub(kind, MathMl.Index(parameter.Layer)), MathMl.Operator("["),
            string.Join(MathMl.Operator(","), places.Select(place => MathMl.Index(int.Parse(place, CultureInfo.InvariantCulture)))), MathMl.Operator("]"));
    }

    /// <summary>The whole product: a line of symbols, and under each its numbers.</summary>
    public static string Product(Explanation explanation)
    {
        var symbols = new List<string> { $"<mtd>{Derivative(explanation.Parameter)}</mtd>" };
        var numbers = new List<string> { $"<mtd>{MathMl.Number(explanation.Derivative, 6)}</mtd>" };
        for (int n = 0; n < explanation.Factors.Count; n++)
        {
            string sign = n == 0 ? MathMl.Operator("=") : MathMl.Operator("·");
            symbols.Add($"<mtd>{sign}</mtd><mtd>{Symbol(explanation, explanation.Factors[n])}</mtd>");
            numbers.Add($"<mtd>{sign}</mtd><mtd>{Numbers(explanation, explanation.Factors[n])}</mtd>");
        }

        return MathMl.Block($"<mtable class=\"product\"><mtr>{string.Concat(symbols)}</mtr><mtr>{string.Concat(numbers)}</mtr></mtable>");
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

    /// <summary>A factor's numbers.</summary>
    public static string Numbers(Explanation explanation, DerivativeFactor factor) => factor.Role switch
    {
        "loss_gradient" or "delta" => MathMl.RowVector(factor.Values),
        "diagonal" => MathMl.Diagonal(factor.Values),
        "jacobian" => MathMl.Matrix(factor.Values, factor.Shape[0], factor.Shape[1], -1, -1),
        "matrix" => MathMl.Matrix(factor.Values, factor.Shape[0], factor.Shape[1], -1, -1),
        "column" => MathMl.Column(factor.Values),
        _ => MathMl.Number(factor.Values[0]),
    };

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
