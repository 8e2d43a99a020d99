using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>Which epoch is kept, when a run ends, what an epoch's loss is the mean of: one rule, whatever the sign and the scale of the loss.</summary>
public class WatchedFigureTests
{
    [Fact]
    public void AnEpochsLossIsTheMeanOverItsRowsByTheirWeights()
    {
        // A rate of almost 0: the loss of an epoch is the loss of the network, whatever the batches are.
        foreach (float[]? weights in new float[]?[] { null, [100, 100, 1, 1, 3, 0, 0], [0, 0, 1, 1, 0, 0, 2], [1e-6f, 1e6f, 1, 1, 1, 1, 1] })
        {
            var data = new Dataset<double>(7, 1, [1, 2, 3, 4, 5, 6, 7], Targets<double>.Values([1, 1, 10, 10, -4, 0.5, 2], 1), weights is null ? null : Array.ConvertAll(weights, weight => (double)weight));
            var network = new Network<double>(NetworkDefinition.Parse("1-1"), Initializer.PyTorch, 5);
            double expected = new Evaluator<double>(network).Evaluate(data).Loss;
            foreach (int batch in new[] { 1, 2, 3, 7 })
            {
                TrainingResult result = new Trainer<double>(network.Clone(), data, data, new Sgd(new() { LearningRate = 1e-30 }), new() { BatchSize = batch, Epochs = 2 }).Run();
                Assert.All(result.History, epoch => Assert.Equal(expected, epoch.Loss, 1e-12 * expected));
                Assert.All(result.History, epoch => Assert.Equal(expected, epoch.Validation!.Loss, 1e-12 * expected));
            }
        }

        var heavy = new Dataset<double>(2, 1, [1, 2], Targets<double>.Values([1, 1], 1), [1.7e308, 1.7e308]);
        Assert.Contains("add up to", Assert.Throws<DataException>(() => new Trainer<double>(new(NetworkDefinition.Parse("1-1")), heavy, null, new Sgd())).Message);
        var nothing = new Dataset<double>(2, 1, [1, 2], Targets<double>.Values([1, 1], 1), [0, 0]);
        Assert.Contains("nothing counts", Assert.Throws<DataException>(() => new Trainer<double>(new(NetworkDefinition.Parse("1-1")), nothing, null, new Sgd())).Message);
        Assert.Contains("validation", Assert.Throws<DataException>(() => new Trainer<double>(new(NetworkDefinition.Parse("1-1")), nothing.WithSampleWeights(null), nothing, new Sgd())).Message);
    }

