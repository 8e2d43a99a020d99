using Backprop.Data;
using Backprop.Kernels;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Tests.Oracles;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>Saving on a disk that fails at every call in turn, and on one that stops at every call in turn.</summary>
public class CheckpointTests(ITestOutputHelper output)
{
    private static readonly string s_folder = Path.Combine(Path.GetTempPath(), "checkpoints of a simulated disk");
    private static readonly Dictionary<string, string> s_notes = new(StringComparer.Ordinal) { ["arguments"] = "[]" };

    [Fact]
    public void WhateverCallIsTheLastBeforeACrashTheRunGoesOnToTheSameBits()
    {
        float[] undisturbed = Weights(Train(new SimulatedDisk(), resume: false).Network);
        int calls = Calls(), images = 0;
        for (int last = 1; last <= calls; last++)
        {
            var disk = new SimulatedDisk { FailingCall = last };
            int written = 0;
            Assert.Throws<SimulatedDisk.CrashException>(() => Train(disk, resume: false, onWritten: n => written = n));
            foreach (SimulatedDisk found in disk.AfterCrash())
            {
                images++;
                if (written == 0 && !IsThereACheckpoint(found))
                {
                    continue; // nothing had been promised
                }

                (Network<float> network, long from) = Train(found, resume: true);
                Assert.True(from >= written * Every, $"crash at call {last}: resumed from step {from}, {written * Every} was written");
                Assert.Equal(undisturbed, Weights(network));
            }
        }

        output.WriteLine($"{calls} crash points, {images} states of the disk, 0 runs lost");
        Assert.True(images > calls);
    }

    [Fact]
    public void ASaveThatFailsIsReportedAndHarmsNothing()
    {
        float[] undisturbed = Weights(Train(new SimulatedDisk(), resume: false).Network);
        int calls = Calls(), reported = 0, tidied = 0;
        foreach (Exception failure in new Exception[] { new IOException("No space left on device"), new UnauthorizedAccessException("Access to the path is denied."), new IOException("Input/output error") })
        {
            for (int failing = 1; failing <= calls; failing++)
            {
                var disk = new SimulatedDisk { FailingCall = failing, Failure = failure };
                var errors = new List<string>();
                (Network<float> network, _) = Train(disk, resume: false, onFailed: errors.Add);
                Assert.Equal(undisturbed, Weights(network)); // training went on
                Assert.Equal(undisturbed, Weights(Train(disk, resume: true).Network)); // and so does what was saved before or after
                if (errors.Count == 0)
                {
                    tidied++; // an old checkpoint could not be deleted: it will be with the next one
                }
                else
                {
                    Assert.Contains(failure.Message, Assert.Single(errors));
                    reported++;
                }
            }
        }

        output.WriteLine($"3 × {calls} failures: {reported} reported, {tidied} in tidying up, which is tried again");
        Assert.True(reported > 0);
        Assert.True(tidied < reported / 2);
    }

