using Backprop.Data;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>What is kept is the mean of the weights, by its formula; training goes on as without.</summary>
public class WeightAverageTests
{
    private const int Rows = 45, Epochs = 9;

    [Theory]
    [InlineData("ema:0.9")]
    [InlineData("ema:0")]
    [InlineData("swa")]
    public void WhatIsKeptIsTheMean(string average)
    {
        Network<double> plain = Start<double>();
        double[] mean = Numbers(plain);
        using var step = new TrainingStep<double>(plain, new Adam(new() { LearningRate = 0.01 }), 10);
        var losses = new List<double>();
        int averaged = 0, updates = 0;
        for (int epoch = 1; epoch <= Epochs; epoch++)
        {
            double loss = 0;
            for (int start = 0; start < Rows; start += 10)
            {
                int samples = Math.Min(10, Rows - start);
                loss += samples * step.Run(Data<double>(), RowPermutation.FileOrder(Rows), start, samples, 0.01) / Rows;
                if (average != "swa")
                {
                    double share = updates++ == 0 ? 1 : average == "ema:0" ? 1 : 0.1;
                    mean = [.. mean.Zip(Numbers(plain), (a, w) => a + (share * (w - a)))];
                }
            }

            losses.Add(loss);
            if (average == "swa" && epoch >= 7) // of nine epochs the last three
            {
                averaged++;
                mean = [.. mean.Zip(Numbers(plain), (a, w) => averaged == 1 ? w : a + ((w - a) / averaged))];
            }
        }

        Network<double> network = Start<double>();
        TrainingResult result = new Trainer<double>(network, Data<double>(), null, new Adam(new() { LearningRate = 0.01 }), Options(average)).Run();
        Oracles.Golden.Near(mean, Numbers(network), 1e-13, average);
        Oracles.Golden.Near([.. losses], [.. result.History.Select(epoch => epoch.Loss)], 1e-13, "losses");
    }

    /// <summary>Validation sees the mean, not the weights.</summary>
    [Fact]
    public void TheMeanIsValidated()
    {
        Network<double> network = Start<double>();
        Dataset<double> data = Data<double>();
        TrainingResult result = new Trainer<double>(network, data, data, new Adam(new() { LearningRate = 0.01 }), Options("ema:0.5")).Run();
        Assert.Equal(Propagation.Backpropagation.Gradient(network, data).Loss, result.Kept!.Validation!.Loss, 1e-12);
    }

