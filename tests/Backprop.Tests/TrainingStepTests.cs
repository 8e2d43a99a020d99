using Backprop.Activations;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Tests.Oracles;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>What comes between the gradient and the update, in plain loops: dropout, weights of samples, penalties, clipping; and what no golden run reaches.</summary>
public class TrainingStepTests
{
    private const double Rate = 0.25;

    [Theory]
    [InlineData("3-5:tanh-2", false)]
    [InlineData("3-5:tanh-2", true)]
    [InlineData("130-70:tanh-3", false)]
    public void PenaltiesAndClippingComeInThisOrder(string specification, bool narrow)
    {
        foreach ((double l1, double l2, double? clipValue, double? clipNorm) in new (double, double, double?, double?)[]
        {
            (0, 0, null, null), (0.03, 0, null, null), (0, 0.2, null, null), (0.03, 0.2, null, null), (0.03, 0.2, 0.05, null), (0.03, 0.2, null, 0.1), (0.03, 0.2, 0.05, 0.1), (0, 0, null, 1e9),
        })
        {
            var network = new Network<double>(NetworkDefinition.Parse(specification, Loss.Parse("mean_squared_error")), Initializer.PyTorch, 2);
            network.Layers[0].SetWeight(1, 2, 0); // |w| has the derivative 0 there
            Dataset<double> data = Data(20, network.Definition);
            var order = new RowPermutation(20, 4, 2);
            int[] rows = [.. Enumerable.Range(5, 13).Select(n => order[n])];
            Gradient<double> gradient = Backpropagation.Gradient(network, data.Select(rows));
            double[][] w = [.. network.Layers.SelectMany(layer => new[] { layer.GetWeights(), layer.GetBiases() })];
            double[][] g = [.. network.Layers.SelectMany(layer => new[] { gradient.WeightGradients(layer.Index), gradient.BiasGradients(layer.Index) })];
            double squares = 0;
            for (int t = 0; t < g.Length; t++)
            {
                for (int n = 0; n < g[t].Length; n++)
                {
                    g[t][n] += t % 2 == 0 ? (l1 * Math.Sign(w[t][n])) + (l2 * w[t][n]) : 0; // biases are not penalized
                    g[t][n] = Math.Clamp(g[t][n], -clipValue ?? double.MinValue, clipValue ?? double.MaxValue);
                    squares += g[t][n] * g[t][n];
                }
            }

            double factor = Math.Min(1, (clipNorm ?? double.MaxValue) / (Math.Sqrt(squares) + 1e-6));
            using var step = new TrainingStep<double>(network, Optimizer.Create("sgd"), 13, new() { L1 = l1, L2 = l2, ClipValue = clipValue, ClipNorm = clipNorm, Narrow = narrow });
            Golden.Near([gradient.Loss], [step.Run(data, order, 5, 13, Rate)], 1e-14, "loss");
            for (int t = 0; t < g.Length; t++)
            {
                DenseLayer<double> layer = network.Layers[t / 2];
                double[] expected = [.. w[t].Zip(g[t], (before, slope) => before - (Rate * factor * slope))];
                Golden.Near(expected, t % 2 == 0 ? layer.GetWeights() : layer.GetBiases(), 1e-14, $"l1 {l1} l2 {l2} value {clipValue} norm {clipNorm}, tensor {t}");
            }
        }
    }

