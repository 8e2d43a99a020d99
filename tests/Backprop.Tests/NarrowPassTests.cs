using Backprop.Data;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Tests.Oracles;
using CsCheck;

namespace Backprop.Tests;

/// <summary>One sample per lane is the same mathematics as one unit per lane: every gradient agrees, and with itself to the bit on every vector.</summary>
public class NarrowPassTests
{
    [Fact]
    public void AgreesWithTheOtherPassAndWithItselfToTheBit() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 16].Array[1, 4], Gen.Int[1, 300], Gen.Int[0, 1000], Gen.Bool).Sample((inputs, widths, rows, seed, weighted) =>
        {
            string[] activations = [.. BuiltIn.Activations.Where(name => Activations.ActivationFunction.Create(name).IsElementwise && name != "exponential")];
            var layers = widths.Select((width, n) => $"{width}:{(n == widths.Length - 1 ? "softmax" : activations[(seed + (7 * n)) % activations.Length])}");
            var network = new Network<double>(NetworkDefinition.Parse($"{inputs}-{string.Join('-', layers)}", Loss.Parse(seed % 2 == 0 ? "cross_entropy" : "squared_error")), Initializer.Parse("glorot_normal"), (ulong)seed);
            Dataset<double> data = Data(network.Definition, (ulong)seed, rows, weighted);
            Agrees(network, data);
        }, iter: 60);

    /// <summary>All rows at once, in sections of several blocks: whole vectors of inputs, which rows are read in place for, and others.</summary>
    [Theory]
    [InlineData("24-8:tanh-2:softmax")]
    [InlineData("12-8:tanh-2:softmax")]
    [InlineData("25-8:tanh-2:softmax")]
    [InlineData("8-3:tanh-2:softmax")]
    public void SumsGoOnFromBlockToBlock(string specification)
    {
        var network = new Network<double>(NetworkDefinition.Parse(specification), Initializer.PyTorch, 5);
        Agrees(network, Data(network.Definition, 5, 2500, weighted: true));
    }

    /// <summary>All rows are one batch; no norm asks for its statistics.</summary>
    private static void Agrees(Network<double> network, Dataset<double> data)
    {
        Gradient<double> byUnits = Backpropagation.Gradient(network, data, toInput: true, VectorPaths.Current, narrow: false, batchStatistics: true);
        double[]? first = null;
        foreach (VectorPath path in VectorPaths.Available)
        {
            Gradient<double> bySamples = Backpropagation.Gradient(network, data, toInput: true, path, narrow: true, batchStatistics: true);
            double[] numbers = Numbers(bySamples, network.Layers.Length);
            Golden.Near(Numbers(byUnits, network.Layers.Length), numbers, 1e-12, $"{network.Definition}, {data.Rows} rows");
            Assert.Equal(first ??= numbers, numbers);
        }
    }

    private static double[] Numbers(Gradient<double> gradient, int layers) =>
        [gradient.Loss, .. Enumerable.Range(1, layers).SelectMany(layer => gradient.WeightGradients(layer).Concat(gradient.BiasGradients(layer))), .. gradient.InputGradients!];

    private static Dataset<double> Data(NetworkDefinition definition, ulong seed, int rows, bool weighted)
    {
        var random = new CounterRandom(seed, 1);
        double[] x = [.. Enumerable.Range(0, rows * definition.Inputs).Select(n => random.Normal((ulong)n))];
        double[]? weights = weighted ? [.. Enumerable.Range(0, rows).Select(row => 0.1 + random.Uniform(200_000 + (ulong)row))] : null;
        Targets<double> targets = seed % 3 == 0
            ? Targets<double>.Values([.. Enumerable.Range(0, rows * definition.Outputs).Select(n => random.Uniform(100_000 + (ulong)n))], definition.Outputs)
            : Targets<double>.Classes([.. Enumerable.Range(0, rows).Select(row => (int)(random.Bits(100_000 + (ulong)row) % (ulong)definition.Outputs))], definition.Outputs);
        return new(rows, definition.Inputs, x, targets, weights);
    }
}
