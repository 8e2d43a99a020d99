using Backprop.Optimizers.Schedules;

namespace Backprop.Training;

/// <summary>How long and in what order a trainer runs.</summary>
public sealed record TrainerOptions
{
    /// <summary>Passes over the training data, at most.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Rows of a batch.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>What the learning rate is multiplied by at each step.</summary>
    public string Schedule { get; init; } = "constant";

    /// <summary>Steps at the beginning over which the learning rate rises linearly from 0.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>Seconds of training after which no further step is done; what is done of the epoch counts as one. null: no limit.</summary>
    public double? MaxSeconds { get; init; }

    /// <summary>Epochs without a better validation result after which training stops; null: never.</summary>
    public int? EarlyStopping { get; init; }

    /// <summary>Steps between checkpoints within an epoch; 0: after epochs only.</summary>
    public int CheckpointEvery { get; init; }

    /// <summary>Whether to go back to the last checkpoint and halve the learning rate when training diverges, up to ten times from one checkpoint; otherwise it ends. No checkpoint is then taken while the loss is more than three times its least.</summary>
    public bool RollBack { get; init; }

    /// <summary>What shuffling and dropout are drawn from.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether each epoch has an order of its own; otherwise rows come in file order.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>What a step does beside following the gradient.</summary>
    public TrainingStepOptions Step { get; init; } = new();

    internal void Validate()
    {
        Require("epochs", Epochs);
        Require("batch-size", BatchSize);
        if (WarmupSteps < 0)
        {
            throw new UsageException($"warmup must be at least 0 steps, found {WarmupSteps}");
        }

        if (MaxSeconds is { } seconds && !(seconds > 0))
        {
            throw new UsageException($"max-time must be above 0 seconds, found {seconds}");
        }

        if (EarlyStopping is { } patience)
        {
            Require("early-stopping", patience);
        }

        _ = LearningRateSchedule.Parse(Schedule);
        Step.Validate();

        static void Require(string name, int value)
        {
            if (value < 1)
            {
                throw new UsageException($"{name} must be at least 1, found {value}");
            }
        }
    }
}
