using Backprop.Optimizers;
using Backprop.Optimizers.Schedules;

namespace Backprop.Training;

/// <summary>How long and in what order a trainer runs.</summary>
public sealed record TrainerOptions
{
    /// <summary>Passes over the training data, at most.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Rows of a batch. A <see cref="Minimizer"/> takes all rows, whatever is said here: an epoch is one step.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>What the learning rate is multiplied by at each step: what <see cref="LearningRateSchedule.Parse"/> reads, such as <c>cosine</c> or <c>one-cycle(0.2)</c>.</summary>
    public string Schedule { get; init; } = "constant";

    /// <summary>Steps at the beginning over which the learning rate rises linearly to the schedule's, from 1 / (steps + 1) of it (PyTorch's LinearLR).</summary>
    public int WarmupSteps { get; init; }

    /// <summary>
    /// What is validated and kept in place of the weights: <c>ema:0.999</c>, their exponential mean over steps, or <c>swa</c>, the plain mean of the weights after each
    /// epoch of the run's last quarter. null: the weights themselves. Running statistics of batch norms are then estimated for the mean after each epoch, by a pass over
    /// the training rows (PyTorch's update_bn); training goes on with its own.
    /// </summary>
    public string? Average { get; init; }

    /// <summary>The first epoch that counts into the mean of <c>swa</c>, of the run's last quarter; null where <see cref="Average"/> is another.</summary>
    public int? FirstAveragedEpoch => WeightAverage<double>.KnowsTheEnd(Average) ? WeightAverage<double>.FirstEpoch(Epochs) : null;

    /// <summary>
    /// Wall seconds of the run, from the call on, validation and checkpoints included: the run ends in time to validate once more, and what is
    /// done of the epoch counts as one. At least one step is done. null: no limit.
    /// </summary>
    public double? MaxSeconds { get; init; }

    /// <summary>Epochs without a better value of the watched figure (<see cref="KeepBy"/>) after which training stops; needs validation rows. null: never.</summary>
    public int? EarlyStopping { get; init; }

    /// <summary>
    /// The figure of the validation rows that is watched: the epoch where it is best is kept, early stopping and the plateau schedule go by it
    /// too. <c>loss</c>, or a metric. Without validation rows the last epoch is kept, and the plateau schedule goes by the training loss.
    /// </summary>
    public string KeepBy { get; init; } = WatchedFigure.Loss;

    /// <summary>What <see cref="KeepBy"/> may be; whether rows have it depends on their targets.</summary>
    public static IReadOnlyList<string> Figures => WatchedFigure.Names;

    /// <summary>Steps between checkpoints within an epoch; 0: after epochs only.</summary>
    public int CheckpointEvery { get; init; }

    /// <summary>Whether to go back to the last checkpoint and halve the learning rate when training diverges, up to ten times from one checkpoint; otherwise it ends. No checkpoint is then taken while the loss is far above its least: three times that, or, once losses below 0 were seen, twice its size and a tenth of the way to the first loss above it.</summary>
    public bool RollBack { get; init; }

    /// <summary>What else a resumed run must have begun with, by name: what the features are made of, say. A name that begins with <c>training</c> or <c>validation</c> stands for something that is too long to be said.</summary>
    public IReadOnlyDictionary<string, string> Identity { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

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
        _ = Average is null ? null : WeightAverage<double>.Decay(Average);
        _ = new WatchedFigure(KeepBy);
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
