using Backprop.Layers;
using Backprop.Networks;

namespace Backprop.Pages.Derivation;

/// <summary>One stage of the way of a row: forward through a layer, the loss, backward through a layer, the parameter's derivative.</summary>
/// <param name="Title">What happens.</param>
/// <param name="Layer">The layer it happens in; 0 is the input.</param>
/// <param name="IsBackward">Whether it belongs to the backward pass.</param>
/// <param name="Formulas">MathML, line by line.</param>
internal sealed record PassStage(string Title, int Layer, bool IsBackward, IReadOnlyList<string> Formulas)
{
    /// <summary>Whether it is the loss, where the way turns.</summary>
    public bool IsLoss { get; private init; }

    /// <summary>All stages in their order.</summary>
    public static IReadOnlyList<PassStage> Of(NetworkDefinition network, SamplePasses passes, ParameterName parameter, double derivative)
    {
        int last = network.Layers.Length;
        // the picked unit stays where others are cut: below the parameter its input, in its layer its output
        string Column(double[] values, int layer) => MathMl.Column(values, Marked(parameter, layer));
        var stages = new List<PassStage> { new($"The input, row {passes.Row}", 0, false, [Line(Symbol("x", 0), Column(passes.Activations[0], 0))]) };
        for (int l = 1; l <= last; l++)
        {
            string activation = network.Layers[l - 1].Activation.ToString();
            LayerPart? norm = NormOf(network, l);
            string past = IsResidual(network, l) ? Symbol("x", l - 1) + MathMl.Operator("+") : "";
            List<string> formulas = [Line(Symbol(norm is null ? "p" : "q", l), MathMl.Row(Symbol("W", l), Symbol("x", l - 1), MathMl.Operator("+"), Symbol("b", l)), Column(passes.Products[l], l))];
            if (norm is not null)
            {
                formulas.Add(Line(Symbol("p", l), MathMl.Row(MathMl.Text(norm.Name), MathMl.Operator("("), Symbol("q", l), MathMl.Operator(")")), Column(passes.PreActivations[l], l)));
            }

            formulas.Add(Line(Symbol("x", l), MathMl.Row(past, MathMl.Text(activation), MathMl.Operator("("), Symbol("p", l), MathMl.Operator(")")), Column(passes.Activations[l], l)));
            stages.Add(new($"Forward through layer {l}{Parts(network, l)}", l, false, formulas));
        }

        stages.Add(new($"The loss, {network.Loss}", last, false, [Line(MathMl.Name("L"), MathMl.Number(passes.Loss, 6))]) { IsLoss = true });
        for (int l = last; l >= 1; l--)
        {
            stages.Add(new($"Backward through layer {l}{Parts(network, l)}", l, true, Backward(network, passes, l, Marked(parameter, l))));
        }

        if (!parameter.IsWeight && !parameter.IsBias)
        {
            stages.Add(new($"The derivative by {parameter}", parameter.Layer, true, [Line(ProductMarkup.Derivative(parameter), MathMl.Number(derivative, 6))]));
            return stages;
        }

        double delta = passes.Deltas[parameter.Layer][parameter.Output];
        string deltaSymbol = MathMl.Sub(MathMl.Name("δ"), MathMl.Index(parameter.Layer) + MathMl.Operator(",") + MathMl.Index(parameter.Output));
        string product = parameter.IsBias ? deltaSymbol
            : MathMl.Row(deltaSymbol, MathMl.Operator("·"), MathMl.Sub(MathMl.Name("x"), MathMl.Index(parameter.Layer - 1) + MathMl.Operator(",") + MathMl.Index(parameter.Input)));
        string numbers = parameter.IsBias ? MathMl.Number(delta)
            : MathMl.Row(MathMl.Number(delta), MathMl.Operator("·"), MathMl.Number(passes.Activations[parameter.Layer - 1][parameter.Input]));
        stages.Add(new($"The derivative by {parameter}", parameter.Layer, true, [Line(ProductMarkup.Derivative(parameter), product, numbers, MathMl.Number(derivative, 6))]));
        return stages;
    }

