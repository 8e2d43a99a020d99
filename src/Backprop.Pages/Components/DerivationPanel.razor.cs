using Backprop.Derivations;
using Backprop.Pages.Derivation;

namespace Backprop.Pages.Components;

/// <summary>One derivative, with every factor to be read.</summary>
public partial class DerivationPanel
{
    private static string FactorLine(Explanation explanation, int n)
    {
        DerivativeFactor factor = explanation.Factors[n];
        string own = MathMl.Row(ProductMarkup.Symbol(explanation, factor), MathMl.Operator("="), ProductMarkup.Numbers(explanation, factor));
        return n == 0
            ? MathMl.Block(own)
            : MathMl.Block(MathMl.Row(own, "<mspace width=\"1.5em\"/>", MathMl.Text("so far"), "<mspace width=\"0.5em\"/>", ProductMarkup.SoFar(explanation, n)));
    }

    private static string BatchMean(DerivedParameter derived)
    {
        string derivative = ProductMarkup.Derivative(derived.Parameter), count = MathMl.Index(derived.RowNumbers.Length);
        string ofRow = MathMl.Fraction(
            MathMl.Row(MathMl.Operator("∂"), MathMl.Sub(MathMl.Name("L"), MathMl.Name("r"))), MathMl.Row(MathMl.Operator("∂"), ProductMarkup.Parameter(derived.Parameter)));
        return MathMl.Block(MathMl.Row(
            derivative, MathMl.Operator("="), MathMl.Fraction(MathMl.Index(1), count), $"<munder><mo>∑</mo><mi>r</mi></munder>", ofRow,
            MathMl.Operator("="), MathMl.Number(derived.Ways.Recursion, 6), MathMl.Text("; the product above is that of the first row")));
    }
}
