using Backprop.Data;
using Backprop.Kernels;
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
        string[] kept = [.. disk.Files(s_folder).Order(StringComparer.Ordinal)];
        Assert.Equal(2, kept.Length);
        disk.Damage(kept[1], 3000);
        Assert.Equal(2 * Every, new CheckpointFolder(s_folder, 2, disk).Read<float>().Step);
        disk.Damage(kept[0], 3000);
        Assert.Contains("damaged", Assert.Throws<ModelException>(() => new CheckpointFolder(s_folder, 2, disk).Read<float>()).Message);
    }

    [Fact]
    public void AFreshRunInAUsedFolderTakesItOver()
    {
        var disk = new SimulatedDisk();
        Train(disk, resume: false);
        string[] before = [.. disk.Files(s_folder)];
        var folder = new CheckpointFolder(s_folder, 2, disk);
        folder.Write(new Checkpoint<float> { Epoch = 1, Batch = 1, Step = 1, History = [] }, s_notes);
        Assert.DoesNotContain(Assert.Single(disk.Files(s_folder)), before);
        Assert.Equal(1, folder.Read<float>().Step);
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

    /// <summary>Nine steps of Adam with a checkpoint after every third.</summary>
    private static (Network<float> Network, long From) Train(SimulatedDisk disk, bool resume, Action<int>? onWritten = null, Action<string>? onFailed = null)
    {
        var network = new Network<float>(NetworkDefinition.Parse("5-6:tanh-1"), Initializer.PyTorch, 3);
        var trainer = new Trainer<float>(network, Data(), null, Optimizer.Create("adam"), new() { Epochs = 1, BatchSize = 8, CheckpointEvery = Every });
        var folder = new CheckpointFolder(s_folder, 2, disk);
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
            _ = new CheckpointFolder(s_folder, 2, disk).ReadNotes();
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
