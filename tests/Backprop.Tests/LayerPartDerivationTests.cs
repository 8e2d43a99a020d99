using System.Text.Json;
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Derivations.Formats;
using Backprop.Networks;

namespace Backprop.Tests;

/// <summary>The three ways of math.md where layers have norms and are residual: every parameter, every combination, every format.</summary>
public class LayerPartDerivationTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("tanh", "mean_squared_error")]
    [InlineData("softplus", "squared_error")]
    [InlineData("relu", "huber")]
    public void EveryCombinationAgrees(string activation, string loss)
    {
        double worst = 0;
        int leftOut = 0;
        long derivatives = 0;
        foreach (string specification in LayerPartTests.Combinations(3, 5, 2, activation))
        {
            Network<double> network = LayerPartTests.Make(specification, loss);
            GradientCheckResult result = GradientCheck.Run(network, LayerPartTests.Data(network.Definition, 4, 3), sample: null);
            Assert.True(result.Agrees, $"{specification}: {result.WorstOfRecursion:E1} and {result.WorstOfNumerical:E1} at {result.WorstParameter}");
            Assert.True(result.WorstOfRecursion < 1e-10, $"{specification}: {result.WorstOfRecursion:E1} at {result.WorstParameter}");
            Assert.Equal(network.Definition.ParameterCount, result.Checked + result.LeftOut.Count);
            Assert.Equal(network.Blocks.Where(block => block.IsTrained).Select(block => block.Symbol), result.Tensors.Select(tensor => tensor.Name));
            worst = Math.Max(worst, result.WorstOfRecursion);
            derivatives += result.Checked;
            leftOut += result.LeftOut.Count;
        }

        output.WriteLine($"{derivatives} derivatives three ways, recursion {worst:E1} apart, {leftOut} left out");
        Assert.True(leftOut * 20 < derivatives, $"{leftOut} of {derivatives} left out");
    }

    [Theory]
    [InlineData("4-3:softmax,layer_norm")]
    [InlineData("4-1:sigmoid,batch_norm")]
    [InlineData("3-2:tanh,layer_norm-2:silu,residual-3:log_softmax,layer_norm")]
    [InlineData("3-1:tanh,layer_norm-2")]
    [InlineData("3-33:gelu,batch_norm-33:tanh,layer_norm,residual-33:silu,residual-3:softmax")]
    public void OutputsAndWidthsAgree(string specification)
    {
        Network<double> network = LayerPartTests.Make(specification);
        Dataset<double> data = LayerPartTests.Data(network.Definition, 4, 3);
        GradientCheckResult result = GradientCheck.Run(network, data, sample: null);
        Assert.True(result.Agrees, $"{result.WorstOfRecursion:E1} and {result.WorstOfNumerical:E1} at {result.WorstParameter}");
        GradientCheckResult single = GradientCheck.Run(network.Convert<float>(), new Dataset<float>(
            data.Rows, data.FeatureCount, Array.ConvertAll(data.Features.ToArray(), value => (float)value), Targets<float>.Values(Array.ConvertAll(data.Targets.AllValues.ToArray(), value => (float)value), data.Targets.Count)));
        Assert.True(single.Agrees, $"{single.WorstOfRecursion:E1} and {single.WorstOfNumerical:E1} at {single.WorstParameter}");
    }

    [Theory]
    [InlineData("tanh", "mean_squared_error")]
    [InlineData("relu", "huber")]
    public void RowsOfOneBatchAgree(string activation, string loss)
    {
        foreach (string specification in LayerPartTests.Combinations(3, 4, 2, activation).Append("3-4:tanh,batch_norm-3:softmax,batch_norm").Append("3-3:tanh,batch_norm-2:sigmoid"))
        {
            Network<double> network = LayerPartTests.Make(specification, loss);
            Dataset<double> data = LayerPartTests.Data(network.Definition, 4, 6);
            GradientCheckResult result = GradientCheck.Run(network, data, sample: null, batchStatistics: true);
            Assert.True(result.Agrees, $"{specification}: {result.WorstOfRecursion:E1} and {result.WorstOfNumerical:E1} at {result.WorstParameter}");
            Assert.True(result.LeftOut.Count * 20 < result.Checked, $"{specification}: {result.LeftOut.Count} left out, {string.Join("; ", result.LeftOut.Take(5))}");
            if (!specification.Contains("batch_norm", StringComparison.Ordinal))
            {
                Assert.Equal(GradientCheck.Run(network, data, sample: null).Agrees, result.Agrees);
            }
        }
    }

    [Fact]
    public void AWrongGradientOfABatchIsSeen()
    {
        Network<double> network = LayerPartTests.Make("3-4:tanh,batch_norm-2");
        Dataset<double> data = LayerPartTests.Data(network.Definition, 4, 6);
        var batch = new BatchDerivation(network, data);
        var parameter = ParameterName.Parse("W1[1,2]", network.Definition);
        double running = GradientCheck.Convert(network, Propagation.Backpropagation.Gradient(network, data))(parameter), ofBatch = GradientCheck.Convert(network, Propagation.Backpropagation.Gradient(network, data, batchStatistics: true))(parameter);
        Assert.Equal(ofBatch, batch.Derivative(parameter), 1e-12);
        Assert.Equal(ofBatch, batch.Numerical(parameter, analytic: true, out _, out _), 1e-12);
        Assert.True(Math.Abs(running - ofBatch) > 1e-3);
        Assert.InRange(batch.Noise(parameter, single: false), 1e-19, 1e-13);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(new[] { 1.0, 0, 2.5, 1, 0.5 })]
    public void FactorsOfABatchMultiplyToTheDerivative(double[]? weights)
    {
        foreach (string specification in LayerPartTests.Combinations(3, 4, 2).Append("3-4:tanh,layer_norm-3:softmax,batch_norm").Append("3-4:tanh,batch_norm-3:log_softmax").Append("3-3:sigmoid,batch_norm,residual-1:tanh"))
        {
            Network<double> network = LayerPartTests.Make(specification);
            Dataset<double> data = LayerPartTests.Data(network.Definition, 5, 5).WithSampleWeights(weights);
            foreach (TensorDefinition tensor in network.Definition.Tensors.Where(tensor => tensor.IsTrained))
            {
                RequireUnrolled(network, data, ParameterName.Of(tensor, tensor.Length - 1), specification);
            }
        }

        (Network<double> learned, Dataset<double> rows) = InputTests.Make("all", 4, "5:tanh,batch_norm-5:silu,layer_norm,residual-3:softmax");
        foreach (TensorDefinition tensor in learned.Definition.Tensors.Where(tensor => tensor.Layer == 0))
        {
            RequireUnrolled(learned, rows, ParameterName.Of(tensor, 0), "inputs");
        }
    }

    private static void RequireUnrolled(Network<double> network, Dataset<double> data, ParameterName parameter, string what)
    {
        var explanation = Explanation.OfBatch(network, data, parameter);
        Assert.True(explanation.Agrees, $"{what}, {parameter}: {Wording.Verdict(explanation)}");
        Assert.Equal(explanation.Derivative, Assert.Single(explanation.PartialProducts[^1]), 1e-12);
        Assert.Equal(data.Rows, explanation.Batch);
        Assert.Equal(Propagation.Backpropagation.Gradient(network, data, batchStatistics: true).Loss, explanation.Loss, 12);
        Assert.Equal(explanation.Backpropagation, explanation.TensorGradient[parameter.IndexIn(explanation.Tensor)]);
        foreach ((DerivativeFactor factor, double[] product) in explanation.Factors.Zip(explanation.PartialProducts))
        {
            Assert.Equal(factor.Through.Count > 0 ? 0 : factor.Shape.Aggregate(1, (length, size) => length * size), factor.Values.Length);
            Assert.Equal(factor.ShapeOf(product).Aggregate(1, (length, size) => length * size), product.Length);
        }

        string text = ExplanationText.Of(explanation);
        Assert.Contains($"the mean loss of {data.Rows} rows as one batch", text);
        Assert.EndsWith("they agree\n", text);
        Assert.EndsWith("\\end{document}\n", ExplanationLatex.Of(explanation));
        Assert.EndsWith("they agree.\n", ExplanationMarkdown.Of(explanation));
        using var json = JsonDocument.Parse(ExplanationJson.Of(explanation));
        Assert.Equal(data.Rows, json.RootElement.GetProperty("rows").GetInt32());
        Assert.False(json.RootElement.TryGetProperty("row", out _));
    }

    [Fact]
    public void ABatchNormOfABatchIsAMatrixForEachUnit()
    {
        Network<double> network = LayerPartTests.Make("3-4:tanh,batch_norm-4:tanh,batch_norm-2");
        var explanation = Explanation.OfBatch(network, LayerPartTests.Data(network.Definition, 5, 5).WithSampleWeights(null), ParameterName.Parse("W1[2,1]", network.Definition));
        Assert.Equal(["loss_gradient", "diagonal", "matrix", "diagonal", "batch_jacobian", "column", "slope", "batch_jacobian", "input"], explanation.Factors.Select(factor => factor.Role));
        Assert.Equal([[5, 2], [5, 2], [2, 4], [5, 4], [4, 5, 5], [4], [5], [5, 5], [5]], explanation.Factors.Select(factor => factor.Shape));
        DerivativeFactor norm = explanation.Factors[7];
        Assert.Equal("(γ_1,2/σ_1,2)(I − 11ᵀ/5 − u_1,2u_1,2ᵀ/5)", norm.Symbol);
        for (int row = 0; row < 5; row++)
        {
            Assert.Equal(0, norm.Values[(5 * row)..(5 * (row + 1))].Sum(), 1e-12); // what is added to all rows is taken away
        }

        Assert.Contains("unit 3", ExplanationText.Of(explanation));
        Assert.Contains("X_0[:,1] [5]", ExplanationText.Of(explanation));
    }

    [Fact]
    public void ABatchThatCannotBeUnrolledIsRefused()
    {
        var network = new Network<double>(NetworkDefinition.Parse("1-1:tanh-140:tanh,batch_norm-1"), Initializer.PyTorch, seed: 1);
        const int rows = 500;
        var data = new Dataset<double>(rows, 1, [.. Enumerable.Range(0, rows).Select(n => n / 500.0)], Targets<double>.Values(new double[rows], 1));
        UsageException error = Assert.Throws<UsageException>(() => Explanation.OfBatch(network, data, ParameterName.Parse("W1[0,0]", network.Definition)));
        Assert.Equal("batch_norm of layer 2 is a factor of 140 × 500 × 500 = 35,000,000 numbers, at most 33,554,432 can be unrolled: take fewer rows", error.Message);
    }

    [Fact]
    public void FactorsMultiplyToTheDerivative()
    {
        foreach (string specification in LayerPartTests.Combinations(3, 4, 2).Append("3-4:tanh,layer_norm-3:softmax,batch_norm"))
        {
            Network<double> network = LayerPartTests.Make(specification);
            Dataset<double> data = LayerPartTests.Data(network.Definition, 5, 2);
            foreach (TensorDefinition tensor in network.Definition.Tensors.Where(tensor => tensor.IsTrained))
            {
                var parameter = ParameterName.Of(tensor, tensor.Length - 1);
                var explanation = Explanation.Of(network, data, 1, parameter);
                Assert.True(explanation.Agrees, $"{specification}, {parameter}: {Wording.Verdict(explanation)}");
                Assert.Equal(explanation.Derivative, Assert.Single(explanation.PartialProducts[^1]), 1e-12);
                Assert.Equal(explanation.Backpropagation, explanation.TensorGradient[^1]);
                Assert.Contains("they agree", ExplanationText.Of(explanation));
                Assert.Contains($"∂L/∂{parameter}", ExplanationText.Of(explanation));
                Assert.EndsWith("\\end{document}\n", ExplanationLatex.Of(explanation));
                Assert.Contains("they agree", ExplanationMarkdown.Of(explanation));
                using var json = JsonDocument.Parse(ExplanationJson.Of(explanation));
                Assert.Equal(parameter.ToString(), json.RootElement.GetProperty("parameter").GetString());
            }
        }
    }

    [Theory]
    [InlineData("W1[0,1]", "delta jacobian matrix matrix diagonal jacobian column input", "3-4:tanh,layer_norm-4:silu,layer_norm,residual-2:sigmoid,layer_norm")]
    [InlineData("W1[0,1]", "delta matrix diagonal diagonal matrix diagonal jacobian column input", "3-4:tanh,layer_norm-4:silu,batch_norm-2:sigmoid")]
    [InlineData("gamma1[2]", "delta column slope input", "3-4:tanh,layer_norm-2:sigmoid")]
    [InlineData("beta1[2]", "delta matrix column slope", "3-4:tanh,batch_norm-4:tanh,residual-2:sigmoid")]
    [InlineData("gamma1[1]", "loss_gradient diagonal column input", "3-2:tanh,batch_norm")]
    [InlineData("b1[1]", "loss_gradient diagonal diagonal column", "3-2:tanh,batch_norm")]
    public void FactorsHaveTheirRoles(string parameter, string roles, string specification)
    {
        Network<double> network = LayerPartTests.Make(specification, specification.EndsWith("tanh,batch_norm", StringComparison.Ordinal) ? "squared_error" : null);
        var explanation = Explanation.Of(network, LayerPartTests.Data(network.Definition, 5, 1), 0, ParameterName.Parse(parameter, network.Definition));
        Assert.Equal(roles, string.Join(' ', explanation.Factors.Select(factor => factor.Role)));
    }

    [Fact]
    public void ResidualFactorsAreIPlusDW()
    {
        Network<double> network = LayerPartTests.Make("2-3:tanh-3:tanh,residual-1", "squared_error");
        var explanation = Explanation.Of(network, LayerPartTests.Data(network.Definition, 5, 1), 0, ParameterName.Parse("W1[1,0]", network.Definition));
        DerivativeFactor factor = explanation.Factors[3];
        Assert.Equal(("column", 2), (factor.Role, factor.Layer));
        double[] p = [.. PreActivations(network, 2)];
        for (int r = 0; r < 3; r++)
        {
            double slope = 1 - (Math.Tanh(p[r]) * Math.Tanh(p[r]));
            Assert.Equal((r == 1 ? 1 : 0) + (slope * network.Layers[1].GetWeight(r, 1)), factor.Values[r], 1e-15);
        }

        static double[] PreActivations(Network<double> network, int layer)
        {
            Dataset<double> data = LayerPartTests.Data(network.Definition, 5, 1);
            var trace = new RowTrace(network);
            trace.Run(data.Row(0), [data.Targets[0, 0]]);
            return trace.PreActivations[layer];
        }
    }

    [Theory]
    [InlineData("gamma2[3]", 2, 3)]
    [InlineData(" beta2 [ 0 ] ", 2, 0)]
    public void NamesAreRead(string text, int layer, int output)
    {
        var network = NetworkDefinition.Parse("2-3:relu-4:relu,layer_norm-1");
        var name = ParameterName.Parse(text, network);
        Assert.Equal((layer, output, -1, false, false), (name.Layer, name.Output, name.Input, name.IsBias, name.IsWeight));
        Assert.Equal(name, ParameterName.Parse(name.ToString(), network));
        Assert.NotEqual(new ParameterName(layer, output), name);
    }

    [Theory]
    [InlineData("gamma2[4]", "parameter 'gamma2[4]': layer 2 has units 0 to 3, found 4")]
    [InlineData("gamma1[0]", "parameter 'gamma1[0]': layer 1 has no gamma, but W1, b1")]
    [InlineData("gamma4[0]", "parameter 'gamma4[0]': the network has layers 1 to 3, found 4")]
    [InlineData("gamma2[0,1]", "expected a weight such as W2[3,5] or a bias such as b2[3], or of this network gamma2[3], beta2[3]")]
    [InlineData("gamma[0]", "expected a weight such as W2[3,5] or a bias such as b2[3], or of this network gamma2[3], beta2[3]")]
    [InlineData("running_mean2[0]", "expected a weight")]
    public void NamesThatAreNoneAreRefused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<UsageException>(() => ParameterName.Parse(text, NetworkDefinition.Parse("2-3:relu-4:relu,layer_norm-1"))).Message);

    [Fact]
    public void CountsKnowNorms()
    {
        var network = NetworkDefinition.Parse("3-4:tanh,layer_norm-4:tanh,layer_norm-2");
        long Tangent(string name) => OperationCounts.Of(network, ParameterName.Parse(name, network), jacobian: false).Tangent;
        Assert.Equal((2 * 2 * 4) + 4 + (2 * 2), Tangent("W2[0,0]")); // W_3 in full, the column of J_2, ∇L
        Assert.Equal(2 + (2 * 2), Tangent("gamma2[0]")); // the column of W_3, ∇L
        Assert.Equal((2 * 2 * 4) + (2 * 4 * 4) + 4 + (2 * 2), Tangent("gamma1[0]")); // W_3, J_2, the column of W_2
        Assert.Equal((2 * 2 * 4) + (2 * 4 * 4) + (2 * 4 * 4) + 4 + (2 * 2), Tangent("b1[0]"));
        Assert.Equal((4 * 4) + 4 + 4 + 4, network.Tensors.Where(tensor => tensor.Layer == 2).Sum(tensor => tensor.Length));
        Assert.Equal((3 * 4) + 12 + (4 * 4) + 12 + (2 * 4) + 2, network.ParameterCount);
    }
}