    [Fact]
    public void TheNewestAreKeptAndADamagedOneIsPassedOver()
    {
        var disk = new SimulatedDisk();
        Train(disk, resume: false);
        string[] kept = [.. disk.Files(s_folder).Where(path => path.EndsWith(".safetensors", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        Assert.Equal(2, kept.Length);
        disk.Damage(kept[1], 3000);
        Assert.Equal(3 * Every, new CheckpointFolder(s_folder, 2, false, disk).Read<float>().Step);
        disk.Damage(kept[0], 3000);
        Assert.Contains("damaged", Assert.Throws<ModelException>(() => new CheckpointFolder(s_folder, 2, false, disk).Read<float>()).Message);
    }

    [Fact]
    public void AFreshRunTakesAUsedFolderOverOnlyIfAsked()
    {
        var disk = new SimulatedDisk();
        Train(disk, resume: false);
        string[] before = [.. disk.Files(s_folder).Order(StringComparer.Ordinal)];
        var first = new Checkpoint<float> { Epoch = 1, Batch = 1, Step = 1, History = [] };
        Assert.Contains("of another run", Assert.Throws<DataException>(() => new CheckpointFolder(s_folder, 2, false, disk).Write(first, s_notes)).Message);
        Assert.Equal(before, disk.Files(s_folder).Order(StringComparer.Ordinal));
        var folder = new CheckpointFolder(s_folder, 2, overwrite: true, disk);
        folder.Write(first, s_notes);
        Assert.Equal(2, disk.Files(s_folder).Count); // the checkpoint and its history
        Assert.DoesNotContain(disk.Files(s_folder), before.Contains);
        Assert.Equal(1, folder.Read<float>().Step);
    }

    /// <summary>What somebody else keeps in the folder is nobody's to delete, whatever it is called.</summary>
    [Fact]
    public void OtherFilesOfTheFolderAreLeftAlone()
    {
        var disk = new SimulatedDisk();
        foreach (string name in new[] { "history-2024.jsonl", "history-20240101.jsonl", "checkpoint.safetensors", "notes.txt" })
        {
            using Stream file = disk.Create(Path.Combine(s_folder, name));
        }

        string[] before = [.. disk.Files(s_folder)];
        Train(disk, resume: false);
        Assert.All(before, path => Assert.Contains(path, disk.Files(s_folder)));
    }

    /// <summary>What was written with a checkpoint, the notes and the names too, is under its hash.</summary>
    [Fact]
    public void NotesAreUnderTheHash()
    {
        var state = new Checkpoint<float> { Epoch = 1, Batch = 1, Step = 1, History = [], Parameters = [1], Best = [1] };
        SafeTensorsFile file = state.ToFile(s_notes, default);
        Checkpoint<float>.StateOf(file);
        Assert.Contains("damaged", Assert.Throws<ModelException>(() => Checkpoint<float>.StateOf(new(file.Tensors, new Dictionary<string, string>(file.Metadata, StringComparer.Ordinal) { ["arguments"] = "[\"x\"]" }))).Message);
        Assert.Contains("damaged", Assert.Throws<ModelException>(() => Checkpoint<float>.StateOf(new([.. file.Tensors.Select(tensor => tensor with { Name = tensor.Name == "best" ? "parameters" : "best" })], file.Metadata))).Message);
    }

    [Fact]
    public void TwoProcessesNeverShareAFolder()
    {
        string path = Directory.CreateTempSubdirectory("backprop-test").FullName;
        try
        {
            using var one = new CheckpointFolder(path);
            one.Begin();
            using var other = new CheckpointFolder(path);
            Assert.Contains("another run uses", Assert.Throws<DataException>(other.Begin).Message);
            one.Write(new Checkpoint<float> { Epoch = 1, Batch = 1, Step = 1, History = [], Parameters = [1], Best = [1] }, s_notes);
            Assert.Contains("another run uses", Assert.Throws<DataException>(() => other.Read<float>()).Message);
            one.Dispose();
            Assert.Equal(1, other.Read<float>().Step);
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    /// <summary>What decides bits, changed one by one; each is named.</summary>
    [Fact]
    public void ARunGoesOnWithNothingButWhatItBeganWith()
    {
        Dataset<float> data = Data(), rows = data.Select([.. Enumerable.Range(0, 20)]);
        float[] weights = [.. Enumerable.Range(0, data.Rows).Select(row => 1f + (row % 3))];
        var options = new TrainerOptions { Epochs = 2, BatchSize = 8, Schedule = "cosine" };
        Trainer<float> Make(string network = "5-6:tanh-1", string optimizer = "adam", OptimizerOptions? how = null, Dataset<float>? training = null, Dataset<float>? validation = null, TrainerOptions? with = null) =>
            new(new(NetworkDefinition.Parse(network), Initializer.PyTorch, 3), training ?? data, validation ?? rows, Optimizer.Create(optimizer, how), with ?? options);

        Checkpoint<float>? reached = null;
        Trainer<float> trainer = Make();
        trainer.CheckpointReached += checkpoint => reached ??= checkpoint;
        trainer.Run();
        Make().Run(reached); // the same

        float[] features = data.Features.ToArray(), values = data.Targets.AllValues.ToArray();
        features[7] += 1;
        values[7] += 1;
        foreach ((Trainer<float> other, string named) in new (Trainer<float>, string)[]
        {
            (Make(network: "5-6:relu-1"), "network"), (Make(network: "5-6:sigmoid-1"), "network"), (Make(optimizer: "nadam"), "optimizer"),
            (Make(how: new() { Beta1 = 0.8 }), "optimizer"), (Make(how: new() { Epsilon = 1e-5 }), "optimizer"), (Make(how: new() { LearningRate = 0.1 }), "optimizer"),
            (Make(training: new(data.Rows, 5, features, data.Targets)), "training features"), (Make(training: new(data.Rows, 5, data.Features.ToArray(), Targets<float>.Values(values, 1))), "training targets"),
            (Make(training: data.WithSampleWeights(weights)), "training sample weights"), (Make(validation: data.Select([.. Enumerable.Range(1, 20)])), "validation features"),
            (Make(validation: rows.WithSampleWeights(weights[..20])), "validation sample weights"),
            (Make(with: options with { BatchSize = 9 }), "batch size"), (Make(with: options with { Epochs = 3 }), "epochs"), (Make(with: options with { Schedule = "step" }), "schedule"),
            (Make(with: options with { WarmupSteps = 2 }), "warm-up"), (Make(with: options with { Seed = 5 }), "seed"), (Make(with: options with { Shuffle = false }), "shuffling"),
            (Make(with: options with { KeepBy = "mae" }), "watched"), (Make(with: options with { Identity = new Dictionary<string, string>(StringComparer.Ordinal) { ["training columns"] = "a" } }), "training columns"), (Make(with: options with { EarlyStopping = 3 }), "early stopping"),
            (Make(with: options with { Step = new() { L2 = 0.1 } }), "l2"), (Make(with: options with { Step = new() { L1 = 0.1 } }), "l1"),
            (Make(with: options with { Step = new() { ClipNorm = 0.1 } }), "clip-norm"), (Make(with: options with { Step = new() { ClipValue = 0.1 } }), "clip-value"),
        })
        {
            Assert.Contains(named, Assert.Throws<ModelException>(() => other.Run(reached)).Message);
        }

        string Of(double dropout, string loss) => RunIdentity.Of(new(5, [new(6, Activations.ActivationFunction.Parse("tanh"), dropout), new(1, Activations.ActivationFunction.Parse("identity"))], Losses.Loss.Parse(loss)), Optimizer.Create("adam"), options, data, null)["network"];
        Assert.Equal(4, new[] { Of(0, "huber:1"), Of(0.1, "huber:1"), Of(0.2, "huber:1"), Of(0, "huber:2") }.Distinct().Count());
    }

    /// <summary>What a large network writes, with small pieces in the place of large ones.</summary>
    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, 10)]
    [InlineData(11, 10)]
    [InlineData(40, 10)]
    [InlineData(7, 1)]
    public void BuffersGoIntoAFileInPieces(int length, int piece)
    {
        double[] values = [.. Enumerable.Range(0, length).Select(n => n + 0.5)];
        SafeTensor[] tensors = [.. Checkpoint<double>.Tensors("moment.0", values, piece)];
        Assert.All(tensors, tensor => Assert.InRange(tensor.Data.Length, 0, piece * sizeof(double)));
        Assert.Equal(values, Checkpoint<double>.Values(tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal), "moment.0"));
    }

    [Fact]
    public void WhatCouldNotBeReadAgainIsNotWritten()
    {
        var disk = new SimulatedDisk();
        var folder = new CheckpointFolder(s_folder, 1, false, disk);
        var state = new Checkpoint<float> { Epoch = 1, Batch = 1, Step = 1, History = [] };
        folder.Write(state, s_notes);
        Assert.Contains("header", Assert.Throws<DataException>(() => folder.Write(state, new Dictionary<string, string>(StringComparer.Ordinal) { ["note"] = new('x', 100_000_001) })).Message);
        Assert.Equal(1, folder.Read<float>().Step); // and what was there before stays
    }

    /// <summary>A checkpoint may come from anywhere: what it names is looked for in its own folder.</summary>
    [Theory]
    [InlineData("../history-00000001.jsonl")]
    [InlineData("history-/../../etc.jsonl")]
    [InlineData("/etc/passwd")]
    [InlineData("history-..\\x.jsonl")]
    public void AHistoryElsewhereIsNotRead(string file)
    {
        var disk = new SimulatedDisk();
        var state = new Checkpoint<float> { Epoch = 1, Batch = 1, Step = 1, History = [], Parameters = [1], Best = [1] };
        state.ToFile(s_notes, new(file, 0, "")).Write(Path.Combine(s_folder, "checkpoint-00000001.safetensors"), disk);
        Assert.Contains("as its history", Assert.Throws<ModelException>(() => new CheckpointFolder(s_folder, 2, false, disk).Read<float>()).Message);
    }

    /// <summary>A run whose time is up in the middle of an epoch ends with what it has; with more time it goes on as if it had never ended.</summary>
    [Fact]
    public void AnEndedRunEndsAgainOrGoesOnWithMoreTime()
    {
        Dataset<float> data = Data(), rows = data.Select([.. Enumerable.Range(0, 20)]);
        var options = new TrainerOptions { Epochs = 3, BatchSize = 8, Schedule = "one-cycle" };
        (TrainingResult, float[], List<Checkpoint<float>>) Run(TrainerOptions with, Checkpoint<float>? from = null)
        {
            var trainer = new Trainer<float>(new(NetworkDefinition.Parse("5-6:tanh-1"), Initializer.PyTorch, 3), data, rows, Optimizer.Create("adam"), with);
            List<Checkpoint<float>> reached = [];
            trainer.CheckpointReached += reached.Add;
            TrainingResult result = trainer.Run(from);
            return (result, Weights(trainer.Network), reached);
        }

        (TrainingResult whole, float[] expected, _) = Run(options);
        (TrainingResult timed, float[] early, List<Checkpoint<float>> reached) = Run(options with { MaxSeconds = 1e-9 });
        Assert.Equal(StopReason.MaxTime, timed.Reason);
        Assert.Equal(1, timed.Steps);
        Checkpoint<float> last = Assert.Single(reached);
        Assert.Equal((StopReason.MaxTime, 1, 1), (last.Ended, last.Epoch, last.Batch));
        (TrainingResult again, float[] same, _) = Run(options, last);
        Assert.Equal((StopReason.MaxTime, 0L), (again.Reason, again.Steps));
        Assert.Equal(early, same);
        Assert.Equal(timed.Kept!.Validation!.Loss, again.Kept!.Validation!.Loss);
        (TrainingResult rest, float[] found, _) = Run(options, last.Reopened());
        Assert.Equal((StopReason.Finished, whole.Steps - 1), (rest.Reason, rest.Steps));
        Assert.Equal(expected, found);
        Assert.Equal(whole.History.Select(epoch => epoch.Loss), rest.History.Select(epoch => epoch.Loss));
        Assert.Equal(whole.Kept!.Epoch, rest.Kept!.Epoch);
    }

    /// <summary>The kept epoch of a run that is resumed after it comes with all its measures.</summary>
    [Fact]
    public void WhatWasKeptBeforeAResumptionIsMeasuredInFull()
    {
        var random = new CounterRandom(4, 2);
        var data = new Dataset<float>(60, 3, [.. Enumerable.Range(0, 180).Select(n => (float)random.Normal((ulong)n))], Targets<float>.Classes([.. Enumerable.Range(0, 60).Select(n => n % 3)], 3), [.. Enumerable.Range(0, 60).Select(n => 1 + (n % 4))]);
        (TrainingResult, Checkpoint<float>) Run(Checkpoint<float>? from)
        {
            var trainer = new Trainer<float>(new(NetworkDefinition.Parse("3-20:tanh-3:softmax"), Initializer.PyTorch, 3), data, data.Select([.. Enumerable.Range(0, 20)]), Optimizer.Create("adam", new() { LearningRate = 0.1 }), new() { Epochs = 12, BatchSize = 8, KeepBy = "f1_macro" });
            Checkpoint<float>? last = from;
            trainer.CheckpointReached += checkpoint => last = checkpoint;
            return (trainer.Run(from), last!);
        }

        (TrainingResult whole, Checkpoint<float> last) = Run(null);
        (TrainingResult again, _) = Run(Checkpoint<float>.FromFile(last.ToFile(s_notes, default), _ => last.History));
        Assert.Equal(whole.Kept!.Epoch, again.Kept!.Epoch);
        Assert.Equal(whole.Kept.Validation!.Metrics, again.Kept.Validation!.Metrics);
        Assert.Equal(whole.Kept.Validation.Confusion, again.Kept.Validation.Confusion!);
        Assert.Equal(whole.Kept.Validation.WeightedConfusion!, again.Kept.Validation.WeightedConfusion!);
        Assert.Equal(whole.Kept.Validation.PerClass!, again.Kept.Validation.PerClass!);
    }

    /// <summary>A schedule that does not depend on the length lets a finished run be made longer, to the bits of a longer one.</summary>
    [Theory]
    [InlineData("constant")]
    [InlineData("plateau")]
    public void AFinishedRunCanBeMadeLonger(string schedule)
    {
        Dataset<float> data = Data();
        float[] Run(int epochs, Checkpoint<float>? from, Action<Checkpoint<float>>? reached)
        {
            var trainer = new Trainer<float>(new(NetworkDefinition.Parse("5-6:tanh-1"), Initializer.PyTorch, 3), data, null, Optimizer.Create("adam"), new() { Epochs = epochs, BatchSize = 8, Schedule = schedule });
            if (reached is not null)
            {
                trainer.CheckpointReached += reached;
            }

            trainer.Run(from);
            return Weights(trainer.Network);
        }

        Checkpoint<float>? last = null;
        Run(2, null, checkpoint => last = checkpoint);
        Assert.Equal(Run(5, null, null), Run(5, last, null));
    }

    /// <summary>Training goes on while a checkpoint is written, one at a time and all of them; what is told comes on the training thread, after the write.</summary>
    [Fact]
    public void CheckpointsAreWrittenBesideTraining()
    {
        Dataset<float> data = Data();
        Trainer<float> Make() => new(new(NetworkDefinition.Parse("5-6:tanh-1"), Initializer.PyTorch, 3), data, null, Optimizer.Create("adam"), new() { Epochs = 6, BatchSize = 8 });
        List<Checkpoint<float>> reached = [], wrote = [], told = [];
        Trainer<float> trainer = Make();
        int thread = Environment.CurrentManagedThreadId, writing = 0, steps = 0;
        using var later = new SemaphoreSlim(0);
        trainer.StepCompleted += step =>
        {
            if (++steps == 1 + (2 * step.Batches)) // of the third epoch: the first checkpoint is waited for by the second, which training has not waited for
            {
                Assert.Single(wrote);
                later.Release();
            }
        };
        trainer.CheckpointReached += reached.Add;
        trainer.CheckpointWriter = checkpoint =>
        {
            Assert.Equal(1, Interlocked.Increment(ref writing));
            Assert.NotEqual(thread, Environment.CurrentManagedThreadId);
            if (checkpoint.History.Count == 2)
            {
                Assert.True(later.Wait(TimeSpan.FromMinutes(1)), "training waits for the write");
            }

            Assert.Equal(checkpoint.Epoch - 1, checkpoint.History.Count(epoch => epoch is not null));
            wrote.Add(checkpoint);
            Interlocked.Decrement(ref writing);
        };
        trainer.CheckpointWritten += (checkpoint, error) =>
        {
            Assert.Null(error);
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
            Assert.Contains(checkpoint, wrote);
            told.Add(checkpoint);
        };
        trainer.Run();
        Assert.Equal(6, wrote.Count);
        Assert.Equal(reached, wrote);
        Assert.Equal(wrote, told);
        Trainer<float> again = Make();
        again.Run(wrote[2]);
        Assert.Equal(Weights(trainer.Network), Weights(again.Network));
    }

    /// <summary>A write that fails is told and training goes on; what no caller can expect ends the run, which waits for its last write whatever ends it.</summary>
    [Fact]
    public void AFailedWriteIsToldOrEndsTheRun()
    {
        Dataset<float> data = Data();
        Trainer<float> Make() => new(new(NetworkDefinition.Parse("5-6:tanh-1"), Initializer.PyTorch, 3), data, null, Optimizer.Create("sgd"), new() { Epochs = 4, BatchSize = 8 });
        var full = new DataException("the disk is full");
        List<(int Epoch, DataException? Error)> told = [];
        Trainer<float> trainer = Make();
        trainer.CheckpointWriter = checkpoint => _ = checkpoint.Epoch == 3 ? throw full : 0;
        trainer.CheckpointWritten += (checkpoint, error) => told.Add((checkpoint.Epoch, error));
        Assert.Equal(4, trainer.Run().History.Count);
        Assert.Equal([(2, null), (3, full), (4, null), (5, null)], told);

        trainer = Make();
        trainer.CheckpointWriter = checkpoint => throw new InvalidOperationException("a defect");
        Assert.Equal("a defect", Assert.Throws<InvalidOperationException>(() => trainer.Run()).Message);

        bool isWritten = false;
        trainer = new(trainer.Network, data, null, Optimizer.Create("sgd", new() { LearningRate = 1e30 }), new() { Epochs = 4, BatchSize = 8, CheckpointEvery = 1 });
        trainer.CheckpointWriter = _ =>
        {
            Thread.Sleep(100);
            isWritten = true;
        };
        Assert.Throws<DivergenceException>(() => trainer.Run());
        Assert.True(isWritten);
    }

    [Fact]
    public void HistoryIsWrittenOnceAndRewound()
    {
        var disk = new SimulatedDisk();
        string path = Path.Combine(s_folder, "history-00000001.jsonl");
        using var file = new HistoryFile(path, disk);
        EpochResult[] epochs = [.. Enumerable.Range(1, 6).Select(n => new EpochResult(n, 1.0 / n, n % 2 == 0 ? new(3, -0.1 / n, [new("r2", double.NaN)], null) : null, 1e-300 * n, n, n, n == 1) { ValidationSeconds = 0.1 * n, WallSeconds = n + (0.3 * n) })];
        HistoryMark two = file.Write(epochs[..2]), five = file.Write(epochs[..5]);
        int calls = disk.Calls;
        Assert.Equal(five, file.Write(epochs[..5])); // nothing to do
        Assert.Equal(calls, disk.Calls);
        EpochResult[] other = [.. epochs[..2], epochs[5]];
        HistoryMark rewound = file.Write(other);
        Assert.Equal(rewound.Bytes, disk.Open(path).Length);
        using var read = new HistoryFile(path, disk);
        Assert.Equal(other.Select(epoch => (epoch.Epoch, epoch.Loss, epoch.LearningRate, epoch.Validation?.Loss)), read.Read(rewound).Select(epoch => (epoch.Epoch, epoch.Loss, epoch.LearningRate, epoch.Validation?.Loss)));
        Assert.Equal(2, read.Read(two).Count);
        Assert.Throws<ModelException>(() => read.Read(five));
        disk.Damage(path, 3);
        Assert.Contains("damaged", Assert.Throws<ModelException>(() => read.Read(two)).Message);
    }

    [Fact]
    public void ADivergedRunGoesBackAndSlowsDown()
    {
        Dataset<float> data = Data();
        TrainingResult Run(float rate, bool rollBack, List<RollBack> backs)
        {
            var trainer = new Trainer<float>(new(NetworkDefinition.Parse("5-6:relu-1", Losses.Loss.Parse("squared_error")), Initializer.PyTorch, 1), data, null, Optimizer.Create("sgd", new() { LearningRate = rate }), new() { Epochs = 30, BatchSize = 16, RollBack = rollBack });
            trainer.RolledBack += backs.Add;
            return trainer.Run();
        }

        List<RollBack> backs = [];
        Assert.Throws<DivergenceException>(() => Run(50, rollBack: false, backs));
        Assert.Empty(backs);
        TrainingResult result = Run(50, rollBack: true, backs);
        Assert.Equal(30, result.History.Count);
        Assert.NotEmpty(backs);
        Assert.True(backs[^1].LearningRate < 50);
        Assert.All(result.History, epoch => Assert.True(double.IsFinite(epoch.Loss)));
        Assert.Throws<DivergenceException>(() => Run(1e30f, rollBack: true, [])); // ten halvings do not help
    }

    private const int Every = 3;

    private static int Calls()
    {
        var disk = new SimulatedDisk();
        Train(disk, resume: false);
        return disk.Calls;
    }

    /// <summary>Two epochs of six steps of Adam with a checkpoint after every third, so that some come with more history.</summary>
    private static (Network<float> Network, long From) Train(SimulatedDisk disk, bool resume, Action<int>? onWritten = null, Action<string>? onFailed = null)
    {
        var network = new Network<float>(NetworkDefinition.Parse("5-6:tanh-1"), Initializer.PyTorch, 3);
        var trainer = new Trainer<float>(network, Data(), null, Optimizer.Create("adam"), new() { Epochs = 2, BatchSize = 12, CheckpointEvery = Every });
        var folder = new CheckpointFolder(s_folder, 2, false, disk);
        Checkpoint<float>? from = resume ? folder.Read<float>() : null;
        int written = 0;
        trainer.CheckpointReached += checkpoint =>
        {
            try
            {
                folder.Write(checkpoint, s_notes);
                onWritten?.Invoke(++written);
            }
            catch (DataException error) when (onFailed is not null)
            {
                onFailed(error.Message);
            }
        };
        trainer.Run(from);
        return (network, from?.Step ?? 0);
    }

    private static bool IsThereACheckpoint(SimulatedDisk disk)
    {
        try
        {
            _ = new CheckpointFolder(s_folder, 2, false, disk).ReadNotes();
            return true;
        }
        catch (ModelException)
        {
            return false;
        }
    }

    private static float[] Weights(Network<float> network) => [.. network.Layers.SelectMany(layer => layer.GetWeights().Concat(layer.GetBiases()))];

    private static Dataset<float> Data()
    {
        var random = new CounterRandom(2, 2);
        return new(72, 5, [.. Enumerable.Range(0, 360).Select(n => (float)random.Normal((ulong)n))], Targets<float>.Values([.. Enumerable.Range(0, 72).Select(n => (float)random.Normal(1000 + (ulong)n))], 1));
    }
}