    /// <summary>∂W is the row itself; its squares are beyond what double holds, its norm is not or hardly.</summary>
    [Theory]
    [InlineData(1e-200)]
    [InlineData(1e-3)]
    [InlineData(1e150)]
    [InlineData(1e200)]
    [InlineData(1.7e308)]
    public void ANormOfAnySizeIsClipped(double size)
    {
        const int Inputs = 700;
        double[] x = [.. Enumerable.Range(0, Inputs).Select(n => size * Math.Cos(n))];
        double bias = 1 / Math.Max(size, 1e-3), unit = Math.Max(size, 1e-3); // ∂b is 1
        double norm = Math.Sqrt(x.Sum(v => v / unit * (v / unit)) + (bias * bias)); // in these units
        double[]? first = null;
        foreach (int threads in new[] { 1, 2 })
        {
            var network = new Network<double>(NetworkDefinition.Parse($"{Inputs}-1", Loss.Parse("absolute_error")));
            using var step = new TrainingStep<double>(network, Optimizer.Create("sgd"), 1, new() { ClipNorm = 1e-3, Threads = threads });
            step.Run(new(1, Inputs, x, Targets<double>.Values([-1], 1)), RowPermutation.FileOrder(1), 0, 1, 1);
            double[] weights = network.Layers[0].GetWeights();
            for (int n = 0; n < Inputs; n++)
            {
                double expected = -1e-3 * (x[n] / unit) / (norm + (1e-6 / unit));
                Assert.Equal(expected, weights[n], 1e-11 * Math.Abs(expected));
            }

            Assert.Equal(first ??= weights, weights);
        }
    }

    [Theory]
    [InlineData("identity", 9)]
    [InlineData("tanh", 9)]
    [InlineData("gelu", 300)]
    public void DropoutIsAMaskOnTheWayThereAndBack(string activation, int samples)
    {
        var f = ActivationFunction.Parse(activation);
        var definition = new NetworkDefinition(4, [new(19, f, 0.3), new(5, f, 0.6), new(3, ActivationFunction.Parse("identity"))], Loss.Parse("squared_error"));
        var network = new Network<double>(definition, Initializer.PyTorch, 2);
        Dataset<double> data = Data(samples + 20, definition);
        var order = new RowPermutation(data.Rows, 4, 2);
        const ulong Seed = 7;
        const long Epoch = 3;
        double[][] w = [.. network.Layers.Select(layer => layer.GetWeights())], b = [.. network.Layers.Select(layer => layer.GetBiases())];
        double[][] dw = [.. w.Select(values => new double[values.Length])], db = [.. b.Select(values => new double[values.Length])];
        double loss = 0, weights = 0;
        int dropped = 0, units = 0;
        for (int position = 11; position < 11 + samples; position++)
        {
            weights += data.SampleWeights![order[position]];
        }

        for (int position = 11; position < 11 + samples; position++)
        {
            int row = order[position];
            double scale = data.SampleWeights![row] / weights;
            double[][] x = [data.Row(row).ToArray(), [], [], []], p = [[], [], [], []], mask = [[], [], [], []];
            for (int l = 1; l <= 3; l++)
            {
                DenseLayer<double> layer = network.Layers[l - 1];
                var random = new CounterRandom(Seed, 0x44524F50ul ^ ((ulong)Epoch << 16) ^ ((ulong)l << 56));
                double rate = layer.Definition.Dropout;
                p[l] = [.. Enumerable.Range(0, layer.Outputs).Select(i => b[l - 1][i] + Enumerable.Range(0, layer.Inputs).Sum(j => w[l - 1][(i * layer.Inputs) + j] * x[l - 1][j]))];
                mask[l] = [.. Enumerable.Range(0, layer.Outputs).Select(i => random.Uniform((ulong)((row * layer.Outputs) + i)) < rate ? 0 : 1 / (1 - rate))];
                x[l] = new double[layer.Outputs];
                layer.Activation.Value(p[l], x[l]);
                x[l] = [.. x[l].Zip(mask[l], (value, kept) => value * kept)];
                dropped += l == 1 ? mask[l].Count(value => value == 0) : 0;
                units += l == 1 ? layer.Outputs : 0;
            }

            double[] delta = [.. Enumerable.Range(0, 3).Select(i => x[3][i] - data.Targets[row, i])];
            loss += scale * 0.5 * delta.Sum(error => error * error);
            for (int l = 3; l >= 1; l--)
            {
                int inputs = x[l - 1].Length;
                double[] before = new double[inputs];
                for (int i = 0; i < delta.Length; i++)
                {
                    db[l - 1][i] += scale * delta[i];
                    for (int j = 0; j < inputs; j++)
                    {
                        dw[l - 1][(i * inputs) + j] += scale * delta[i] * x[l - 1][j];
                        before[j] += w[l - 1][(i * inputs) + j] * delta[i];
                    }
                }

                delta = l == 1 ? [] : [.. Enumerable.Range(0, inputs).Select(j => before[j] * mask[l - 1][j] * network.Layers[l - 2].Activation.Derivative(p[l - 1][j]))];
            }
        }

        Assert.Equal(0.3, dropped / (double)units, 0.1);
        foreach (VectorPath path in VectorPaths.Available)
        {
            Network<double> trained = network.Convert<double>();
            using var step = new TrainingStep<double>(trained, Optimizer.Create("sgd"), samples, new() { Seed = Seed, Vectors = path });
            Golden.Near([loss], [step.Run(data, order, 11, samples, 1, Epoch)], 1e-12, "loss");
            for (int l = 1; l <= 3; l++)
            {
                Golden.Near([.. w[l - 1].Zip(dw[l - 1], (value, slope) => value - slope)], trained.Layers[l - 1].GetWeights(), 1e-12, $"{path} W{l}");
                Golden.Near([.. b[l - 1].Zip(db[l - 1], (value, slope) => value - slope)], trained.Layers[l - 1].GetBiases(), 1e-12, $"{path} b{l}");
            }
        }
    }

