using System.Xml.Linq;
using Backprop.Pages.Derivation;
using Backprop.Pages.Drawing;
using Backprop.Pages.Runs;

namespace Backprop.Cli.Tests.Pages;

public sealed class MathMlTests
{
    [Theory]
    [InlineData(1.5, "<mn>1.5</mn>")]
    [InlineData(-0.25, "<mrow><mo form=\"prefix\">−</mo><mn>0.25</mn></mrow>")]
    [InlineData(double.NaN, "<mi>NaN</mi>")]
    public void Numbers(double value, string expected) => Assert.Equal(expected, MathMl.Number(value));

    [Fact]
    public void Powers_of_ten() => Assert.Equal("<mrow><mo form=\"prefix\">−</mo><mn>1.234</mn><mo>×</mo><msup><mn>10</mn><mrow><mo form=\"prefix\">−</mo><mn>7</mn></mrow></msup></mrow>", MathMl.Number(-1.2341e-7));

    [Theory]
    [InlineData(6, -1, "0,1,2,3,4,5")]
    [InlineData(9, -1, "0,1,2,-1,8")]
    [InlineData(9, 5, "0,1,2,-1,5,-1,8")]
    [InlineData(9, 3, "0,1,2,3,-1,8")]
    public void Long_vectors_are_cut(int count, int marked, string shown) => Assert.Equal(shown, string.Join(',', MathMl.Shown(count, marked)));

    [Theory]
    [InlineData("", "W1[0,0]")]
    [InlineData("", "b3[1]")]
    [InlineData("?output=sigmoid&loss=squared_error", "W2[1,1]")]
    [InlineData("?loss=squared_error", "b1[2]")]
    [InlineData("?data=digits&hidden=12:relu-11:gelu", "W1[3,20]")]
    [InlineData("?hidden=6:tanh,batch_norm-6:silu,layer_norm,residual,dropout(0.1)", "W1[3,1]")]
    [InlineData("?hidden=6:tanh,batch_norm-6:silu,layer_norm,residual,dropout(0.1)", "gamma1[3]")]
    [InlineData("?hidden=6:tanh,layer_norm-6:silu,batch_norm,residual&mean=1", "beta2[5]")]
    public void Every_formula_is_well_formed(string query, string parameter)
    {
        using var bench = new Workbench(GivenFiles.None);
        bench.Open(query, train: false);
        Assert.Null(bench.Mistake);
        bench.Look(state => state with { Parameter = parameter });
        DerivedParameter derived = bench.Derived!;
        Assert.Equal(parameter, derived.Parameter.ToString());
        Assert.True(derived.Ways.RecursionResidual < 1e-12 && derived.Ways.NumericalResidual < 1e-8);
        XElement.Parse($"<p>{ProductMarkup.Product(derived.Explanation)}</p>");
        Assert.All(bench.Stages.SelectMany(stage => stage.Formulas), formula => XElement.Parse(formula));
        Assert.Equal((2 * bench.Definition!.Layers.Length) + 3, bench.Stages.Count);
        Assert.All(derived.Explanation.Factors, factor => Assert.DoesNotContain("<mtext>(I", ProductMarkup.Symbol(derived.Explanation, factor), StringComparison.Ordinal));
        Assert.All(Enumerable.Range(0, derived.Explanation.Factors.Count), n => XElement.Parse(ProductMarkup.SoFar(derived.Explanation, n)));
    }

    [Fact]
    public void A_residual_layer_is_a_formula_and_named()
    {
        using var bench = new Workbench(GivenFiles.None);
        bench.Open("?hidden=6:tanh-6:silu,layer_norm,residual", train: false);
        string product = ProductMarkup.Product(bench.Derived!.Explanation);
        Assert.Contains("<mo stretchy=\"false\">(</mo><mi>I</mi><mo>+</mo>", product, StringComparison.Ordinal);
        Assert.Contains("<msub><mi>J</mi><mrow><mn>2</mn></mrow></msub>", product, StringComparison.Ordinal);
        Assert.Contains(bench.Stages, stage => stage.Title == "Forward through layer 2, with layer_norm, residual");
        Assert.Equal("layer_norm, residual", new Backprop.Pages.Drawing.NetworkDrawing(bench.Definition!).Parts(bench.Definition!.Layers[1]));
    }

    [Fact]
    public void What_a_norm_has_learned_can_be_picked()
    {
        using var bench = new Workbench(GivenFiles.None);
        bench.Open("?hidden=6:tanh,layer_norm-5:silu,batch_norm-4:tanh", train: false);
        bench.Pick(ParameterPick.OfNorm(Backprop.Networks.ParameterName.Parse("W1[5,1]", bench.Definition!), "gamma", bench.Definition!));
        Assert.Equal("gamma1[5]", bench.Derived!.Parameter.ToString());
        Assert.Equal("gamma2[4]", ParameterPick.Layer(bench.Parameter, 2, bench.Definition!).ToString());
        Assert.Equal("b3[3]", ParameterPick.Layer(bench.Parameter, 3, bench.Definition!).ToString());
        Assert.False(ParameterPick.HasNorm(new(3, 0), bench.Definition!));
    }

