using Backprop.Pages.Derivation;

namespace Backprop.Pages.Components;

/// <summary>One derivative as a product.</summary>
public partial class DerivationPanel
{
    private static string BatchMean(DerivedParameter derived)
    {
        string derivative = ProductMarkup.Derivative(derived.Parameter);
        string ofRow = MathMl.Fraction(
            MathMl.Row(MathMl.Operator("∂"), MathMl.Sub(MathMl.Name("L"), MathMl.Name("r"))), MathMl.Row(MathMl.Operator("∂"), ProductMarkup.Parameter(derived.Parameter)));
        return MathMl.Block(MathMl.Row(
            derivative, MathMl.Operator("="), UpdateMarkup.Mean(derived), ofRow,
            MathMl.Operator("="), MathMl.Number(derived.Derivative, 6), MathMl.Text($"; the product above is that of row {derived.Passes.Row}{(derived.Rows.SampleWeights is { } weights ? $"; w are the sample weights, of these rows {weights.Sum():G5} in all" : "")}")));
    }
}
