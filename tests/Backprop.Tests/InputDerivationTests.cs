using System.Text.Json;
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Derivations.Formats;
using Backprop.Inputs;
using Backprop.Networks;

namespace Backprop.Tests;

/// <summary>The three ways of math.md by the parameters of inputs, and by those of layers behind them: every parameter, every kind, every format.</summary>
public class InputDerivationTests(ITestOutputHelper output)
{
    private const string Parts = "5:tanh,layer_norm-5:silu,batch_norm,residual-3:softmax";

    [Theory]
    [InlineData("12:tanh-3:softmax", null)]
    [InlineData("3:softmax", null)]
    [InlineData(Parts, null)]
    [InlineData("4:relu,batch_norm-4:leaky_relu,residual-2", "huber")]
    [InlineData("2:sigmoid,layer_norm", "mean_squared_error")]
    public void EveryKindAgrees(string layers, string? loss)
    {
        double worst = 0;
        int leftOut = 0;
        long derivatives = 0;
        foreach (string kind in new[] { "scale", "codes", "periodic", "all" })
        {
            (Network<double> network, Dataset<double> data) = InputTests.Make(kind, 4, layers, loss);
            int? sample = kind is "codes" or "all" ? 300 : null; // most of 150 codes stand in no row
            GradientCheckResult result = GradientCheck.Run(network, data, sample);
            Assert.True(result.Agrees, $"{kind}: {result.WorstOfRecursion:E1} and {result.WorstOfNumerical:E1} at {result.WorstParameter}");
            Assert.True(result.WorstOfRecursion < 1e-11, $"{kind}: {result.WorstOfRecursion:E1} at {result.WorstParameter}");
            Assert.Equal(network.Blocks.Where(block => block.IsTrained).Select(block => block.Symbol), result.Tensors.Select(tensor => tensor.Name));
            GradientCheckResult ofBatch = GradientCheck.Run(network, data, sample: 60, batchStatistics: true);
            Assert.True(ofBatch.Agrees, $"{kind}, one batch: {ofBatch.WorstOfRecursion:E1} and {ofBatch.WorstOfNumerical:E1} at {ofBatch.WorstParameter}");
            GradientCheckResult single = GradientCheck.Run(network.Convert<float>(), Single(data), sample);
            Assert.True(single.Agrees, $"{kind}, float: {single.WorstOfRecursion:E1} and {single.WorstOfNumerical:E1} at {single.WorstParameter}");
            (worst, derivatives, leftOut) = (Math.Max(worst, result.WorstOfRecursion), derivatives + result.Checked, leftOut + result.LeftOut.Count);
        }

        output.WriteLine($"{derivatives} derivatives three ways, recursion {worst:E1} apart, {leftOut} left out");
        Assert.True(leftOut * 20 < derivatives, $"{leftOut} of {derivatives} left out");
    }

    [Theory]
    [InlineData(1e-6)]
    [InlineData(300)]
    public void NumbersOfOtherSizesAgree(double factor)
    {
        foreach (string layers in new[] { "4:tanh-3:softmax", "4:relu-3:softmax" })
        {
            (Network<double> network, Dataset<double> data) = InputTests.Make("all", 3, layers);
            double[] features = [.. data.Features.ToArray().Select((value, n) => n % data.FeatureCount < network.Definition.Input!.Numbers ? factor * value : value)];
            data = new(data.Rows, data.FeatureCount, features, data.Targets);
            GradientCheckResult result = GradientCheck.Run(network, data, sample: 300), single = GradientCheck.Run(network.Convert<float>(), Single(data), sample: 300);
            Assert.True(result.Agrees, $"{layers}: {result.WorstOfRecursion:E1} and {result.WorstOfNumerical:E1} at {result.WorstParameter}");
            Assert.True(single.Agrees, $"{layers}, float: {single.WorstOfRecursion:E1} and {single.WorstOfNumerical:E1} at {single.WorstParameter}");
            Assert.True(result.LeftOut.Count * 10 < result.Checked, $"{layers}: {result.LeftOut.Count} left out, {string.Join("; ", result.LeftOut.Take(5))}");
        }
    }