    /// <summary>More weights than the batch has numbers: threads share out units rather than samples.</summary>
    [Fact]
    public void UnitsThatAreSharedOutDoNotChangeABit()
    {
        NetworkDefinition definition = NetworkDefinition.Parse("19-130:tanh-70:gelu-5", Loss.Parse("mean_squared_error"));
        Dataset<double> data = Data(60, definition);
        foreach (int samples in new[] { 24, 60 })
        {
            double[]? first = null;
            foreach (int threads in new[] { 1, 2, 3 })
            {
                var network = new Network<double>(definition, Initializer.PyTorch, 2);
                Gradient<double> gradient = Backpropagation.Gradient(network, data.Select([.. Enumerable.Range(0, samples)]));
                double[] expected = [.. network.Layers.SelectMany(layer => layer.GetWeights().Zip(gradient.WeightGradients(layer.Index), (w, g) => w - (Rate * g)).Concat(layer.GetBiases().Zip(gradient.BiasGradients(layer.Index), (b, g) => b - (Rate * g))))];
                using var step = new TrainingStep<double>(network, Optimizer.Create("sgd"), samples, new() { Threads = threads });
                Assert.Equal(threads, step.Threads);
                double[] Weights() => [.. network.Layers.SelectMany(layer => layer.GetWeights().Concat(layer.GetBiases()))];
                step.Run(data, RowPermutation.FileOrder(60), 0, samples, Rate);
                Golden.Near(expected, Weights(), 1e-13, $"{threads} threads, {samples} samples");
                step.Run(data, new RowPermutation(60, 1, 1), 0, samples, Rate);
                step.Run(data, new RowPermutation(60, 1, 2), 0, samples - 1, Rate);
                Assert.Equal(first ??= Weights(), Weights());
            }
        }
    }

    [Fact]
    public void PowersOfManyStepsArePowers()
    {
        foreach (double value in new[] { 0.5, 0.9, 0.999 })
        {
            var powers = new PowersOf(value);
            foreach (int step in Enumerable.Range(0, 400).Concat([63, 64, 65, 1_000, 100_000, 3, 100_000]))
            {
                double expected = Math.Pow(value, step);
                Assert.True(Math.Abs(powers.At(step) - expected) <= 1e-12 * expected, $"{value}^{step} is {powers.At(step):R}");
            }
        }
    }

