using System.Text.Json;
using Backprop.Activations;
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Derivations.Formats;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Tests.Oracles;

namespace Backprop.Tests;

/// <summary>One derivative as a product that a person can follow.</summary>
public class ExplanationTests
{
    /// <summary>A network of every kind of output, and the roles that its product must begin with.</summary>
    [Theory]
    [InlineData("3-4:tanh-5:gelu-2:identity", "mean_squared_error", "loss_gradient diagonal")]
    [InlineData("3-4:tanh-5:silu-2:softplus", "huber", "loss_gradient diagonal")]
    [InlineData("3-4:tanh-5:tanh-3:softmax", "cross_entropy", "delta")]
    [InlineData("3-4:tanh-5:tanh-3:log_softmax", "cross_entropy", "loss_gradient jacobian")]
    [InlineData("3-4:relu-5:leaky_relu(0.2)-2:sigmoid", "binary_cross_entropy", "delta")]
    [InlineData("3-4:tanh-5:tanh-3:softmax", "squared_error", "loss_gradient jacobian")]
    [InlineData("3-4:tanh-5:tanh-3:log_softmax", "squared_error", "loss_gradient jacobian")]
    [InlineData("2-1:tanh-1:tanh-1:tanh-1:identity", "squared_error", "loss_gradient diagonal")]
    [InlineData("1-1:sigmoid", "squared_error", "loss_gradient diagonal")]
    [InlineData("4-3:softmax", "cross_entropy", "delta")]
    [InlineData("4-3:softmax", "log_cosh", "loss_gradient jacobian")]
    public void EveryParameterOfEveryKindOfNetwork(string specification, string loss, string begin)
    {
        var network = new Network<double>(NetworkDefinition.Parse(specification, Loss.Create(loss)), Initializer.Parse("glorot_normal"), 5);
        NetworkDefinition definition = network.Definition;
        Dataset<double> data = Data(definition);
        bool fused = begin == "delta";
        foreach (ParameterName parameter in Parameters(definition))
        {
            var explanation = Explanation.Of(network, data, 1, parameter);
            int last = definition.Layers.Length, layer = parameter.Layer;
            List<string> roles = [.. begin.Split(' ')];
            for (int m = last; m > layer + 1; m--)
            {
                roles.AddRange(["matrix", "diagonal"]);
            }

            roles.Add("column");
            roles.AddRange(layer < last ? ["slope"] : []);
            roles.AddRange(parameter.IsBias ? [] : ["input"]);
            Assert.Equal(roles, explanation.Factors.Select(factor => factor.Role));
            Assert.Equal(explanation.Factors.Count, explanation.PartialProducts.Count);

            Golden.Near([explanation.Derivative], [Product(explanation.Factors)], 1e-13, $"{specification} {parameter}");
            Golden.Near([explanation.Derivative], explanation.PartialProducts[^1], 1e-13, $"{specification} {parameter}");
            Golden.Near([explanation.Derivative], [explanation.Backpropagation], 1e-12, $"{specification} {parameter}");
            double entry = explanation.Deltas[parameter.Output] * (parameter.IsBias ? 1 : explanation.Inputs[parameter.Input]);
            Golden.Near([explanation.Derivative], [entry], 1e-12, $"{specification} {parameter}");
            Assert.True(explanation.Agrees);
            Assert.Equal(explanation.NumericalLeftOut is null, explanation.Numerical is not null);
            Assert.InRange(explanation.Difference, 0, explanation.NumericalMethod == "complex step" ? 1e-12 : 1e-8);
            Assert.Equal(1, explanation.Row);
            Assert.Equal(Backpropagation.Gradient(network, data.Select([1])).Loss, explanation.Loss, 12);
            Assert.Equal(definition.Layers[layer - 1].Units, explanation.Deltas.Count);
            Assert.Equal(definition.InputsOf(layer), explanation.Inputs.Count);
            for (int n = 0; n < explanation.Factors.Count; n++)
            {
                DerivativeFactor factor = explanation.Factors[n];
                if (factor.Role is "diagonal" or "jacobian" or "delta" && factor.Layer > layer)
                {
                    // the row so far is the δ of back propagation, whatever the parameter
                    Golden.Near(Backpropagation.Gradient(network, data.Select([1])).BiasGradients(factor.Layer), explanation.PartialProducts[n], 1e-12, $"δ{factor.Layer}");
                }
            }

            RequireFormats(explanation, fused);
        }
    }