    [Theory]
    [InlineData("scale[2]", "delta jacobian matrix diagonal diagonal matrix diagonal jacobian matrix column")]
    [InlineData("frequency[1,4]", "delta jacobian matrix diagonal diagonal matrix diagonal jacobian matrix column")]
    [InlineData("W1[0,1]", "delta jacobian matrix diagonal diagonal matrix diagonal jacobian column input")]
    public void FactorsHaveTheirRoles(string parameter, string roles)
    {
        (Network<double> network, Dataset<double> data) = InputTests.Make("all", 1, "5:tanh,layer_norm-4:silu,batch_norm-3:softmax,layer_norm");
        var explanation = Explanation.Of(network, data, 0, ParameterName.Parse(parameter, network.Definition));
        Assert.Equal(roles, string.Join(' ', explanation.Factors.Select(factor => factor.Role)));
    }

    [Fact]
    public void FactorsMultiplyToTheDerivative()
    {
        (Network<double> network, Dataset<double> data) = InputTests.Make("all", 2, Parts);
        double[] x0 = X0(network, data, 1);
        foreach (TensorDefinition tensor in network.Definition.Tensors.Where(tensor => tensor.IsTrained))
        {
            int feature = tensor.Kind switch { "embedding1" => 3, "embedding2" => 4, _ => -1 }; // of the codes that the row has
            var parameter = ParameterName.Of(tensor, feature < 0 ? tensor.Length - 1 : ((int)data.Row(1)[feature] * tensor.Shape[1]) + 1);
            var explanation = Explanation.Of(network, data, 1, parameter);
            Assert.True(explanation.Agrees, $"{parameter}: {Wording.Verdict(explanation)}");
            Assert.Equal(explanation.Derivative, Assert.Single(explanation.PartialProducts[^1]), 1e-12);
            Assert.Equal(explanation.Backpropagation, explanation.TensorGradient[parameter.IndexIn(tensor)]);
            string text = ExplanationText.Of(explanation);
            Assert.Contains("they agree", text);
            Assert.Contains("on inputs of 3 numbers, scaled; periodic: 5 frequencies in 4 numbers, sigma 0.5; embeddings 7×3, 150×40", text);
            Assert.EndsWith("\\end{document}\n", ExplanationLatex.Of(explanation));
            Assert.Contains("they agree", ExplanationMarkdown.Of(explanation));
            using var json = JsonDocument.Parse(ExplanationJson.Of(explanation));
            Assert.Equal(parameter.ToString(), json.RootElement.GetProperty("parameter").GetString());
            if (tensor.Layer == 0)
            {
                DerivativeFactor column = explanation.Factors[^1];
                Assert.Equal(("column", 0, x0.Length), (column.Role, column.Layer, column.Shape[0]));
                Assert.NotEqual(0, explanation.Derivative);
                Assert.Contains($"∂x_0/∂{parameter} [{x0.Length}], how x_0 moves with it", text);
                Assert.Contains("so far (∂L/∂x_0)ᵀ", text);
                Assert.Contains($"so far ∂L/∂{parameter} = ", text);
                Assert.Equal(data.Row(1).ToArray(), explanation.Inputs);
            }
            else if (tensor.Symbol == "W1")
            {
                Assert.Equal(x0, explanation.Inputs);
                Assert.Equal(x0[^1], explanation.Factors[^1].Values[0]);
                Assert.Contains($"the weight from entry {x0.Length - 1} of x_0 to", text);
            }
        }
    }

