using System.Numerics;

namespace Backprop.Training;

/// <summary>What several networks' training comes to as one.</summary>
public static class EnsembleResult
{
    /// <param name="trained">How each went that was trained, whose steps count.</param>
    /// <param name="members">How each went that is used.</param>
    /// <param name="validation">What they are worth together; null: nothing validates.</param>
    /// <param name="trainer">What trained them.</param>
    public static TrainingResult Of<T>(IReadOnlyList<MemberResult> trained, IReadOnlyList<MemberResult> members, Evaluation? validation, EnsembleTrainer<T> trainer) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TrainingResult[] results = [.. members.Select(member => member.Result).OfType<TrainingResult>()];
        EpochResult[] kept = [.. members.Select(member => member.Kept).OfType<EpochResult>()];
        int earlier = results.Length == 0 ? 0 : results.Min(result => result.Earlier);
        EpochResult[] epochs = [.. results.SelectMany(result => result.History.Select((epoch, n) => n >= earlier && n < result.Earlier ? WithoutTime(epoch) : epoch)).GroupBy(epoch => epoch.Epoch).OrderBy(epoch => epoch.Key).Select(epoch => Mean([.. epoch], null))];
        StopReason reason = trained.Any(member => member.Result is null && member.Divergence is null) ? StopReason.Cancelled
            : new[] { StopReason.Cancelled, StopReason.MaxTime, StopReason.EarlyStopping, StopReason.Converged }.FirstOrDefault(reason => trained.Any(member => member.Result?.Reason == reason));
        return new(
            epochs,
            earlier,
            kept.Length == 0 ? null : Mean(kept, validation),
            results.Select(result => result.KeptBy).FirstOrDefault(figure => figure is not null),
            trained.Sum(member => member.Result?.Steps ?? 0),
            trainer.Seconds,
            trainer.Threads,
            reason)
        {
            Members = members.Count,
        };
    }

    /// <summary>An epoch that a network finished in an earlier run and another one in this: nothing of its time is this run's.</summary>
    private static EpochResult WithoutTime(EpochResult epoch) => epoch with { Seconds = 0, Steps = 0, ValidationSeconds = 0, WallSeconds = 0 };

    /// <summary>One epoch of several networks, or the epochs that they keep: mean losses, time and steps of all.</summary>
    private static EpochResult Mean(EpochResult[] epochs, Evaluation? validation) => new(
        epochs.Max(epoch => epoch.Epoch), epochs.Average(epoch => epoch.Loss), validation,
        epochs[0].LearningRate, epochs.Sum(epoch => epoch.Seconds), epochs.Sum(epoch => epoch.Steps), IsBest: true)
    {
        ValidationSeconds = epochs.Sum(epoch => epoch.ValidationSeconds),
        WallSeconds = epochs.Sum(epoch => epoch.WallSeconds),
    };
}