    [Fact]
    public void ABrokenBackwardPassLeavesTheRecursionRightAndIsSeen()
    {
        var network = new Network<double>(NetworkDefinition.Parse("2-3:tanh-2:tanh-2"), Initializer.Parse("glorot_normal"), 5);
        Dataset<double> data = Data(network.Definition);
        Dataset<double> row = data.Select([2]);
        foreach (ParameterName parameter in Parameters(network.Definition))
        {
            var right = Explanation.Of(network, data, 2, parameter);
            var broken = Explanation.OfOnly(network, row, 2, parameter, (net, only) =>
            {
                Gradient<double> gradient = Backpropagation.Gradient(net, only);
                foreach (ref double value in gradient.Buffer.Span)
                {
                    value += 1e-3;
                }

                return gradient;
            });
            Assert.Equal(right.Derivative, broken.Derivative);
            Assert.Equal(right.Numerical, broken.Numerical);
            Assert.True(right.Agrees);
            Assert.False(broken.Agrees);
            Assert.InRange(broken.Difference, 5e-4, 1e-3 + 1e-12);
            Assert.EndsWith("they do NOT agree\n", ExplanationText.Of(broken));
            Assert.Contains("\"agrees\":false", ExplanationJson.Of(broken));
        }
    }

    [Fact]
    public void AKinkLeavesTheNumericalDerivativeOut()
    {
        var network = new Network<double>(NetworkDefinition.Parse("1-1:relu-1"));
        network.Layers[0].SetWeight(0, 0, 1);
        network.Layers[0].SetBias(0, -1); // p = 0 for x = 1
        network.Layers[1].SetWeight(0, 0, 1);
        var data = new Dataset<double>(1, 1, [1], Targets<double>.Values([3], 1));
        var explanation = Explanation.Of(network, data, 0, new(1, 0, 0));
        Assert.Null(explanation.Numerical);
        Assert.Contains("unit 0 of layer 1 is within a step of a kink of relu", explanation.NumericalLeftOut);
        Assert.Equal((0.0, 0.0, true), (explanation.Derivative, explanation.Difference, explanation.Agrees));
        using JsonDocument json = JsonDocument.Parse(ExplanationJson.Of(explanation));
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("numerical").ValueKind);
        Assert.Contains("kink", json.RootElement.GetProperty("numerical_left_out").GetString());
        Assert.EndsWith("numerical derivative left out (unit 0 of layer 1 is within a step of a kink of relu): they agree\n", ExplanationText.Of(explanation));
    }

    [Fact]
    public void SinglePrecisionIsBackPropagationsAlone()
    {
        var exact = new Network<double>(NetworkDefinition.Parse("2-3:tanh-2"), Initializer.Parse("glorot_normal"), 5);
        Network<float> single = exact.Convert<float>();
        var data = new Dataset<float>(1, 2, [0.1f, 0.7f], Targets<float>.Values([1, 2], 2));
        var explanation = Explanation.Of(single, data, 0, new(1, 2, 0));
        Assert.True(explanation.Agrees);
        Assert.InRange(explanation.Difference, 1e-12, GradientCheck.SingleTolerance);
        Assert.InRange(GradientCheck.Difference(explanation.Derivative, explanation.Numerical!.Value), 0, 1e-14);
    }

    [Fact]
    public void ASampleWeightDoesNotCount()
    {
        var network = new Network<double>(NetworkDefinition.Parse("2-2:tanh-1"), Initializer.Parse("glorot_normal"), 5);
        Dataset<double> data = Data(network.Definition);
        Assert.Equal(Explanation.Of(network, data, 1, new(1, 0, 1)).Backpropagation, Explanation.Of(network, data.WithSampleWeights([1, 0, 7]), 1, new(1, 0, 1)).Backpropagation);
    }

    [Fact]
    public void WhatDoesNotExistIsRefused()
    {
        var network = new Network<double>(NetworkDefinition.Parse("2-3:tanh-1"));
        Dataset<double> data = Data(network.Definition);
        Assert.Contains("row 3 does not exist: the data have rows 0 to 2", Assert.Throws<DataException>(() => Explanation.Of(network, data, 3, new(1, 0, 0))).Message);
        Assert.Throws<DataException>(() => Explanation.Of(network, data, -1, new(1, 0, 0)));
        Assert.Throws<DataException>(() => Explanation.Of(network, new Dataset<double>(1, 2, [0, 0], Targets<double>.None), 0, new(1, 0, 0)));
        Assert.Contains("W3[0,0]': the network has layers 1 to 2, found 3", Assert.Throws<UsageException>(() => Explanation.Of(network, data, 0, new(3, 0, 0))).Message);
        Assert.Contains("W2[1,0]': layer 2 has unit 0 only, found 1", Assert.Throws<UsageException>(() => Explanation.Of(network, data, 0, new(2, 1, 0))).Message);
        Assert.Contains("the network has inputs 0 to 1, found 2", Assert.Throws<UsageException>(() => Explanation.Of(network, data, 0, new(1, 0, 2))).Message);
        DerivativeFactor matrix = Explanation.Of(network, data, 0, new(1, 0)).Factors.First(factor => factor.Role == "column");
        Assert.Throws<ArgumentException>(() => matrix.Times([1, 2, 3, 4, 5]));
    }

    [Theory]
    [InlineData("784-256:relu-128:relu-10:softmax", 1, 469_504, 128 + (2 * 1280) + 20, (2 * (32_768 + 1280)) + 234_752)]
    [InlineData("784-256:relu-128:relu-10:softmax", 2, 469_504, 10 + 20, (2 * (32_768 + 1280)) + 234_752)]
    [InlineData("784-256:relu-128:relu-10:softmax", 3, 469_504, 20, (2 * (32_768 + 1280)) + 234_752)]
    [InlineData("2-2:tanh-1", 1, 12, 1 + 2, (2 * 2) + 6)]
    public void OperationsAreCounted(string specification, int layer, long forward, long tangent, long backward)
    {
        var network = NetworkDefinition.Parse(specification);
        var count = OperationCounts.Of(network, layer, jacobian: false);
        Assert.Equal((forward, tangent, backward), (count.Forward, count.Tangent, count.Backward));
        long all = 0;
        for (int l = 1; l <= network.Layers.Length; l++)
        {
            all += network.Layers[l - 1].Units * (network.InputsOf(l) + 1L) * OperationCounts.Of(network, l, jacobian: false).Tangent;
        }

        Assert.Equal(all, count.AllTangents);
        Assert.Equal((forward + tangent, forward + all, forward + backward), (count.OneByRecursion, count.AllByRecursion, count.AllByBackpropagation));
        long square = 2L * network.Outputs * network.Outputs;
        var mixed = OperationCounts.Of(network, layer, jacobian: true);
        Assert.Equal((tangent + square, backward + square), (mixed.Tangent, mixed.Backward));
    }

    [Fact]
    public void TheTextOfASmallNetworkIsThis() => Assert.Equal("""
        ∂L/∂W1[0,0]: the loss of row 0 derived by one parameter,
        the weight from input 0 to unit 0 of layer 1
        network 1-1:identity-2:identity, loss squared_error, L = 30.5

        The recursion unrolled

          ∂L/∂W1[0,0] = (∇_yL)ᵀ · diag f′_2(p_2) · W_2[:,0] · f′_1(p_1,0) · x_0,0

        Factor by factor from the left, and the product so far

          1. ∇_yL [2], the gradient of squared_error with respect to the output
             [6  -5]

          2. f′_2(p_2) [2], the slopes of identity in layer 2, on a diagonal
             [1  1]
             so far δ_2ᵀ [2]
             [6  -5]

          3. W_2[:,0] [2], the column of unit 0, through which the weight acts on layer 2
             [1  -1]
             so far ∂L/∂x_1,0 = 11

          4. f′_1(p_1,0) = 1, the slope of identity at unit 0 of layer 1
             so far δ_1,0 = 11

          5. x_0,0 = 3, what the weight multiplies, input 0
             so far ∂L/∂W1[0,0] = 33

        The compact form: the whole layer at once, ΔW_1 = −η δ_1 x_0ᵀ

          δ_1 [1], written as a row; entry 0, between « », makes our row
             [«11»]
          x_0 [1], written as a row; entry 0 makes our column
             [«3»]
          ∂L/∂W_1 = δ_1 x_0ᵀ [1×1]; entry [0,0] is ours
             [«33»]

        What it costs: multiplications and additions of the products with matrices

                                               this parameter  all 6
          forward pass                                      6      6
          tangents of the recursion                         6     28
          recursion, with forward pass                     12     34
          back propagation, with forward pass              13     13

          forward pass: Σ 2 n_m n_{m−1}
          a tangent: n_{ℓ+1} + Σ 2 n_m n_{m−1} over the matrices behind + 2 n_N
          back propagation: Σ 2 n_m n_{m−1} for the δ, Σ n_m n_{m−1} for the δ xᵀ
          For all parameters the recursion costs 2.6 times as much.

        Three ways to the same number

                                      value  difference  relative
          the recursion above            33
          back propagation               33           0         0
          numerically (complex step)     33           0         0

        recursion 33, back propagation 33 (0 apart), numerical derivative 33 (0 apart): they agree

        """, ExplanationText.Of(Small(new(1, 0, 0))));

    [Fact]
    public void TheMarkdownOfASmallNetworkIsThis()
    {
        string markdown = ExplanationMarkdown.Of(Small(new(1, 0, 0)));
        Assert.Contains("""
            ## The recursion unrolled

            $$
            \begin{aligned}
            \frac{\partial L}{\partial W_{1}[0,0]} ={} & (\nabla_y L)^{\mathsf T} \; \mathrm{diag}(f_{2}'(p_{2})) \; W_{2}[{:},0] \; f_{1}'(p_{1,0}) \; x_{0,0}
            \end{aligned}
            $$

            """, markdown);
        Assert.Contains("""
            3. $W_{2}[{:},0]$ $[2]$, the column of unit 0, through which the weight acts on layer 2.

            $$
            (W_{2}[{:},0])^{\mathsf T} = \begin{bmatrix}
            1 & -1
            \end{bmatrix}
            $$

            $$
            \text{so far } \frac{\partial L}{\partial x_{1,0}} = 11
            $$

            """, markdown);
        Assert.Contains("| recursion, with forward pass | 12 | 34 |\n", markdown);
        Assert.EndsWith("\n\nRecursion 33, back propagation 33 (0 apart), numerical derivative 33 (0 apart): they agree.\n", markdown);
        Assert.Equal(0, markdown.Split("$$").Length % 2 - 1);
    }

    [Fact]
    public void TheJsonOfASmallNetworkIsThis() => Assert.Equal(
        """
        {"parameter":"b2[1]","row":0,"loss":30.5,"derivative":-5,"backpropagation":-5,"numerical":-5,"difference":0,"factors":[
        {"role":"loss_gradient","symbol":"∇_yL","layer":2,"shape":[2],"values":[6,-5],"product":[6,-5]},
        {"role":"diagonal","symbol":"f′_2(p_2)","layer":2,"shape":[2],"values":[1,1],"product":[6,-5]},
        {"role":"column","symbol":"e_1","layer":2,"shape":[2],"values":[0,1],"product":-5}],
        "numerical_method":"complex step","numerical_left_out":null,"agrees":true,"layer":{"delta":[6,-5],"input":[6]},
        "operations":{"forward":6,"tangent":4,"all_tangents":28,"backward":7}}
        """.ReplaceLineEndings(""),
        ExplanationJson.Of(Small(new(2, 1))));

    [Fact]
    public void WideMatricesAreShownInPartWithOurEntry()
    {
        var network = new Network<double>(NetworkDefinition.Parse("50-40:tanh-30:tanh-20:softmax"), Initializer.Parse("glorot_normal"), 5);
        string text = ExplanationText.Of(Explanation.Of(network, Data(network.Definition), 0, new(1, 20, 30)));
        string[] lines = text.Split('\n');
        Assert.All(lines.SkipLast(2), line => Assert.True(line.Length <= 84, line));
        Assert.Contains("  2. W_3 [20×30], the weights of layer 3", lines);
        Assert.Contains("  ∂L/∂W_1 = δ_1 x_0ᵀ [40×50]; entry [20,30] is ours", lines);
        int at = Array.FindIndex(lines, line => line.Contains("entry [20,30] is ours", StringComparison.Ordinal));
        Assert.StartsWith("     ⎡", lines[at + 1]);
        Assert.Matches("^     ⎢⋮|^     ⎢ +⋮", lines[at + 3]);
        Assert.Matches("«.+»", lines[at + 4]);
        Assert.StartsWith("     ⎣", lines[at + 7]);
        Assert.All(lines[(at + 1)..(at + 8)], line => Assert.Equal(lines[at + 1].Length, line.Length));
    }

    [Fact]
    public void LatexEscapesNamesAndClosesWhatItOpens()
    {
        ActivationFunction strange = ActivationFunction.Custom("a_b{c}%", p => p, _ => 1);
        var network = new Network<double>(new(1, [new(1, strange), new(1, ActivationFunction.Parse("identity"))]), Initializer.Parse("glorot_normal"), 1);
        string latex = ExplanationLatex.Of(Explanation.Of(network, Data(network.Definition), 0, new(1, 0)));
        Assert.Contains(@"a\_b\{c\}\%", latex);
        Assert.StartsWith("\\documentclass", latex);
        Assert.EndsWith("\\end{document}\n", latex);
        Assert.Equal(latex.Split(@"\begin{").Length, latex.Split(@"\end{").Length);
        Assert.Equal(latex.Split("\\[\n").Length, latex.Split("\n\\]").Length);
    }

    [Theory]
    [InlineData(0.5932699921071872, "0.59327", "0.59327")]
    [InlineData(-1.234567e-12, "-1.23457e-12", @"-1.23457\mathrm{e}{-12}")]
    [InlineData(1e20, "1e20", @"1\mathrm{e}{20}")]
    [InlineData(-0.0, "0", "0")]
    [InlineData(double.NegativeInfinity, "−∞", @"-\infty")]
    [InlineData(double.NaN, "NaN", @"\mathrm{NaN}")]
    public void NumbersAreShort(double value, string text, string math)
    {
        Assert.Equal(text, Wording.Number(value));
        Assert.Equal(math, MathSymbols.Number(value));
    }

    /// <summary>x = 3, p₁ = 2·3 = 6, y = (6, −6), t = (0, −1): ∇L = (6, −5), L = (36 + 25)/2.</summary>
    private static Explanation Small(ParameterName parameter)
    {
        var network = new Network<double>(NetworkDefinition.Parse("1-1:identity-2:identity", Loss.Create("squared_error")));
        network.Layers[0].SetWeights([2]);
        network.Layers[1].SetWeights([1, -1]);
        return Explanation.Of(network, new Dataset<double>(1, 1, [3], Targets<double>.Values([0, -1], 2)), 0, parameter);
    }

    private static void RequireFormats(Explanation explanation, bool fused)
    {
        string text = ExplanationText.Of(explanation), markdown = ExplanationMarkdown.Of(explanation), latex = ExplanationLatex.Of(explanation);
        string last = text.TrimEnd('\n').Split('\n')[^1];
        foreach (string part in new[] { $"recursion {Wording.Number(explanation.Derivative)}", $"back propagation {Wording.Number(explanation.Backpropagation)}", "numerical derivative" })
        {
            Assert.Contains(part, last);
        }

        Assert.DoesNotContain('\u001b', text);
        foreach (DerivativeFactor factor in explanation.Factors)
        {
            Assert.Contains(factor.Symbol, text);
            foreach (double value in factor.Values) // at most 5 wide: nothing is left out
            {
                Assert.Contains(Wording.Number(value), text);
                Assert.Contains(MathSymbols.Number(value), markdown);
                Assert.Contains(MathSymbols.Number(value), latex);
            }
        }

        using JsonDocument json = JsonDocument.Parse(ExplanationJson.Of(explanation));
        JsonElement root = json.RootElement;
        Assert.Equal(explanation.Derivative, root.GetProperty("derivative").GetDouble());
        Assert.Equal(explanation.Parameter.ToString(), root.GetProperty("parameter").GetString());
        Assert.Equal(explanation.Factors.Count, root.GetProperty("factors").GetArrayLength());
        foreach ((DerivativeFactor factor, JsonElement written) in explanation.Factors.Zip(root.GetProperty("factors").EnumerateArray()))
        {
            Assert.Equal(factor.Shape, written.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()));
            Assert.Equal(factor.Values, Golden.Numbers(written.GetProperty("values")));
            JsonElement values = written.GetProperty("values");
            for (int depth = 0; depth < factor.Shape.Count; depth++, values = values[0])
            {
                Assert.Equal(factor.Shape[depth], values.GetArrayLength());
            }
        }

        Assert.Equal(fused, text.Contains("simplified into one", StringComparison.Ordinal));
    }

    /// <summary>The product by the shapes alone, written apart from <see cref="DerivativeFactor.Times"/>.</summary>
    private static double Product(IReadOnlyList<DerivativeFactor> factors)
    {
        double[] row = factors[0].Values;
        foreach (DerivativeFactor factor in factors.Skip(1))
        {
            row = factor switch
            {
                { Role: "diagonal" } => [.. row.Zip(factor.Values, (a, b) => a * b)],
                { Shape: [_, var width] } => [.. Enumerable.Range(0, width).Select(c => row.Select((a, r) => a * factor.Values[(r * width) + c]).Sum())],
                { Shape: [_] } => [row.Zip(factor.Values, (a, b) => a * b).Sum()],
                _ => [row.Single() * factor.Values.Single()],
            };
        }

        return row.Single();
    }

    private static IEnumerable<ParameterName> Parameters(NetworkDefinition network)
    {
        for (int layer = 1; layer <= network.Layers.Length; layer++)
        {
            for (int o = 0; o < network.Layers[layer - 1].Units; o++)
            {
                yield return new(layer, o);
                for (int i = 0; i < network.InputsOf(layer); i++)
                {
                    yield return new(layer, o, i);
                }
            }
        }
    }

    private static Dataset<double> Data(NetworkDefinition network)
    {
        double[] x = [.. Enumerable.Range(1, 3 * network.Inputs).Select(n => Math.Sin(n * 1.7))];
        double[] t = [.. Enumerable.Range(1, 3 * network.TargetCount).Select(n => 0.5 + (0.4 * Math.Cos(n * 2.3)))];
        return new(3, network.Inputs, x, Targets<double>.Values(t, network.TargetCount));
    }
}
