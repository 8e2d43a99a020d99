using Backprop.Activations;
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Tests.Oracles;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>Whatever a function makes of the numbers that only fill up vectors, nobody sees it.</summary>
public class PaddingTests
{
    /// <summary>f(0) and f′(0) are not finite; −1 keeps p away from 0 in every unit that there is.</summary>
    private readonly struct Inverse : IActivation
    {
        public string Name => "inverse_of_p";

        public bool DerivativeNeedsPreActivation => true;

        public T Value<T>(T p) where T : unmanaged, IElement<T> => T.Create(1) / p;

        public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T> => -(x * x);
    }

    /// <summary>f′ by x alone, not finite where x = 1: what stands behind the last unit, for the biases.</summary>
    private readonly struct OddAtOne : IActivation
    {
        public string Name => "odd_at_one";

        public T Value<T>(T p) where T : unmanaged, IElement<T> => p + T.Create(3);

        public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T> => (x - T.Create(1)) / (x - T.Create(1));
    }

    private static readonly ActivationFunction[] s_odd =
    [
        ActivationFunction.From(default(Inverse)),
        ActivationFunction.From(default(OddAtOne)),
        ActivationFunction.Custom("inverse_by_double", p => 1 / p, p => -1 / (p * p)),
        ActivationFunction.Custom("throws_at_zero", p => p == 0 ? throw new InvalidOperationException("nobody has a p of 0") : Math.Log(Math.Abs(p)), p => p == 0 ? throw new InvalidOperationException("nobody has a p of 0") : 1 / p),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(33)]
    [InlineData(100)]
    public void AFunctionThatIsNotFiniteAtZeroTrains(int width)
    {
        foreach (ActivationFunction odd in s_odd)
        {
            foreach ((int samples, bool? narrow, int threads, double? clip) in new (int, bool?, int, double?)[] { (1, false, 1, null), (13, false, 1, 1), (13, true, 1, null), (13, true, 1, 1), (40, null, 2, null), (200, false, 2, null) })
            {
                var network = new Network<float>(new(3, [new(width, odd), new(width, odd), new(2, ActivationFunction.Parse("identity"))]), Initializer.PyTorch, 1);
                Network<double> plain = network.Convert<double>();
                Dataset<float> data = Data(samples);
                Dataset<double> exact = GradientCheck.ToDouble(data);
                Gradient<double> gradient = Backpropagation.Gradient(plain, exact, toInput: true, VectorPaths.Current, narrow);
                string what = $"{odd} of width {width}, {samples} samples, narrow {narrow}";
                double[] expected = ByRecursion(plain, exact), found = gradient.WeightGradients(1);
                double scale = expected.Max(Math.Abs);
                Golden.Near([.. expected.Select(g => g / scale)], [.. found.Select(g => g / scale)], 1e-9, what);
                Assert.All(gradient.InputGradients!, g => Assert.True(double.IsFinite(g), what));
                using var step = new TrainingStep<float>(network, Optimizer.Create("adam"), samples, new() { Narrow = narrow, Threads = threads, ClipNorm = clip, L2 = 0.1 });
                for (int n = 0; n < 3; n++)
                {
                    Assert.True(double.IsFinite(step.Run(data, RowPermutation.FileOrder(samples), 0, samples, 1e-6)), what);
                }

                using var predictor = new Predictor<float>(network);
                Assert.All(predictor.Predict(data.Features), y => Assert.True(float.IsFinite(y), what));
            }
        }
    }

