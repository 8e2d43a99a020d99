using System.Runtime.CompilerServices;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Propagation.Schedules;
using Backprop.Training;
using CsCheck;

namespace Backprop.Tests;

public class TrainingTests
{
    [Theory]
    [InlineData("adam", "19-40:gelu-33:relu-5:softmax", false)]
    [InlineData("sgd", "19-130:tanh-5:log_softmax", true)]
    [InlineData("nadam", "19-70:mish-20:sigmoid-5:softmax", false)]
    [InlineData("adamw", "19-14:gelu-9:tanh-5:softmax", false)]
    [InlineData("rmsprop", "19-24:relu-30:silu-5:softmax", true)]
    public void ThreadsAndVectorsDoNotChangeABit(string optimizer, string specification, bool clip)
    {
        float[]? first = null;
        foreach (VectorPath path in VectorPaths.Available)
        {
            foreach (int threads in new[] { 1, 2, 3 })
            {
                var network = new Network<float>(NetworkDefinition.Parse(specification), Initializer.PyTorch, 4);
                Dataset<float> data = Data<float>(500, 19, 5);
                var options = new TrainerOptions { Epochs = 2, BatchSize = 450, Seed = 3, Step = new() { Threads = threads, Vectors = path, ClipNorm = clip ? 0.5 : null, L1 = 1e-4, L2 = 1e-3 } };
                TrainingResult result = new Trainer<float>(network, data, null, Optimizer.Create(optimizer), options).Run();
                Assert.Equal(threads, result.Threads);
                float[] weights = [.. network.Layers.SelectMany(layer => layer.GetWeights().Concat(layer.GetBiases()))];
                Assert.Equal(first ??= weights, weights);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SectionsOfALargeBatchDoNotChangeABit(bool narrow)
    {
        float[]? first = null;
        float[]? whole = null;
        foreach (VectorPath path in VectorPaths.Available)
        {
            foreach (int threads in new[] { 1, 2, 3 })
            {
                var network = new Network<float>(NetworkDefinition.Parse("19-20:tanh-5:softmax"), Initializer.PyTorch, 4);
                Dataset<float> data = Data<float>(2600, 19, 5);
                using var step = new TrainingStep<float>(network, Optimizer.Create("sgd"), 2600, new() { Threads = threads, Vectors = path, Narrow = narrow });
                Gradient<float> gradient = Backpropagation.Gradient(network, data); // in one chain
                whole ??= [.. network.Layers[0].GetWeights().Zip(gradient.WeightGradients(1), (w, g) => w - (0.5f * g))];
                step.Run(data, RowPermutation.FileOrder(2600), 0, 2600, 0.5);
                float[] weights = network.Layers[0].GetWeights();
                Assert.Equal(first ??= weights, weights);
            }
        }

        Assert.All(first!.Zip(whole!), pair => Assert.Equal(pair.Second, pair.First, 1e-6f));
    }

    [Fact]
    public void AGradientAndAPredictionAllocateNothing()
    {
        var network = new Network<double>(NetworkDefinition.Parse("24-8:tanh-2", Losses.Loss.Parse("squared_error")), Initializer.PyTorch);
        Dataset<double> data = new(200, 24, new double[200 * 24], Targets<double>.Values(new double[400], 2));
        using var backpropagation = new Backpropagation<double>(network, threads: 1);
        using var predictor = new Predictor<double>(network);
        double[] outputs = new double[400];
        Assert.Equal(0, Allocated(() => backpropagation.Run(data)));
        Assert.Equal(0, Allocated(() => predictor.Predict(data.Features, outputs)));
        Assert.Equal(0, Allocated(() => predictor.Predict(data.Row(3), outputs.AsSpan(0, 2))));
    }

    [Fact]
    public void ManyThreadsPredictWithOnePredictor()
    {
        var network = new Network<float>(NetworkDefinition.Parse("19-300:relu-70:tanh-5:softmax"), Initializer.PyTorch);
        Dataset<float> data = Data<float>(500, 19, 5);
        using var one = new Predictor<float>(network);
        using var shared = new Predictor<float>(network, threads: 2);
        float[] expected = one.Predict(data.Features);
        Parallel.For(0, 64, n =>
        {
            int row = n * 7;
            Assert.Equal(expected[(row * 5)..((row + 1) * 5)], shared.Predict(data.Row(row)));
            Assert.Equal(expected[(row * 5)..((row + 30) * 5)], shared.Predict(data.Features.Slice(row * 19, 30 * 19)));
            Assert.Equal(expected, shared.Predict(data.Features));
        });
        Assert.Equal(one.Evaluate(data, out _), shared.Evaluate(data, out float[] outputs));
        Assert.Equal(expected, outputs);
    }

    [Fact]
    public void SharesAreTakenOnce()
    {
        const int Pieces = 10_000;
        var shares = new WorkShares(4);
        shares.Deal(Pieces);
        int[] taken = new int[Pieces];
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(thread => new Thread(() =>
        {
            for (int piece = shares.Take(thread); piece >= 0; piece = shares.Take(thread))
            {
                Interlocked.Increment(ref taken[piece]);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.All(taken, count => Assert.Equal(1, count));
    }

    [Fact]
    public void ATeamWakesUpAfterSleep()
    {
        using var team = new WorkerTeam(3);
        int runs = 0;
        for (int n = 0; n < 50; n++)
        {
            team.Run(_ => Interlocked.Increment(ref runs));
            Thread.Sleep(n % 10);
        }

        Assert.Equal(150, runs);
        Assert.Throws<InvalidOperationException>(() => team.Run(thread => throw new InvalidOperationException($"{thread}")));
        team.Run(_ => Interlocked.Increment(ref runs));
        Assert.Equal(153, runs);
    }

    /// <summary>Threads would hold what they last worked on, and all that it belongs to.</summary>
    [Fact]
    public void WhatNobodyDisposedOfIsCollected()
    {
        WeakReference network = PredictAndForget();
        for (int tries = 0; network.IsAlive && tries < 20; tries++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(network.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference PredictAndForget()
    {
        var network = new Network<float>(NetworkDefinition.Parse("64-256:tanh-10:softmax"), Initializer.PyTorch);
#pragma warning disable CA2000 // that is the case
        var predictor = new Predictor<float>(network, threads: 4);
#pragma warning restore CA2000
        float[] features = new float[64 * 4096];
        _ = predictor.Predict(features);
        return new(network);
    }

    [Fact]
    public void AStepAllocatesNothing()
    {
        foreach (string optimizer in Optimizer.Names)
        {
            foreach (bool narrow in new[] { false, true })
            {
                var network = new Network<float>(NetworkDefinition.Parse("19-16:relu-5:softmax"), Initializer.PyTorch);
                Dataset<float> data = Data<float>(64, 19, 5);
                using var step = new TrainingStep<float>(network, Optimizer.Create(optimizer), 32, new() { Threads = 1, Narrow = narrow });
                RowPermutation order = new(64, 1, 1);
                int start = 0;
                Assert.Equal(0, Allocated(() => step.Run(data, order, start ^= 32, 32, 1e-3)));
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DivergenceNamesLayerAndStep(bool narrow)
    {
        var network = new Network<float>(NetworkDefinition.Parse("19-16:relu-5:softmax"), Initializer.PyTorch);
        network.Layers[0].SetWeight(3, 2, float.NaN);
        using var step = new TrainingStep<float>(network, Optimizer.Create("sgd"), 32, new() { Narrow = narrow });
        DivergenceException error = Assert.Throws<DivergenceException>(() => step.Run(Data<float>(64, 19, 5), RowPermutation.FileOrder(64), 0, 32, 0.1));
        Assert.Equal(1, error.Layer);
        Assert.Equal(1, error.Step);
        Assert.Contains("unit 3", error.Message);
    }

    [Fact]
    public void AnUpdateThatOverflowsIsNoticedAtOnce()
    {
        var network = new Network<float>(NetworkDefinition.Parse("2-2:tanh-1"), Initializer.PyTorch);
        network.Layers[1].SetBias(0, 1e30f);
        using var step = new TrainingStep<float>(network, Optimizer.Create("sgd"), 1);
        var data = new Dataset<float>(1, 2, [1, 1], Targets<float>.Values([0], 1));
        Assert.Throws<DivergenceException>(() => step.Run(data, RowPermutation.FileOrder(1), 0, 1, 1e30));
    }

    [Fact]
    public void WeightsThatSumToZeroMakeNoUpdate()
    {
        var network = new Network<double>(NetworkDefinition.Parse("2-2:tanh-1"), Initializer.PyTorch);
        double[] before = network.Layers[0].GetWeights();
        using var step = new TrainingStep<double>(network, Optimizer.Create("adam"), 2);
        step.Run(new(2, 2, [1, 2, 3, 4], Targets<double>.Values([1, 2], 1), [0, 0]), RowPermutation.FileOrder(2), 0, 2, 0.1);
        Assert.Equal(before, network.Layers[0].GetWeights());
    }

    [Fact]
    public void DropoutTrainsAndLeavesPredictionAlone()
    {
        var definition = new NetworkDefinition(19, [new(64, Activations.ActivationFunction.Parse("tanh"), 0.5), new(5, Activations.ActivationFunction.Parse("softmax"))]);
        var network = new Network<float>(definition, Initializer.PyTorch);
        Dataset<float> data = Data<float>(200, 19, 5);
        TrainingResult result = new Trainer<float>(network, data, data, Optimizer.Create("adam", new() { LearningRate = 0.01 }), new() { Epochs = 60 }).Run();
        Assert.True(result.Kept!.Validation!["accuracy"] > 0.6);
        Assert.True(Derivations.GradientCheck.Run(network.Convert<double>(), Data<double>(4, 19, 5)).Agrees);
    }

    [Fact]
    public void ShufflesArePermutations() => Gen.Select(Gen.Int[1, 3000], Gen.ULong, Gen.Int[0, 50]).Sample((rows, seed, epoch) =>
    {
        var order = new RowPermutation(rows, seed, epoch);
        int[] shuffled = [.. Enumerable.Range(0, rows).Select(n => order[n])];
        Assert.Equal(Enumerable.Range(0, rows), shuffled.Order());
        int start = rows / 3;
        int[] copied = new int[rows - start];
        order.CopyTo(copied, start);
        Assert.Equal(shuffled[start..], copied);
    }, iter: 100);

    /// <summary>What a person looks at costs a step nothing: a clock says when.</summary>
    [Fact]
    public void ProgressIsToldByTheClock()
    {
        using var enough = new CancellationTokenSource();
        var network = new Network<float>(NetworkDefinition.Parse("2-8:tanh-2:softmax"), Initializer.PyTorch);
        var trainer = new Trainer<float>(network, Data<float>(200, 2, 2), null, Optimizer.Create("sgd"), new() { Epochs = 10_000_000, BatchSize = 32 });
        int steps = 0, told = 0;
        trainer.StepCompleted += _ => steps++;
        trainer.Progressed += progress =>
        {
            Assert.InRange(progress.Batch, 1, progress.Batches);
            if (++told == 3)
            {
                enough.Cancel();
            }
        };
        Assert.Equal(StopReason.Cancelled, trainer.Run(cancellation: enough.Token).Reason);
        Assert.Equal(3, told);
        Assert.True(steps > 10 * told, $"{steps} steps, {told} told of");
    }

    /// <summary>Radices below a vector take another way: all of them, from every position on.</summary>
    [Fact]
    public void SmallShufflesAreTheSameWhereverTheyAreCopiedFrom()
    {
        for (int rows = 1; rows <= 300; rows++)
        {
            var order = new RowPermutation(rows, 5, rows);
            int[] shuffled = [.. Enumerable.Range(0, rows).Select(n => order[n])];
            for (int start = 0; start < rows; start++)
            {
                int[] copied = new int[rows - start];
                order.CopyTo(copied, start);
                Assert.True(shuffled.AsSpan(start).SequenceEqual(copied), $"{rows} rows from {start} on");
            }
        }
    }

    [Fact]
    public void SplitsAreStratified()
    {
        int[] classes = [.. Enumerable.Range(0, 1000).Select(row => row % 10 == 0 ? 1 : 0)];
        (int[] training, int[] validation) = StratifiedSplit.Split(classes, 1000, 0.2, 0);
        Assert.Equal(200, validation.Length);
        Assert.Equal(20, validation.Count(row => classes[row] == 1));
        Assert.Equal(Enumerable.Range(0, 1000), training.Concat(validation).Order());
    }

    /// <summary>Bytes that an action allocates in 100 runs: the least of five tries, as the runtime itself may allocate in one of them.</summary>
    private static long Allocated(Action action)
    {
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int n = 0; n < 100; n++)
            {
                action();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private static Dataset<T> Data<T>(int rows, int features, int classes) where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var random = new CounterRandom(9, 9);
        T[] x = [.. Enumerable.Range(0, rows * features).Select(n => T.CreateTruncating(random.Normal((ulong)n)))];
        return new(rows, features, x, Targets<T>.Classes([.. Enumerable.Range(0, rows).Select(row => (int)(random.Bits(1_000_000 + (ulong)row) % (ulong)classes))], classes));
    }
}