    [Fact]
    public void What_is_picked_is_never_under_the_dots()
    {
        using var bench = new Workbench(GivenFiles.None);
        bench.Open("?hidden=40:tanh-30:tanh&parameter=W2%5B17,29%5D&row=3", train: false);
        PassStage[] stages = [.. bench.Stages];
        void Shows(int layer, bool isBackward, double value) =>
            Assert.Contains($"<mtd class=\"marked\">{MathMl.Number(value, 3)}</mtd>", string.Concat(stages.Single(stage => stage.Layer == layer && stage.IsBackward == isBackward && stage.Title.Contains("through", StringComparison.Ordinal)).Formulas), StringComparison.Ordinal);
        SamplePasses passes = bench.Derived!.Passes;
        Shows(1, false, passes.Activations[1][29]);
        Shows(2, false, passes.Activations[2][17]);
        Shows(2, true, passes.Deltas[2][17]);
        string layer = UpdateMarkup.Layer(bench.Derived, 0.5)!;
        XElement.Parse(layer);
        Assert.Contains($"<mtd class=\"boxed\">{MathMl.Number(-0.5 * bench.Derived.Gradient.WeightGradients(2)[(17 * 40) + 29], 3)}</mtd>", layer, StringComparison.Ordinal);
        Assert.Equal(2, layer.Split("class=\"marked\"").Length - 1); // δ's entry and x's
    }

    [Fact]
    public void The_unit_that_is_picked_out_of_many_shows_its_1()
    {
        using var bench = new Workbench(GivenFiles.None);
        bench.Open("?hidden=40:tanh,layer_norm-6:tanh&parameter=W1%5B17,1%5D&row=3", train: false);
        var explanation = bench.Derived!.Explanation;
        Assert.Contains("<mtd class=\"marked\"><mn>1</mn></mtd>", ProductMarkup.Numbers(explanation, explanation.Factors.Single(factor => factor is { Role: "column", Layer: 1 })), StringComparison.Ordinal);
        double slope = explanation.Factors.Single(factor => factor is { Role: "diagonal", Layer: 1 }).Values[17];
        Assert.Contains($"<mtd class=\"marked\">{MathMl.Number(slope, 3)}</mtd>", ProductMarkup.Product(explanation), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_two_losses_it_is_said_whose_each_is()
    {
        using var bench = new Workbench(GivenFiles.None);
        bench.Open("?mean=1", train: false);
        int row = bench.Derived!.Passes.Row;
        Assert.Contains($"<mtext>row {row}</mtext>", ProductMarkup.Product(bench.Derived.Explanation, row), StringComparison.Ordinal);
        Assert.DoesNotContain("<mtext>row", ProductMarkup.Product(bench.Derived.Explanation), StringComparison.Ordinal);
    }

    [Fact]
    public void A_factor_lights_its_edges_and_units()
    {
        using var bench = new Workbench(GivenFiles.None);
        bench.Open("?row=3&parameter=W1%5B2,1%5D", train: false);
        var explanation = bench.Derived!.Explanation;
        Assert.Equal(
            [".unit.l3", ".edge.w3,.map.w3", ".unit.l2", ".edge.w2.f2,.map.w2", ".unit.l1.n2", ".unit.l0.n1"],
            explanation.Factors.Select(factor => ProductMarkup.Lights(explanation, factor)));
    }

    [Theory]
    [InlineData(new[] { 4.0, 0.5, 0 }, true)]
    [InlineData(new[] { 4.0, 0.5, -1 }, false)]
    [InlineData(new[] { 0.0, 0, 0 }, false)]
    public void A_loss_of_0_leaves_the_axis_logarithmic(double[] losses, bool isLogarithmic)
    {
        PlotScale scale = PlotScale.Of(losses, logarithmic: true)!;
        double middle = scale.At(Math.Sqrt(4 * 0.5));
        Assert.Equal(isLogarithmic, Math.Abs(middle - 0.5) < 1e-12);
        Assert.InRange(scale.At(losses[^1]), 0, 1);
    }

    [Fact]
    public async Task The_tangent_touches_the_loss()
    {
        using var bench = new Workbench(GivenFiles.None);
        bench.Open("?mean=1&parameter=W3%5B0,2%5D", train: false);
        Nudge nudge = await bench.Derived!.Nudge();
        Assert.Equal(bench.Derived.Ways.Loss, nudge.Here, 1e-12);
        Assert.Equal(nudge.Derivative, (nudge.Loss(0.025) - nudge.Loss(-0.025)) / 0.05, 1e-3);
    }

    [Theory]
    [InlineData(new[] { 0.352, 0.353, 0.354 }, "0.352,0.353,0.354")]
    [InlineData(new[] { 0.1, 1.0, 10.0 }, "0.1,1,10")]
    [InlineData(new[] { -0.5, 0, 0.5 }, "−0.5,0,0.5")]
    public void Axes_tell_neighbours_apart(double[] values, string labels) => Assert.Equal(labels, string.Join(',', Figures.Axis(values)));
}