    /// <summary>0/0 in the padding where ε = 0: no parameter that there is has it.</summary>
    [Theory]
    [InlineData("adam")]
    [InlineData("adamw")]
    [InlineData("nadam")]
    [InlineData("radam")]
    [InlineData("adagrad")]
    [InlineData("rmsprop")]
    [InlineData("adadelta")]
    public void AnEpsilonOfZeroDividesNoPadding(string optimizer)
    {
        foreach (bool narrow in new[] { false, true })
        {
            var network = new Network<double>(NetworkDefinition.Parse("3-9:tanh-9:tanh-2"), Initializer.PyTorch, 1);
            Dataset<double> data = GradientCheck.ToDouble(Data(20));
            using var step = new TrainingStep<double>(network, Optimizer.Create(optimizer, new() { Epsilon = 0 }), 20, new() { Narrow = narrow });
            for (int n = 0; n < 5; n++)
            {
                step.Run(data, RowPermutation.FileOrder(20), 0, 20, 1e-3);
            }

            Assert.Equal(0, network.FirstNonFiniteLayer());
            foreach (DenseLayer<double> layer in network.Layers)
            {
                Assert.Equal(layer.GetWeights().Count(w => w != 0) + layer.GetBiases().Count(b => b != 0), network.Parameters.Span[(int)layer.Offset..(int)layer.End].ToArray().Count(p => p != 0));
            }
        }
    }

    /// <summary>A loss of the user's own that expects one class in every row never sees a row without one.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ALossSeesOnlyRowsThatThereAre(bool narrow)
    {
        var loss = Loss.Custom(
            "own_of_class",
            (y, t) => -y[t.IndexOf(1)] + Math.Log(y.ToArray().Sum(Math.Exp)),
            (y, t, gradient) =>
            {
                double sum = y.ToArray().Sum(Math.Exp);
                for (int c = 0; c < y.Length; c++)
                {
                    gradient[c] = (Math.Exp(y[c]) / sum) - (c == t.IndexOf(1) ? 1 : 0);
                }
            });
        Network<double> Make(Loss of, string output) => new(NetworkDefinition.Parse($"3-5:tanh-3:{output}", of), Initializer.PyTorch, 2);
        foreach (int samples in new[] { 1, 3, 9, 17, 130 })
        {
            var data = new Dataset<double>(samples, 3, [.. Data(samples).Features.ToArray().Select(x => (double)x)], Targets<double>.Classes([.. Enumerable.Range(0, samples).Select(n => n % 3)], 3));
            foreach (VectorPath path in VectorPaths.Available)
            {
                Gradient<double> expected = Backpropagation.Gradient(Make(Loss.Parse("cross_entropy"), "softmax"), data, toInput: false, path, narrow);
                Gradient<double> found = Backpropagation.Gradient(Make(loss, "identity"), data, toInput: false, path, narrow);
                Golden.Near([expected.Loss], [found.Loss], 1e-13, "loss");
                Golden.Near(expected.WeightGradients(1), found.WeightGradients(1), 1e-13, $"{path}, {samples} samples");
            }

            using var predictor = new Predictor<double>(Make(loss, "identity"));
            Assert.True(double.IsFinite(predictor.Evaluate(data, out _)));
        }
    }

    /// <summary>−t log y without care for 0: not finite where t or y of a lane without a sample is 0.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void NaNTimesZeroIsNotAdded(bool narrow)
    {
        var loss = Loss.Custom("own_of_ratio", (y, t) => Math.Log(t[0]) * y[0] / t[0], (y, t, gradient) => gradient[0] = Math.Log(t[0]) / t[0]);
        var network = new Network<float>(NetworkDefinition.Parse("2-4:tanh-1", loss), Initializer.PyTorch, 2);
        foreach (int samples in new[] { 1, 5, 16, 21 })
        {
            var data = new Dataset<float>(samples, 2, Data(samples).Features[..(2 * samples)].ToArray(), Targets<float>.Values([.. Enumerable.Range(1, samples).Select(n => (float)n)], 1));
            Gradient<float> gradient = Backpropagation.Gradient(network, data, toInput: true, VectorPaths.Current, narrow);
            Assert.True(double.IsFinite(gradient.Loss));
            Assert.All(gradient.WeightGradients(1).Concat(gradient.BiasGradients(1)).Concat(gradient.InputGradients!), g => Assert.True(float.IsFinite(g)));
        }
    }