    [Theory]
    [InlineData("scale[1]", "the scale of number 1 of a row")]
    [InlineData("frequency[2,4]", "the frequency of wave 4 of number 2 of a row")]
    [InlineData("phase[2,4]", "the phase of wave 4 of number 2 of a row")]
    [InlineData("periodic[2,1,3]", "the weight of wave 3 of number 2 of a row in entry 1 of its periodic embedding")]
    [InlineData("periodic_bias[2,3]", "the bias of entry 3 of the periodic embedding of number 2 of a row")]
    [InlineData("embedding2[149,39]", "number 39 of the embedding of code 149 of feature 4 of a row")]
    public void NamesAreReadAndSaid(string name, string place)
    {
        (Network<double> network, Dataset<double> data) = InputTests.Make("all", 1);
        var parameter = ParameterName.Parse(name, network.Definition);
        Assert.Equal((name, 0), (parameter.ToString(), parameter.Layer));
        Assert.Equal(place, Wording.Place(Explanation.Of(network, data, 0, parameter)));
        Assert.Equal(parameter, ParameterName.Parse($" {name.Replace("[", " [ ", StringComparison.Ordinal)} ", network.Definition));
    }

    [Theory]
    [InlineData("scale[3]", "scale has places 0 to 2, found 3")]
    [InlineData("frequency[0,5]", "dimension 2 of frequency has places 0 to 4, found 5")]
    [InlineData("periodic[0,1]", "of this network scale[2], frequency[2,4], phase[2,4], periodic[2,3,4], periodic_bias[2,3], embedding1[6,2], embedding2[149,39]")]
    [InlineData("scale1[0]", "layer 1 has no scale, but W1, b1")]
    [InlineData("embedding3[0,0]", "expected a weight such as W2[3,5]")]
    [InlineData("embedding[0,0]", "expected a weight such as W2[3,5]")]
    [InlineData("W0[0,0]", "the network has layers 1 to 2, found 0")]
    public void NamesOfNothingAreRefused(string name, string message) =>
        Assert.Contains(message, Assert.Throws<UsageException>(() => ParameterName.Parse(name, InputTests.Make("all", 1).Network.Definition)).Message);

    [Fact]
    public void WhatIsNoCodeIsRefused()
    {
        (Network<double> network, Dataset<double> data) = InputTests.Make("codes", 3);
        double[] features = data.Features.ToArray();
        features[(1 * 5) + 3] = 7;
        data = new(3, 5, features, data.Targets);
        var parameter = ParameterName.Parse("W1[0,0]", network.Definition);
        Assert.Contains("row 1, feature 3: 7 found, a category code from 0 to 6 expected", Assert.Throws<DataException>(() => Explanation.Of(network, data, 1, parameter)).Message);
        Assert.Contains("row 1, feature 3", Assert.Throws<DataException>(() => UnrolledDerivative.Derive(network, data, 1, parameter)).Message);
        Assert.Contains("row 1, feature 3", Assert.Throws<DataException>(() => new NumericalGradient(network).Take(data, 1)).Message);
        Assert.Contains("row 1, feature 3", Assert.Throws<DataException>(() => GradientCheck.Run(network, data)).Message);
        Assert.Contains("feature 3: 7 found", Assert.Throws<DataException>(() => new RowTrace(network).Run(data.Row(1), [0, 0, 1])).Message);
        Assert.True(Explanation.Of(network, data, 2, parameter).Agrees);
    }

    [Fact]
    public void OperationsAreCounted()
    {
        var network = new NetworkDefinition(new InputDefinition(2, [new(3, 4)], true, new(5, 6)), NetworkDefinition.ParseLayers("7:tanh-1"));
        OperationCounts Of(string parameter) => OperationCounts.Of(network, ParameterName.Parse(parameter, network), jacobian: false);
        const long Width = 2 + (2 * 6) + 4, Waves = 2 * 5 * 6, Behind = (2 * 7) + 2; // W_2, and ∇_yL D_N
        Assert.Equal((2 * Waves) + (2 * 7 * Width) + (2 * 7), Of("scale[0]").Forward);
        Assert.Equal(7 + Behind, Of("scale[0]").Tangent);
        Assert.Equal(7 + Behind, Of("embedding1[2,3]").Tangent);
        Assert.Equal((2 * 7 * 6) + Behind, Of("phase[1,4]").Tangent);
        Assert.Equal((3 * Waves) + (3 * 7 * Width) + (3 * 7), Of("phase[1,4]").Backward);
    }

    private static double[] X0(Network<double> network, Dataset<double> data, int row)
    {
        var trace = new RowTrace(network);
        trace.Run(data.Row(row), [1, 0, 0]);
        return trace.Activations[0];
    }

    private static Dataset<float> Single(Dataset<double> data) =>
        new(data.Rows, data.FeatureCount, Array.ConvertAll(data.Features.ToArray(), value => (float)value), Targets<float>.Classes(data.Targets.ClassIndices.ToArray(), data.Targets.Count));
}