    [Theory]
    [InlineData("ema:0.9", 3)]
    [InlineData("ema:0.9", 13)]
    [InlineData("swa", 37)]
    public void AResumedRunEndsOnTheSameBits(string average, int at)
    {
        Trainer<float> Make() => new(Start<float>(), Data<float>(), Data<float>(), new Adam(), Options(average) with { CheckpointEvery = 1 });
        Checkpoint<float>? kept = null;
        Trainer<float> whole = Make(), resumed = Make();
        whole.CheckpointReached += checkpoint => kept = checkpoint.Step == at ? checkpoint : kept;
        whole.Run();
        string folder = Directory.CreateTempSubdirectory("backprop").FullName;
        try
        {
            using (var written = new CheckpointFolder(folder))
            {
                written.Begin();
                written.Write(kept!, new Dictionary<string, string>());
            }

            using var read = new CheckpointFolder(folder);
            resumed.Run(read.Read<float>());
            Assert.Equal(Numbers(whole.Network), Numbers(resumed.Network));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Trainer<float> other = new(Start<float>(), Data<float>(), Data<float>(), new Adam(), Options("ema:0.8") with { CheckpointEvery = 1 });
        Assert.Contains("average", Assert.Throws<ModelException>(() => other.Run(kept)).Message);
        Assert.Throws<ModelException>(() => Make().Run(kept! with { Average = new float[2] }));
    }

    [Theory]
    [InlineData("ema")]
    [InlineData("ema:1")]
    [InlineData("ema:x")]
    [InlineData("SWA")]
    public void WhatIsNoMeanIsSaid(string text) =>
        Assert.Contains("expected ema:DECAY", Assert.Throws<UsageException>(() => new Trainer<float>(Start<float>(), Data<float>(), null, new Adam(), Options(text))).Message);

    private static TrainerOptions Options(string average) => new() { Average = average, Epochs = Epochs, BatchSize = 10, Shuffle = false };

    private static Network<T> Start<T>() where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => new(NetworkDefinition.Parse("3-7:tanh-2"), Initializer.PyTorch, 4);

    private static T[] Numbers<T>(Network<T> network) where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => [.. network.Layers.SelectMany(layer => layer.GetWeights().Concat(layer.GetBiases()))];

    private static Dataset<T> Data<T>() where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => new(
        Rows, 3, [.. Enumerable.Range(0, 3 * Rows).Select(n => T.CreateTruncating(Math.Sin(n * n)))],
        Targets<T>.Values([.. Enumerable.Range(0, 2 * Rows).Select(n => T.CreateTruncating(Math.Cos(n)))], 2));

    /// <summary>PyTorch's update_bn, written out: the plain mean of each batch's mean and unbiased variance, in file order.</summary>
    [Theory]
    [InlineData("ema:0.9")]
    [InlineData("swa")]
    public void RunningStatisticsAreOfTheMean(string average)
    {
        var network = new Network<double>(NetworkDefinition.Parse("3-4:tanh,batch_norm-2"), Initializer.PyTorch, 4);
        Dataset<double> data = Data<double>();
        TrainingResult result = new Trainer<double>(network, data, average == "swa" ? null : data, new Adam(new() { LearningRate = 0.01 }), Options(average)).Run();
        double[] weights = network.Layers[0].GetWeights(), biases = network.Layers[0].GetBiases(), means = new double[4], variances = new double[4];
        for (int start = 0, batch = 1; start < Rows; start += 10, batch++)
        {
            int rows = Math.Min(10, Rows - start);
            for (int unit = 0; unit < 4; unit++)
            {
                double[] q = [.. Enumerable.Range(start, rows).Select(row => biases[unit] + Enumerable.Range(0, 3).Sum(c => weights[(unit * 3) + c] * data.Row(row)[c]))];
                double mean = q.Average(), variance = q.Sum(value => (value - mean) * (value - mean)) / (rows - 1);
                means[unit] += (mean - means[unit]) / batch;
                variances[unit] += (variance - variances[unit]) / batch;
            }
        }

        Oracles.Golden.Near(means, network.Block("layers.1.norm.running_mean").Get(), 1e-12, "mean");
        Oracles.Golden.Near(variances, network.Block("layers.1.norm.running_var").Get(), 1e-12, "variance");
        Assert.True(average == "swa" || Math.Abs(Propagation.Backpropagation.Gradient(network, data).Loss - result.Kept!.Validation!.Loss) < 1e-12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void StatisticsOfTheMeanAreTheSameOnAnyThreadsAndTakeNothingFromTheRun(int threads)
    {
        (double[] Parameters, double[] State, double[] Losses) Run(string? average, int on)
        {
            var network = new Network<double>(NetworkDefinition.Parse("3-70:tanh,batch_norm,dropout(0.2)-70:tanh,batch_norm-2"), Initializer.PyTorch, 4);
            TrainerOptions options = Options("swa") with { Average = average, Step = new() { Threads = on } };
            TrainingResult result = new Trainer<double>(network, Data<double>(), null, new Adam(new() { LearningRate = 0.01 }), options).Run();
            return (network.Parameters.Span.ToArray(), network.State.Span.ToArray(), [.. result.History.Select(epoch => epoch.Loss)]);
        }

        var one = Run("ema:0.5", 1);
        var several = Run("ema:0.5", threads);
        Assert.Equal(one.Parameters, several.Parameters);
        Assert.Equal(one.State, several.State);
        Assert.Equal(Run(null, threads).Losses, several.Losses);
    }

    /// <summary>The last batch has one row, or one that weighs anything.</summary>
    [Theory]
    [InlineData(41, false)]
    [InlineData(45, true)]
    public void ABatchWithoutVarianceDoesNotCount(int rows, bool weighted)
    {
        double[] Statistics(int count)
        {
            var network = new Network<double>(NetworkDefinition.Parse("3-4:tanh,batch_norm-2"), Initializer.PyTorch, 4);
            Dataset<double> all = Data<double>();
            var data = new Dataset<double>(count, 3, [.. Enumerable.Range(0, count).SelectMany(row => all.Row(row).ToArray())], Targets<double>.Values(new double[2 * count], 2), weighted ? [.. Enumerable.Range(0, count).Select(row => row <= 40 ? 1.0 : 0)] : null);
            using var statistics = RunningStatistics<double>.Of(network, data, 10, new());
            statistics!.Estimate(1);
            return network.State.Span.ToArray();
        }

        Assert.Equal(Statistics(40), Statistics(rows));
    }

    [Fact]
    public void BatchesOfOneRowAreRefused()
    {
        var network = new Network<float>(NetworkDefinition.Parse("3-4:tanh,batch_norm-2"), Initializer.PyTorch, 4);
        Assert.Contains("batch-size of at least 2", Assert.Throws<UsageException>(() => new Trainer<float>(network, Data<float>(), null, new Adam(), Options("swa") with { BatchSize = 1 })).Message);
    }

    [Fact]
    public void AValidationThatThrowsLeavesTheNetworkItsOwnWeights()
    {
        Network<double> Run(string? average)
        {
            var network = new Network<double>(NetworkDefinition.Parse("3-4:tanh,batch_norm-2"), Initializer.PyTorch, 4);
            Dataset<double> data = Data<double>(), away = new(new Away(), Targets<double>.Values(new double[20], 2));
            Assert.Throws<IOException>(() => new Trainer<double>(network, data, away, new Adam(), Options("swa") with { Average = average }).Run());
            return network;
        }

        Network<double> plain = Run(null), averaged = Run("ema:0.9");
        Assert.Equal(plain.Parameters.Span.ToArray(), averaged.Parameters.Span.ToArray());
        Assert.Equal(plain.State.Span.ToArray(), averaged.State.Span.ToArray());
    }

    private sealed class Away() : RowSource<double>(10, 3)
    {
        public override void CopyRows(ReadOnlySpan<int> rows, Span<double> to, int stride) => throw new IOException("the disk is away");
    }
}