    /// <summary>A row that weighs nothing counts nothing, even if its loss is not finite.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ARowThatWeighsNothingCountsNothing(bool narrow)
    {
        var loss = Loss.Custom("own_of_logarithm", (y, t) => y[0] * Math.Log(t[0]), (y, t, gradient) => gradient[0] = Math.Log(t[0]));
        var network = new Network<double>(NetworkDefinition.Parse("2-4:tanh-1", loss), Initializer.PyTorch, 2);
        double[] x = [1, 2, 3, 4, 5, 6];
        Gradient<double> all = Backpropagation.Gradient(network, new Dataset<double>(3, 2, x, Targets<double>.Values([2, 0, 3], 1), [1, 0, 1]), toInput: false, VectorPaths.Current, narrow);
        Gradient<double> two = Backpropagation.Gradient(network, new Dataset<double>(2, 2, [1, 2, 5, 6], Targets<double>.Values([2, 3], 1)), toInput: false, VectorPaths.Current, narrow);
        Golden.Near([two.Loss], [all.Loss], 1e-15, "loss");
        Golden.Near(two.WeightGradients(1), all.WeightGradients(1), 1e-15, "∂W1");
    }

    private static Dataset<float> Data(int rows)
    {
        var random = new CounterRandom(5, 6);
        float[] Numbers(int count, ulong from) => [.. Enumerable.Range(0, count).Select(n => (float)(0.5 + random.Uniform(from + (ulong)n)))];
        return new(rows, 3, Numbers(rows * 3, 0), Targets<float>.Values(Numbers(rows * 2, 10_000), 2));
    }

    /// <summary>∂W₁ without a vector.</summary>
    private static double[] ByRecursion(Network<double> network, Dataset<double> data)
    {
        var recursion = new UnrolledDerivative.Recursion(network);
        DenseLayer<double> first = network.Layers[0];
        double[] sums = new double[first.Outputs * first.Inputs];
        for (int row = 0; row < data.Rows; row++)
        {
            recursion.Forward(data, row);
            for (int n = 0; n < sums.Length; n++)
            {
                sums[n] += recursion.Derivative(new(1, n / first.Inputs, n % first.Inputs)) / data.Rows;
            }
        }

        return sums;
    }

    /// <summary>A row that counts nothing may hold anything: what overflows on its way is no 0 · ∞ in a gradient.</summary>
    [Theory]
    [InlineData("relu", 6)]
    [InlineData("relu", 100)]
    [InlineData("identity", 6)]
    [InlineData("silu", 100)]
    [InlineData("exponential", 6)]
    public void ARowOfNoWeightMayOverflow(string activation, int width)
    {
        float[] x = [.. Enumerable.Range(0, 40 * 3).Select(n => (float)Math.Sin(n))], y = [.. Enumerable.Range(0, 40).Select(n => (float)Math.Cos(n))], weights = [.. Enumerable.Repeat(1f, 40)];
        foreach (int row in new[] { 0, 7, 39 })
        {
            (x[row * 3], weights[row]) = (3e38f, 0);
        }

        float[] other = (float[])x.Clone();
        foreach (int row in new[] { 0, 7, 39 })
        {
            other[row * 3] = 0.5f;
        }

        float[] Train(float[] features)
        {
            var network = new Network<float>(NetworkDefinition.Parse($"3-{width}:{activation}-1", Losses.Loss.Parse("squared_error")), Initializer.PyTorch, 1);
            using var step = new TrainingStep<float>(network, Optimizers.Optimizer.Create("sgd", new() { LearningRate = 1e-3 }), 16);
            var data = new Dataset<float>(40, 3, features, Targets<float>.Values(y, 1), weights);
            for (int n = 0; n < 6; n++)
            {
                step.Run(data, RowPermutation.FileOrder(40), n % 3 * 16 % 40, n % 3 == 2 ? 8 : 16, 1e-3);
            }

            Gradient<float> gradient = Backpropagation.Gradient(network, data, toInput: true);
            return [.. network.Layers.SelectMany(layer => layer.GetWeights()), .. gradient.WeightGradients(1), .. gradient.InputGradients!];
        }

        float[] found = Train(x);
        Assert.All(found, value => Assert.True(float.IsFinite(value)));
        Assert.Equal(Train(other), found);
    }
}