    [Fact]
    public void EarlyStoppingNeedsSomethingToWatch()
    {
        var data = new Dataset<double>(2, 1, [1, 2], Targets<double>.Values([1, 1], 1));
        Assert.Contains("validation rows", Assert.Throws<UsageException>(() => new Trainer<double>(new(NetworkDefinition.Parse("1-1")), data, null, new Sgd(), new() { EarlyStopping = 3 })).Message);
        Assert.Contains("accuracy", Assert.Throws<UsageException>(() => new Trainer<double>(new(NetworkDefinition.Parse("1-1")), data, data, new Sgd(), new() { KeepBy = "accuracy" }).Run()).Message);
        Assert.Contains("did you mean", Assert.Throws<UsageException>(() => new Trainer<double>(new(NetworkDefinition.Parse("1-1")), data, data, new Sgd(), new() { KeepBy = "acuracy" })).Message, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Sums to what was drawn: the kept epoch is the argmin (or argmax) of the watched figure, early stopping counts from it.</summary>
    [Theory]
    [InlineData("loss", true)]
    [InlineData("mae", true)]
    [InlineData("rmse", true)]
    [InlineData("r2", false)]
    public void TheKeptEpochIsTheBestByTheFigureThatIsWatched(string figure, bool less)
    {
        var random = new CounterRandom(3, 9);
        double[] x = [.. Enumerable.Range(0, 40).Select(n => random.Normal((ulong)n))], y = [.. x.Select((value, n) => value + (0.5 * random.Normal(100 + (ulong)n)))];
        var data = new Dataset<double>(30, 1, x[..30], Targets<double>.Values(y[..30], 1));
        var rows = new Dataset<double>(10, 1, x[30..], Targets<double>.Values(y[30..], 1));
        foreach (int patience in new[] { 1, 3, 1000 })
        {
            TrainingResult result = new Trainer<double>(new(NetworkDefinition.Parse("1-5:tanh-1"), Initializer.PyTorch, 2), data, rows, new Adam(new() { LearningRate = 0.05 }), new() { Epochs = 60, BatchSize = 5, KeepBy = figure, EarlyStopping = patience }).Run();
            double[] values = [.. result.History.Select(epoch => figure == "loss" ? epoch.Validation!.Loss : epoch.Validation![figure])];
            int best = Array.IndexOf(values, less ? values.Min() : values.Max()) + 1;
            Assert.Equal(best, result.Kept!.Epoch);
            Assert.Equal(figure, result.KeptBy);
            Assert.Equal(result.Reason == StopReason.EarlyStopping, values.Length - best == patience);
            Assert.Null(result.History[^1].Validation!.Confusion);
        }
    }

    /// <summary>One validation row whose loss is infinite in float: no epoch is the best, the last one is kept, and not called best.</summary>
    [Fact]
    public void AnInfiniteFigureIsNeverTheBest()
    {
        float[] x = [.. Enumerable.Range(0, 32).Select(n => n / 16f)];
        var data = new Dataset<float>(32, 1, x, Targets<float>.Values([.. x.Select(value => (2 * value) + 1)], 1));
        var rows = new Dataset<float>(3, 1, [0.5f, 1, 1.5f], Targets<float>.Values([2, 3, 1e30f], 1));
        var network = new Network<float>(NetworkDefinition.Parse("1-1", Losses.Loss.Parse("squared_error")), Initializer.PyTorch, 1);
        TrainingResult result = new Trainer<float>(network, data, rows, new Adam(new() { LearningRate = 0.05 }), new() { Epochs = 60, BatchSize = 8 }).Run();
        Assert.False(double.IsFinite(result.Kept!.Validation!.Loss));
        Assert.Equal((60, (string?)null), (result.Kept.Epoch, result.KeptBy));
        Assert.All(result.History, epoch => Assert.False(epoch.IsBest));
        Assert.True(new Evaluator<float>(network).Evaluate(data)["r2"] > 0.9);
    }

    /// <summary>A loss below 0 is a loss like another: it is rolled back to, and checkpoints are written.</summary>
    [Fact]
    public void RollingBackWorksBelowZero()
    {
        var random = new CounterRandom(5, 9);
        float[] x = [.. Enumerable.Range(0, 64).Select(n => (float)random.Normal((ulong)n))];
        var data = new Dataset<float>(64, 1, x, Targets<float>.Values([.. x.Select((value, n) => (0.1f * value) + (0.01f * (float)random.Normal(500 + (ulong)n)))], 1));
        foreach (double rate in new[] { 0.05, 4.0 })
        {
            var trainer = new Trainer<float>(new(NetworkDefinition.Parse("1-2", Losses.Loss.Parse("gaussian_nll")), Initializer.PyTorch, 1), data, null, new Sgd(new() { LearningRate = rate }), new() { Epochs = 300, BatchSize = 16, RollBack = true });
            int backs = 0, written = 0;
            trainer.RolledBack += _ => backs++;
            trainer.CheckpointReached += _ => written++;
            TrainingResult result = trainer.Run();
            Assert.Equal(300, result.History.Count);
            Assert.True(result.History.Min(epoch => epoch.Loss) < -1, $"rate {rate}: loss {result.History[^1].Loss}, least {result.History.Min(epoch => epoch.Loss)}, {backs} times rolled back, {written} checkpoints");
            Assert.Equal(rate > 1, backs > 0);
            Assert.InRange(written, 150, 3000);
        }
    }

    /// <summary>A function that no file can hold is no reason not to roll back.</summary>
    [Fact]
    public void AFunctionOfOnesOwnCanBeRolledBack()
    {
        var own = Activations.ActivationFunction.Custom("half_of_rolling", p => 0.5 * p, _ => 0.5);
        var data = new Dataset<double>(2, 1, [1, 2], Targets<double>.Values([1, 1], 1));
        var trainer = new Trainer<double>(new(new NetworkDefinition(1, [new(3, own), new(1, Activations.ActivationFunction.Parse("identity"))], Losses.Loss.Parse("squared_error")), Initializer.PyTorch), data, null, new Sgd(), new() { RollBack = true, Epochs = 2 });
        trainer.CheckpointReached += _ => { };
        Assert.Equal(2, trainer.Run().History.Count);
    }

    /// <summary>Bookkeeping: the second thousand epochs allocate as much as the first, with checkpoints, validation and roll-backs asked for.</summary>
    [Fact]
    public void WhatAnEpochCostsDoesNotGrow()
    {
        var data = new Dataset<double>(4, 2, [0, 0, 0, 1, 1, 0, 1, 1], Targets<double>.Values([0, 1, 1, 0], 1));
        var trainer = new Trainer<double>(new(NetworkDefinition.Parse("2-4:tanh-1:sigmoid"), Initializer.PyTorch, 1), data, data, new Adam(), new() { Epochs = 3000, BatchSize = 4, RollBack = true });
        var disk = new Oracles.SimulatedDisk();
        string path = Path.Combine(Path.GetTempPath(), "history-00000001.jsonl");
        using var history = new HistoryFile(path, disk);
        long before = 0;
        var allocated = new List<long>();
        var written = new List<long>();
        trainer.CheckpointReached += checkpoint =>
        {
            HistoryMark mark = history.Write(checkpoint.History);
            if (checkpoint.History.Count % 1000 == 0)
            {
                allocated.Add(GC.GetAllocatedBytesForCurrentThread() - before);
                written.Add(checkpoint.ToFile(new Dictionary<string, string>(StringComparer.Ordinal), mark).Metadata.Values.Sum(value => (long)value.Length));
                before = GC.GetAllocatedBytesForCurrentThread();
            }
        };
        trainer.Run();
        Assert.Equal(3, allocated.Count);
        Assert.InRange(allocated[2], 0, allocated[1] * 1.1);
        Assert.InRange(written[2], 0, written[0] + 100);
    }

    /// <summary>Epochs that did not happen are in no history.</summary>
    [Fact]
    public void WhatWasRolledBackIsNotInTheHistory()
    {
        var random = new CounterRandom(5, 1);
        float[] x = [.. Enumerable.Range(0, 64).Select(n => 3 * (float)random.Normal((ulong)n))];
        var data = new Dataset<float>(64, 1, x, Targets<float>.Values([.. x.Select(value => 3 * value)], 1));
        var trainer = new Trainer<float>(new(NetworkDefinition.Parse("1-1", Losses.Loss.Parse("squared_error")), Initializer.PyTorch, 1), data, null, new Sgd(new() { LearningRate = 1.5 }), new() { Epochs = 60, BatchSize = 64, RollBack = true });
        var told = new List<EpochResult>();
        int backs = 0;
        trainer.EpochCompleted += told.Add;
        trainer.RolledBack += back =>
        {
            backs++;
            told.RemoveRange(back.Epochs, told.Count - back.Epochs);
        };
        TrainingResult result = trainer.Run();
        Assert.True(backs > 0);
        Assert.Equal(Enumerable.Range(1, 60), result.History.Select(epoch => epoch.Epoch));
        Assert.Equal(result.History, told);
    }

    [Fact]
    public void ARunThatIsStoppedBeforeItsFirstStepEnds()
    {
        var data = new Dataset<double>(2, 1, [1, 2], Targets<double>.Values([1, 1], 1));
        foreach (bool rollBack in new[] { false, true })
        {
            var trainer = new Trainer<double>(new(NetworkDefinition.Parse("1-1")), data, data, new Sgd(), new() { RollBack = rollBack });
            trainer.CheckpointReached += _ => { };
            TrainingResult result = trainer.Run(cancellation: new(canceled: true));
            Assert.Equal((StopReason.Cancelled, 0L, (EpochResult?)null), (result.Reason, result.Steps, result.Kept));
        }
    }

    /// <summary>The time of the first steps, which compile, says nothing of how long validation will take.</summary>
    [Fact]
    public void TimeIsUsed()
    {
        var random = new CounterRandom(5, 1);
        var data = new Dataset<float>(20_000, 4, [.. Enumerable.Range(0, 80_000).Select(n => (float)random.Normal((ulong)n))], Targets<float>.Values([.. Enumerable.Range(0, 20_000).Select(n => (float)random.Normal(200 + (ulong)n))], 1));
        TrainingResult result = new Trainer<float>(new(NetworkDefinition.Parse("4-17:silu-1"), Initializer.PyTorch, 1), data, data, new Adam(), new() { Epochs = 1_000_000, MaxSeconds = 1.5 }).Run();
        Assert.Equal(StopReason.MaxTime, result.Reason);
        Assert.True(result.Steps > 100, $"{result.Steps} steps");
    }

    /// <summary>Early stopping that falls on the last epoch is an end, not a run that could be longer.</summary>
    [Fact]
    public void AStopInTheLastEpochIsAStop()
    {
        var random = new CounterRandom(5, 1);
        var data = new Dataset<double>(40, 2, [.. Enumerable.Range(0, 80).Select(n => random.Normal((ulong)n))], Targets<double>.Values([.. Enumerable.Range(0, 40).Select(n => random.Normal(200 + (ulong)n))], 1));
        (TrainingResult Result, double[] Weights) Run(int epochs, ref Checkpoint<double>? state)
        {
            var network = new Network<double>(NetworkDefinition.Parse("2-8:tanh-1"), Initializer.PyTorch, 1);
            var trainer = new Trainer<double>(network, data.Select([.. Enumerable.Range(0, 20)]), data.Select([.. Enumerable.Range(20, 20)]), new Adam(new() { LearningRate = 0.1 }), new() { Epochs = epochs, BatchSize = 4, EarlyStopping = 1 });
            Checkpoint<double>? from = state, last = state;
            trainer.CheckpointReached += checkpoint => last = checkpoint;
            TrainingResult result = trainer.Run(from);
            state = last;
            return (result, [.. network.Layers.SelectMany(layer => layer.GetWeights())]);
        }

        Checkpoint<double>? none = null, ended = null;
        (TrainingResult whole, double[] weights) = Run(60, ref none);
        Assert.Equal(StopReason.EarlyStopping, whole.Reason);
        Assert.Equal(StopReason.EarlyStopping, Run(whole.History.Count, ref ended).Result.Reason);
        (TrainingResult longer, double[] same) = Run(60, ref ended);
        Assert.Equal((0L, whole.History.Count), (longer.Steps, longer.History.Count));
        Assert.Equal(weights, same);
    }

    /// <summary>A run that rolls back, stopped after any step and resumed, goes back to where it would have gone.</summary>
    [Theory]
    [InlineData(3, 0)]
    [InlineData(8, 0)]
    [InlineData(3, 3)]
    [InlineData(8, 3)]
    public void AStoppedRunRollsBackToWhereItWouldHave(double rate, int every)
    {
        var random = new CounterRandom(2, 2);
        var data = new Dataset<float>(72, 5, [.. Enumerable.Range(0, 360).Select(n => (float)random.Normal((ulong)n))], Targets<float>.Values([.. Enumerable.Range(0, 72).Select(n => (float)random.Normal(1000 + (ulong)n))], 1));
        float[] Run(int stopAfter, Checkpoint<float>? from, out Checkpoint<float>? reached, out int backs)
        {
            var network = new Network<float>(NetworkDefinition.Parse("5-6:relu-1", Losses.Loss.Parse("squared_error")), Initializer.PyTorch, 1);
            var trainer = new Trainer<float>(network, data, null, new Sgd(new() { LearningRate = rate }), new() { Epochs = 12, BatchSize = 16, RollBack = true, CheckpointEvery = every });
            using var source = new CancellationTokenSource();
            Checkpoint<float>? last = from;
            int steps = 0, went = 0;
            trainer.CheckpointReached += checkpoint => last = Checkpoint<float>.FromFile(checkpoint.ToFile(new Dictionary<string, string>(StringComparer.Ordinal), default), _ => checkpoint.History);
            trainer.RolledBack += _ => went++;
            trainer.StepCompleted += _ =>
            {
                if (++steps == stopAfter)
                {
                    source.Cancel();
                }
            };
            trainer.Run(from, source.Token);
            (reached, backs) = (last, went);
            return [.. network.Layers.SelectMany(layer => layer.GetWeights())];
        }

        float[] expected = Run(-1, null, out _, out int times);
        Assert.True(times > 0);
        for (int stop = 1; stop < 60; stop += 4)
        {
            Run(stop, null, out Checkpoint<float>? reached, out _);
            Assert.Equal(expected, Run(-1, reached, out _, out _));
        }
    }

    /// <summary>Training that is stopped in the middle of an epoch leaves the weights of the epoch that it says it kept.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnInterruptedRunKeepsWhatItSays(bool validates)
    {
        var random = new CounterRandom(5, 1);
        var data = new Dataset<double>(40, 2, [.. Enumerable.Range(0, 80).Select(n => random.Normal((ulong)n))], Targets<double>.Values([.. Enumerable.Range(0, 40).Select(n => random.Normal(200 + (ulong)n))], 1));
        double[] Run(int epochs, int cancelAfter, out TrainingResult result)
        {
            var network = new Network<double>(NetworkDefinition.Parse("2-4:tanh-1"), Initializer.PyTorch, 1);
            var trainer = new Trainer<double>(network, data, validates ? data : null, new Adam(), new() { Epochs = epochs, BatchSize = 4 });
            using var source = new CancellationTokenSource();
            int steps = 0;
            trainer.StepCompleted += _ =>
            {
                if (++steps == cancelAfter)
                {
                    source.Cancel();
                }
            };
            result = trainer.Run(cancellation: source.Token);
            return [.. network.Layers.SelectMany(layer => layer.GetWeights())];
        }

        double[] expected = Run(3, 1000, out _), found = Run(9, 34, out TrainingResult stopped);
        Assert.Equal((StopReason.Cancelled, 3, 34L), (stopped.Reason, stopped.Kept!.Epoch, stopped.Steps));
        Assert.Equal(expected, found);
        Run(9, 4, out TrainingResult early);
        Assert.Null(early.Kept);
    }
}
