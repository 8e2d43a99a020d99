using System.Runtime.InteropServices;
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Inputs;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>What stands between a row and x₀: its gradients against differences of the loss, the same bits everywhere, and what is refused.</summary>
public class InputTests
{
    public static TheoryData<string> Kinds => ["scale", "codes", "periodic", "all", "wide"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void GradientsAreSlopesOfTheLoss(string kind)
    {
        (Network<double> network, Dataset<double> data) = Make(kind, rows: 37);
        Gradient<double> gradient = Backpropagation.Gradient(network, data, toInput: true);
        using var predictor = new Predictor<double>(network);
        Assert.Equal(predictor.Evaluate(data, out _), gradient.Loss, 12);
        foreach (ParameterBlock<double> block in network.Blocks)
        {
            double[] found = gradient.Of(block);
            for (int n = 0; n < block.Length; n += Math.Max(1, block.Length / 25))
            {
                double value = block.Get(n), h = 1e-4 * Math.Max(1, Math.Abs(value));
                double Loss(double at)
                {
                    block.Set(n, at);
                    return predictor.Evaluate(data, out _);
                }

                double slope = ((8 * (Loss(value + h) - Loss(value - h))) - (Loss(value + (2 * h)) - Loss(value - (2 * h)))) / (12 * h);
                block.Set(n, value);
                Assert.True(Math.Abs(slope - found[n]) < 1e-9, $"{block} [{n}]: {found[n]} found, {slope} expected");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void GradientsByTheRowAreSlopesToo(string kind)
    {
        (Network<double> network, Dataset<double> data) = Make(kind, rows: 5);
        double[] found = Backpropagation.Gradient(network, data, toInput: true).InputGradients!;
        for (int n = 0; n < found.Length; n++)
        {
            if (n % data.FeatureCount >= network.Definition.Input!.Numbers)
            {
                Assert.Equal(0, found[n]); // a code has no slope
                continue;
            }

            double Loss(double moved)
            {
                double[] features = data.Features.ToArray();
                features[n] += moved;
                using var predictor = new Predictor<double>(network);
                return predictor.Evaluate(new(data.Rows, data.FeatureCount, features, data.Targets), out _);
            }

            const double H = 1e-4;
            double slope = ((8 * (Loss(H) - Loss(-H))) - (Loss(2 * H) - Loss(-2 * H))) / (12 * H);
            Assert.Equal(slope, found[n], 9);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ThreadsVectorsAndSchedulesDoNotChangeABit(string kind)
    {
        (Network<double> network, Dataset<double> data) = Make(kind, rows: 700);
        foreach (int batch in new[] { 16, 100, 700 })
        {
            double[]? expected = null;
            foreach (VectorPath path in VectorPaths.Available)
            {
                foreach (int threads in new[] { 1, 2, 3 })
                {
                    using var plan = new Backpropagation<double>(network, batch, threads, path);
                    double[] found = plan.Run(data).Buffer.Span.ToArray();
                    expected ??= found;
                    Assert.Equal(expected, found);
                }
            }
        }
    }

    [Fact]
    public void AnInputWithAnotherSettingIsThatInput()
    {
        var input = new InputDefinition(3, default);
        var network = new NetworkDefinition(input with { Scale = true, Codes = [new(4, 2)] }, NetworkDefinition.ParseLayers("2"));
        Assert.Equal(["input.scale [3]", "input.embeddings.1.weight [4×2]", "layers.1.weight [2×5]", "layers.1.bias [2]"], network.Tensors.Select(tensor => tensor.ToString()));
        Assert.Equal("3 numbers, scaled; embeddings 4×2", network.Input!.ToString());
    }

    [Fact]
    public void WhatIsNotFiniteInAnInputIsFound()
    {
        Network<double> network = Make("codes", rows: 1).Network;
        Assert.Equal(0, network.FirstNonFiniteLayer());
        network.Blocks[0].Set(20, double.NaN); // of a code that no row may have
        Assert.Equal(1, network.FirstNonFiniteLayer());
    }

    [Fact]
    public void AnUpdateThatOverflowsInTheInputsNamesThem()
    {
        foreach (string tensor in new[] { "scale", "periodic.frequency", "periodic.phase", "periodic.weight", "embeddings.2.weight" })
        {
            (Network<double> network, Dataset<double> data) = Make("all", rows: 32);
            using var step = new TrainingStep<double>(network, Optimizer.Create("sgd"), 32, new() { RateOf = name => name == "input." + tensor ? double.MaxValue : 1 });
            DivergenceException error = Assert.Throws<DivergenceException>(() => step.Run(data, RowPermutation.FileOrder(32), 0, 32, 1e9));
            Assert.Contains("a parameter of the inputs is not finite", error.Message, StringComparison.Ordinal);
            Assert.Equal(0, error.Layer);
        }
    }

    [Theory]
    [InlineData("scale")]
    [InlineData("codes")]
    public void WhatIsCopiedOrMultipliedOnceIsAsLargeAsItIs(string kind)
    {
        (Network<double> network, Dataset<double> data) = Make(kind, rows: 1);
        var input = new PlainInput(network);
        double[] x = new double[input.Width];
        input.Forward(MemoryMarshal.Cast<double, Lane<double>>(data.Row(0)), input.Tensors<Lane<double>>(), MemoryMarshal.Cast<double, Lane<double>>(x.AsSpan()));
        int own = kind == "codes" ? 3 : 0; // numbers of the row, not rounded
        Assert.Equal([.. new double[own], .. x.Skip(own).Select(Math.Abs)], input.Sizes(data.Row(0)));
        Assert.Contains(x.Skip(own), value => value < 0);
    }

    [Fact]
    public void WhatIsNoCodeIsRefused()
    {
        (Network<double> network, Dataset<double> data) = Make("codes", rows: 3);
        foreach (double wrong in new[] { -1, 7, 0.5 })
        {
            double[] features = data.Features.ToArray();
            features[(1 * 5) + 3] = wrong;
            DataException error = Assert.Throws<DataException>(() => Backpropagation.Gradient(network, new(3, 5, features, data.Targets)));
            Assert.Contains("row 1, feature 3", error.Message, StringComparison.Ordinal);
            using var predictor = new Predictor<double>(network);
            Assert.Contains("row 1, feature 3", Assert.Throws<DataException>(() => predictor.Predict(features)).Message, StringComparison.Ordinal);
            double[] many = [.. Enumerable.Repeat(data.Features.ToArray(), 2000).SelectMany(row => row), .. features];
            Assert.Contains("row 6001, feature 3", Assert.Throws<DataException>(() => predictor.Predict(many)).Message, StringComparison.Ordinal);
        }
    }

    internal static (Network<double> Network, Dataset<double> Data) Make(string kind, int rows, string layers = "12:tanh-3:softmax", string? loss = null)
    {
        CodeEmbedding[] codes = kind is "codes" or "all" ? [new(7, 3), new(150, 40)] : [];
        var input = new InputDefinition(
            kind == "wide" ? 70 : 3, [.. codes], Scale: kind is "scale" or "all" or "wide",
            kind is "periodic" or "all" or "wide" ? new PeriodicEmbedding(kind == "wide" ? 40 : 5, kind == "wide" ? 20 : 4, 0.5) : null);
        var network = new Network<double>(new(input, NetworkDefinition.ParseLayers(layers), loss is null ? null : Loss.Parse(loss)), Initializer.PyTorch, seed: 3);
        var random = new CounterRandom(5, 1);
        double[] features = new double[rows * input.RowWidth];
        int outputs = network.Definition.Outputs;
        int[] classes = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            for (int n = 0; n < input.RowWidth; n++)
            {
                ulong at = (ulong)((row * input.RowWidth) + n);
                features[(int)at] = n < input.Numbers ? random.Normal(at) : Math.Floor(random.Uniform(at) * codes[n - input.Numbers].Categories);
            }

            classes[row] = row % outputs;
        }

        return (network, new(rows, input.RowWidth, features, Targets<double>.Classes(classes, outputs)));
    }
}
