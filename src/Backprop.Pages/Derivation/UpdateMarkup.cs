using System.Globalization;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Pages.Derivation;

/// <summary>One step of one parameter, and of the whole layer, with numbers.</summary>
internal static class UpdateMarkup
{
    /// <summary>A float with all its digits: two that look alike are the same bits.</summary>
    public static string Exact(double value) => ((float)value).ToString("R", CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>w, what is added to it, and w′.</summary>
    public static string Way(UpdateExplanation told)
    {
        string name = ProductMarkup.Parameter(told.Parameter);
        string moves = string.Concat(told.Terms.Where(term => term.IsMove).Select(term => $"<mtd>{MathMl.Operator("+")}</mtd><mtd>{MathMl.Row(MathMl.Operator("("), MathMl.Text(term.Formula), MathMl.Operator(")"))}</mtd>"));
        string numbers = string.Concat(told.Terms.Where(term => term.IsMove).Select(term => $"<mtd>{MathMl.Operator("+")}</mtd><mtd>{MathMl.Row(MathMl.Operator("("), MathMl.Number(term.Value), MathMl.Operator(")"))}</mtd>"));
        return MathMl.Block(
            $"<mtable class=\"product\"><mtr><mtd>{MathMl.Row(name, "<mo lspace=\"0\" rspace=\"0\">′</mo>")}</mtd><mtd>{MathMl.Operator("=")}</mtd><mtd>{name}</mtd>{moves}</mtr>" +
            $"<mtr><mtd>{MathMl.Number(told.After, 6)}</mtd><mtd>{MathMl.Operator("=")}</mtd><mtd>{MathMl.Number(told.Before, 6)}</mtd>{numbers}</mtr></mtable>");
    }

    /// <summary>What stands before a term of each row: its mean, by sample weights where rows have them.</summary>
    public static string Mean(DerivedParameter derived)
    {
        const string Sum = "<munder><mo>∑</mo><mi>r</mi></munder>";
        string weight = MathMl.Sub(MathMl.Name("w"), MathMl.Name("r"));
        return derived.Rows.SampleWeights is null
            ? MathMl.Row(MathMl.Fraction(MathMl.Index(1), MathMl.Index(derived.RowNumbers.Length)), Sum)
            : MathMl.Row(MathMl.Fraction(MathMl.Index(1), MathMl.Row(Sum, weight)), Sum, weight);
    }

    /// <summary>−η δ xᵀ, or its mean, of the layer that a weight or a bias is in, its own place in a box; null for what else a layer has learned.</summary>
    public static string? Layer(DerivedParameter derived, double learningRate)
    {
        ParameterName parameter = derived.Parameter;
        if (!parameter.IsWeight && !parameter.IsBias)
        {
            return null;
        }

        int l = parameter.Layer, of = parameter.Output;
        DenseLayer<double> layer = derived.Network.Layers[l - 1];
        string layerIndex = MathMl.Index(l), below = MathMl.Index(l - 1), times = MathMl.Operator("·");
        string rate = MathMl.Row(MathMl.Operator("−"), MathMl.Name("η")), rateNumber = MathMl.Number(-learningRate);
        string delta = MathMl.Sub(MathMl.Name("δ"), layerIndex), x = parameter.IsBias ? "" : $"<msubsup>{MathMl.Name("x")}<mrow>{below}</mrow><mtext>T</mtext></msubsup>";
        bool isMean = derived.RowNumbers.Length > 1;
        string mean = isMean ? Mean(derived) : "";
        string changed = MathMl.Row("<mi>Δ</mi>", MathMl.Sub(MathMl.Name(parameter.IsBias ? "b" : "W"), layerIndex));
        double[] gradient = parameter.IsBias ? derived.Gradient.BiasGradients(l) : derived.Gradient.WeightGradients(l);
        int columns = parameter.IsBias ? 1 : layer.Inputs, column = parameter.IsBias ? 0 : parameter.Input;
        string Matrix(double[] values) => MathMl.Matrix(values, layer.Outputs, columns, of, column, isBoxed: true);
        string parts = isMean ? MathMl.Row(rateNumber, times, Matrix(gradient))
            : MathMl.Row(rateNumber, times, MathMl.Column(derived.Passes.Deltas[l], of), parameter.IsBias ? "" : MathMl.RowVector(derived.Passes.Activations[l - 1], column));
        return MathMl.Block(MathMl.Row(changed, MathMl.Operator("="), rate, times, mean, delta, x, MathMl.Operator("="), parts, MathMl.Operator("="), Matrix(Array.ConvertAll(gradient, g => -learningRate * g))));
    }
}
