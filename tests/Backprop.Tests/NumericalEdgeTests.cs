using System.Numerics;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>Where numbers are at the ends of what they can hold.</summary>
public class NumericalEdgeTests
{
    /// <summary>One layer passes the row on as its logits: loss and ∂L/∂p are known in closed form.</summary>
    [Theory]
    [InlineData("softmax", "cross_entropy", new[] { 1e4, -1e4, 0.0 }, 0, 0.0, new[] { 0.0, 0, 0 })]
    [InlineData("softmax", "cross_entropy", new[] { 1e4, -1e4, 0.0 }, 1, 2e4, new[] { 1.0, -1, 0 })]
    [InlineData("log_softmax", "cross_entropy", new[] { -1e4, 1e4, 0.0 }, 0, 2e4, new[] { -1.0, 1, 0 })]
    [InlineData("softmax", "cross_entropy", new[] { -1e4, -1e4, -1e4 }, 2, 1.0986122886681098, new[] { 1 / 3.0, 1 / 3.0, -2 / 3.0 })]
    [InlineData("sigmoid", "binary_cross_entropy", new[] { 1e4, -1e4, 1e4 }, 0, 1e4 / 3, new[] { 0.0, 0, 1 / 3.0 })]
    [InlineData("sigmoid", "binary_cross_entropy", new[] { -1e4, -1e4, -1e4 }, 0, 1e4 / 3, new[] { -1 / 3.0, 0, 0 })]
    public void LogitsOfTenThousand(string activation, string loss, double[] logits, int target, double expected, double[] deltas)
    {
        Check<double>(1e-12);
        Check<float>(1e-6);

        void Check<T>(double tolerance) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var network = new Network<T>(NetworkDefinition.Parse($"3-3:{activation}", Loss.Parse(loss)));
            T[] identity = new T[9];
            identity[0] = identity[4] = identity[8] = T.One;
            network.Layers[0].SetWeights(identity);
            T[] targets = new T[3];
            targets[target] = T.One;
            var data = new Dataset<T>(1, 3, Array.ConvertAll(logits, T.CreateTruncating), Targets<T>.Values(targets, 3));
            foreach (bool narrow in new[] { false, true })
            {
                Gradient<T> gradient = Backpropagation.Gradient(network, data, toInput: false, VectorPaths.Current, narrow);
                Assert.Equal(expected, gradient.Loss, tolerance * Math.Max(1, expected));
                Assert.All(gradient.BiasGradients(1).Zip(deltas), pair => Assert.Equal(pair.Second, double.CreateTruncating(pair.First), tolerance));
            }
        }
    }

    [Theory]
    [InlineData("softplus", 1e4, 1)]
    [InlineData("softplus", 0, -1)]
    [InlineData("mish", 1e4, 1)]
    [InlineData("gelu", 0, -1)]
    [InlineData("silu", 1e4, 1)]
    [InlineData("elu", -1, -1)]
    [InlineData("tanh", -1, -1)]
    public void ActivationsOfTenThousandAreTheirLimits(string activation, double limit, double sign)
    {
        Assert.Equal((float)limit, Single(activation, (float)(sign * 1e4)));
        using var predictor = new Predictor<double>(Identity<double>(activation));
        Assert.Equal(limit, predictor.Predict([sign * 1e4])[0]);

        static float Single(string activation, float x)
        {
            using var predictor = new Predictor<float>(Identity<float>(activation));
            return predictor.Predict([x])[0];
        }
    }

    [Fact]
    public void DerivativesThatAreSubnormalAreNotFlushedToZero()
    {
        var network = new Network<float>(NetworkDefinition.Parse("1-1:identity", Loss.Parse("squared_error")));
        network.Layers[0].SetWeight(0, 0, 1);
        const float Tiny = 1e-40f;
        var data = new Dataset<float>(1, 1, [1], Targets<float>.Values([1 - 0.5f], 1));
        var tiny = new Dataset<float>(1, 1, [Tiny], Targets<float>.Values([0], 1));
        Assert.Equal(0.5f, Backpropagation.Gradient(network, data).WeightGradients(1)[0]);
        Assert.Equal(Tiny, Backpropagation.Gradient(network, tiny).BiasGradients(1)[0]);
        using var step = new TrainingStep<float>(network, Optimizer.Create("sgd"), 1);
        step.Run(tiny, RowPermutation.FileOrder(1), 0, 1, 1);
        Assert.Equal(-Tiny, network.Layers[0].GetBias(0));
    }

    [Fact]
    public void BatchesOfOneRowAndConstantColumnsTrain()
    {
        var network = new Network<float>(NetworkDefinition.Parse("2-4:tanh-1"), Initializer.PyTorch);
        var data = new Dataset<float>(8, 2, [.. Enumerable.Range(0, 16).Select(n => n % 2 == 0 ? 7f : 0.1f * n)], Targets<float>.Values([.. Enumerable.Range(0, 8).Select(n => 0.1f * n)], 1));
        TrainingResult result = new Trainer<float>(network, data, null, Optimizer.Create("adam", new() { LearningRate = 0.01 }), new() { Epochs = 200, BatchSize = 1 }).Run();
        Assert.True(result.History[^1].Loss < 0.01, $"{result.History[^1].Loss}");
    }

    [Fact]
    public void AClassWithoutTrainingRowsIsNoTrouble()
    {
        var network = new Network<float>(NetworkDefinition.Parse("2-8:relu-3:softmax"), Initializer.PyTorch);
        int[] classes = [.. Enumerable.Range(0, 40).Select(n => n % 2)]; // 2 never comes
        var data = new Dataset<float>(40, 2, [.. Enumerable.Range(0, 80).Select(n => n / 2 % 2 == 0 ? 1f : -1f)], Targets<float>.Classes(classes, 3));
        TrainingResult result = new Trainer<float>(network, data, data, Optimizer.Create("adam", new() { LearningRate = 0.05 }), new() { Epochs = 20 }).Run();
        Assert.Equal(1, result.Kept!.Validation!["accuracy"]);
        Assert.All(result.Kept.Validation.Metrics, metric => Assert.False(double.IsInfinity(metric.Value)));
    }

    /// <summary>Naive sums of floats stop growing at 2²⁴; the loss of a hundred million rows is summed in double, group by group.</summary>
    [Fact]
    public void TheMeanOverManyRowsIsExact()
    {
        const int Rows = 20_000_000;
        var network = new Network<float>(NetworkDefinition.Parse("1-1:identity", Loss.Parse("squared_error")));
        var features = new float[Rows];
        var targets = new float[Rows];
        Array.Fill(targets, 0.1f);
        using var predictor = new Predictor<float>(network);
        double loss = predictor.Evaluate(new(Rows, 1, features, Targets<float>.Values(targets, 1)), out _);
        double each = 0.5f * (0.1f * 0.1f);
        Assert.Equal(each, loss, 1e-7 * each); // one rounding of 1 / rows to float
    }

    [Fact]
    public void NormsLoseNothingAtAnySize()
    {
        for (int exponent = -1074; exponent <= 1021; exponent++)
        {
            double unit = Math.ScaleB(1, exponent);
            Assert.Equal(5 * unit, EuclideanNorm.Of<double>([3 * unit, 0, -4 * unit]));
        }

        for (int exponent = -149; exponent <= 125; exponent++)
        {
            float unit = MathF.ScaleB(1, exponent);
            Assert.Equal(5.0 * unit, EuclideanNorm.Of<float>([3 * unit, 0, -4 * unit]));
        }

        Assert.Equal(Math.ScaleB(1, -500), EuclideanNorm.Of<double>([Math.ScaleB(1, -500), Math.ScaleB(1, -600)]));
        Assert.Equal(1e308 * Math.Sqrt(2), EuclideanNorm.Of<double>([1e308, 1e308]), 1e292);
        Assert.Equal(double.PositiveInfinity, EuclideanNorm.Of<double>([1.7e308, 1.7e308]));
        Assert.Equal(double.PositiveInfinity, EuclideanNorm.Of<double>([1, double.NegativeInfinity]));
        Assert.Equal(double.NaN, EuclideanNorm.Of<double>([1, double.NaN]));
        Assert.Equal(0, EuclideanNorm.Of<float>([0, -0f]));
        Assert.Equal(0, EuclideanNorm.Of<double>([]));
    }

    private static Network<T> Identity<T>(string activation) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var network = new Network<T>(NetworkDefinition.Parse($"1-1:{activation}"));
        network.Layers[0].SetWeight(0, 0, T.One);
        return network;
    }
}
