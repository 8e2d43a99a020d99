using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>Faults of steps that nothing told of.</summary>
public class StepFaultTests
{
    [Fact]
    public void TheNormOfTheGradientDoesNotDependOnThreads()
    {
        double[]? expected = null;
        foreach (int threads in new[] { 1, 2, 3, 4 })
        {
            double[] found = Trained("65-65:tanh-65:tanh-1:identity", new() { Threads = threads, ClipNorm = 0.01 }, batch: 64);
            expected ??= found;
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void APieceOfABatchThatWeighsNothingTeachesABatchNormNothing()
    {
        double[] weights = [.. Enumerable.Range(0, 16).Select(row => row < 8 ? 1.0 : 0)];
        Network<double> Step(int rows)
        {
            var network = new Network<double>(NetworkDefinition.Parse("3-4:tanh,batch_norm-1:identity"), Initializer.PyTorch, seed: 2);
            using var step = new TrainingStep<double>(network, Optimizer.Create("sgd"), 8, new() { Accumulate = 2 });
            step.Run(Data(3, 1, 16, weights), RowPermutation.FileOrder(16), 0, rows, 0.1);
            return network;
        }

        Network<double> with = Step(16), without = Step(8);
        Assert.Equal(without.State.Span.ToArray(), with.State.Span.ToArray());
        Assert.Equal(without.Parameters.Span.ToArray(), with.Parameters.Span.ToArray());
    }

    [Fact]
    public void RunningStatisticsThatOverflowAreADivergence()
    {
        var network = new Network<float>(NetworkDefinition.Parse("2-4:tanh,batch_norm-1:identity"), Initializer.PyTorch, seed: 1);
        float[] features = [.. Enumerable.Range(0, 32).Select(n => (n % 3 - 1) * 1e20f)];
        using var step = new TrainingStep<float>(network, Optimizer.Create("sgd"), 16);
        DivergenceException error = Assert.Throws<DivergenceException>(() => step.Run(new(16, 2, features, Targets<float>.Values(new float[16], 1)), RowPermutation.FileOrder(16), 0, 16, 0.1));
        Assert.Equal(1, error.Layer);
        Assert.Equal(1, network.FirstNonFiniteLayer());
    }

    [Fact]
    public void AStepThatThrowsIsNone()
    {
        double[] Weights(bool throws)
        {
            var network = new Network<double>(NetworkDefinition.Parse("2-3:tanh-1:identity"), Initializer.PyTorch, seed: 1);
            using var step = new TrainingStep<double>(network, Optimizer.Create("adam"), 8);
            Dataset<double> data = new(new Failing(throws), Targets<double>.Values([.. Enumerable.Range(0, 8).Select(row => (double)row)], 1));
            if (throws)
            {
                Assert.Throws<IOException>(() => step.Run(data, RowPermutation.FileOrder(8), 0, 8, 0.01));
            }

            step.Run(data, RowPermutation.FileOrder(8), 0, 8, 0.01);
            Assert.Equal(1, step.Steps);
            return network.Parameters.Span.ToArray();
        }

        Assert.Equal(Weights(false), Weights(true));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void AFactorOfTheLearningRateIsAFiniteNumber(double factor) =>
        Assert.Throws<UsageException>(() => new TrainingStep<double>(new(NetworkDefinition.Parse("2-1")), Optimizer.Create("sgd"), 4, new() { RateOf = _ => factor }));

    private static double[] Trained(string specification, TrainingStepOptions options, int batch)
    {
        var network = new Network<double>(NetworkDefinition.Parse(specification), Initializer.PyTorch, seed: 3);
        Dataset<double> data = Data(network.Definition.Inputs, network.Definition.Outputs, 4 * batch, null);
        using var step = new TrainingStep<double>(network, Optimizer.Create("sgd"), batch, options);
        for (int epoch = 0; epoch < 20; epoch++)
        {
            for (int start = 0; start < data.Rows; start += batch)
            {
                step.Run(data, new(data.Rows, 1, epoch), start, batch, 0.1);
            }
        }

        return network.Parameters.Span.ToArray();
    }

    private static Dataset<double> Data(int inputs, int outputs, int rows, double[]? weights)
    {
        var random = new CounterRandom(4, 4);
        double[] features = [.. Enumerable.Range(0, rows * inputs).Select(n => random.Normal((ulong)n))];
        double[] targets = [.. Enumerable.Range(0, rows * outputs).Select(n => random.Normal((1ul << 40) + (ulong)n))];
        return new(rows, inputs, features, Targets<double>.Values(targets, outputs), weights);
    }

    private sealed class Failing(bool throws) : RowSource<double>(8, 2)
    {
        private bool _throws = throws;

        public override void CopyRows(ReadOnlySpan<int> rows, Span<double> to, int stride)
        {
            if (_throws)
            {
                _throws = false;
                throw new IOException("the disk is away");
            }

            for (int n = 0; n < rows.Length; n++)
            {
                (to[n * stride], to[(n * stride) + 1]) = (rows[n] / 8.0, 1 - (rows[n] / 4.0));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AStepThatThrowsLeavesRunningStatistics(int accumulate)
    {
        var network = new Network<double>(NetworkDefinition.Parse("3-4:tanh,batch_norm-1:identity"), Initializer.PyTorch, seed: 2);
        double[] before = network.State.Span.ToArray(), targets = [.. Enumerable.Range(0, 16).Select(row => row < 8 ? 0 : 1e200)];
        using var step = new TrainingStep<double>(network, Optimizer.Create("sgd"), 16 / accumulate, new() { Accumulate = accumulate });
        Dataset<double> data = new(16, 3, [.. Enumerable.Range(0, 48).Select(n => Math.Sin(n))], Targets<double>.Values(targets, 1));
        Assert.Throws<DivergenceException>(() => step.Run(data, RowPermutation.FileOrder(16), 0, 16, 0.1));
        Assert.Equal(before, network.State.Span.ToArray());
        Assert.Equal(0, step.Steps);
    }
}