    private static int Marked(ParameterName parameter, int layer) => layer == parameter.Layer ? parameter.Output : layer == parameter.Layer - 1 ? parameter.Input : -1;

    /// <summary>What a layer has beside its activation.</summary>
    private static string Parts(NetworkDefinition network, int layer) =>
        network.Layers[layer - 1].Parts is { IsEmpty: false } parts ? $", with {string.Join(", ", parts)}" : "";

    private static LayerPart? NormOf(NetworkDefinition network, int layer) => network.Layers[layer - 1].Parts.FirstOrDefault(part => part is LayerNorm or BatchNorm);

    private static bool IsResidual(NetworkDefinition network, int layer) => network.Layers[layer - 1].Parts.Any(part => part is Residual);

    private static string[] Backward(NetworkDefinition network, SamplePasses passes, int l, int marked)
    {
        string slope = MathMl.Row(MathMl.Slope(l), MathMl.Operator("("), Symbol("p", l), MathMl.Operator(")"));
        bool isLast = l == network.Layers.Length;
        string upstream = isLast
            ? MathMl.Row(MathMl.Sub(MathMl.Operator("∇"), MathMl.Name("y")), MathMl.Name("L"))
            : IsResidual(network, l) || IsResidual(network, l + 1)
            ? MathMl.Fraction(MathMl.Row(MathMl.Operator("∂"), MathMl.Name("L")), MathMl.Row(MathMl.Operator("∂"), Symbol("x", l)))
            : MathMl.Row(MathMl.Operator("("), $"<msubsup>{MathMl.Name("W")}<mrow>{MathMl.Index(l + 1)}</mrow><mtext>T</mtext></msubsup>", Symbol("δ", l + 1), MathMl.Operator(")"));
        (string norm, string end) = NormOf(network, l) is null ? ("", "") : (MathMl.Row(
            MathMl.Sup(MathMl.Row(MathMl.Operator("("), MathMl.Fraction(MathMl.Row(MathMl.Operator("∂"), Symbol("p", l)), MathMl.Row(MathMl.Operator("∂"), Symbol("q", l))), MathMl.Operator(")")), MathMl.Text("T")), MathMl.Operator("(")), MathMl.Operator(")"));
        string delta = Line(
            Symbol("δ", l),
            passes.Slopes[l].Length == 0
                ? MathMl.Row(MathMl.Sup(MathMl.Sub(MathMl.Name("J"), MathMl.Index(l)), MathMl.Text("T")), upstream)
                : MathMl.Row(norm, slope, MathMl.Operator("∘"), upstream, end),
            MathMl.Column(passes.Deltas[l], marked));
        string gradient = MathMl.Block(MathMl.Row(
            MathMl.Fraction(MathMl.Row(MathMl.Operator("∂"), MathMl.Name("L")), MathMl.Row(MathMl.Operator("∂"), Symbol("W", l))),
            MathMl.Operator("="), Symbol("δ", l), $"<msubsup>{MathMl.Name("x")}<mrow>{MathMl.Index(l - 1)}</mrow><mtext>T</mtext></msubsup>", MathMl.Operator(","),
            "<mspace width=\"1em\"/>",
            MathMl.Fraction(MathMl.Row(MathMl.Operator("∂"), MathMl.Name("L")), MathMl.Row(MathMl.Operator("∂"), Symbol("b", l))), MathMl.Operator("="), Symbol("δ", l)));
        return passes.Slopes[l].Length == 0 ? [delta, gradient] : [Line(slope, MathMl.Column(passes.Slopes[l], marked)), delta, gradient];
    }

    private static string Symbol(string name, int layer) => MathMl.Sub(MathMl.Name(name), MathMl.Index(layer));

    private static string Line(params string[] parts) => MathMl.Block(MathMl.Row(string.Join(MathMl.Operator("="), parts)));
}