    /// <summary>The values that PyTorch (and for lion its authors) takes where none is given.</summary>
    [Fact]
    public void DefaultsAreTheUsualOnes()
    {
        Adam adam = new();
        Assert.Equal((0.001, 0, 0.9, 0.999, 1e-8, false), (adam.LearningRate, adam.WeightDecay, adam.Beta1, adam.Beta2, adam.Epsilon, adam.Amsgrad));
        AdamW adamW = new();
        Assert.Equal((0.001, 0.01, 0.9, 0.999, 1e-8, false), (adamW.LearningRate, adamW.WeightDecay, adamW.Beta1, adamW.Beta2, adamW.Epsilon, adamW.Amsgrad));
        NAdam nadam = new();
        Assert.Equal((0.002, 0, 0.9, 0.999, 1e-8), (nadam.LearningRate, nadam.WeightDecay, nadam.Beta1, nadam.Beta2, nadam.Epsilon));
        RAdam radam = new();
        Assert.Equal((0.001, 0, 0.9, 0.999, 1e-8), (radam.LearningRate, radam.WeightDecay, radam.Beta1, radam.Beta2, radam.Epsilon));
        Adagrad adagrad = new();
        Assert.Equal((0.01, 0, 1e-10), (adagrad.LearningRate, adagrad.WeightDecay, adagrad.Epsilon));
        Adadelta adadelta = new();
        Assert.Equal((1, 0, 0.9, 1e-6), (adadelta.LearningRate, adadelta.WeightDecay, adadelta.Rho, adadelta.Epsilon));
        RmsProp rmsProp = new();
        Assert.Equal((0.01, 0, 0.99, 1e-8, 0, false), (rmsProp.LearningRate, rmsProp.WeightDecay, rmsProp.Rho, rmsProp.Epsilon, rmsProp.Momentum, rmsProp.Centered));
        Lion lion = new();
        Assert.Equal((1e-4, 0, 0.9, 0.99), (lion.LearningRate, lion.WeightDecay, lion.Beta1, lion.Beta2));
        Sgd sgd = new();
        Assert.Equal((0.001, 0, 0, 0, false), (sgd.LearningRate, sgd.WeightDecay, sgd.Momentum, sgd.Dampening, sgd.Nesterov));
        Assert.Equal(0.01, new Rprop().LearningRate);
        foreach ((string text, double? alpha) in new (string, double?)[] { ("elu", 1), ("celu", 1), ("leaky_relu", 0.01), ("relu", null) })
        {
            Assert.Equal(alpha, ActivationFunction.Parse(text).Alpha);
        }

        foreach ((string text, double? parameter) in new (string, double?)[] { ("huber", 1), ("quantile", 0.5), ("cross_entropy", 0), ("squared_error", null) })
        {
            Assert.Equal(parameter, Loss.Parse(text).Parameter);
        }
    }

    [Fact]
    public void TheLearningRateWarmsUp()
    {
        // A gradient of 1 at every step: the weight of one input moves by the rate itself.
        var network = new Network<double>(NetworkDefinition.Parse("1-1", Loss.Parse("absolute_error")));
        var data = new Dataset<double>(6, 1, [1, 1, 1, 1, 1, 1], Targets<double>.Values([-9, -9, -9, -9, -9, -9], 1));
        new Trainer<double>(network, data, null, Optimizer.Create("sgd", new() { LearningRate = 0.1 }), new() { Epochs = 1, BatchSize = 1, WarmupSteps = 3 }).Run();
        Assert.Equal(-0.1 * (0.25 + 0.5 + 0.75 + 1 + 1 + 1), network.Layers[0].GetWeight(0, 0), 1e-14);
    }

    private static Dataset<double> Data(int rows, NetworkDefinition definition)
    {
        var random = new CounterRandom(5, 6);
        double[] Numbers(int count, ulong from) => [.. Enumerable.Range(0, count).Select(n => random.Normal(from + (ulong)n))];
        return new(
            rows, definition.Inputs, Numbers(rows * definition.Inputs, 0), Targets<double>.Values(Numbers(rows * definition.Outputs, 100_000), definition.Outputs),
            [.. Enumerable.Range(0, rows).Select(row => 0.1 + random.Uniform(200_000 + (ulong)row))]);
    }
}
