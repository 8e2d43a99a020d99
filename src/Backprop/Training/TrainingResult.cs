namespace Backprop.Training;

/// <summary>How a run went. The network holds the kept epoch's weights.</summary>
/// <param name="History">Every epoch, those before a resumed checkpoint included.</param>
/// <param name="Earlier">How many of them an earlier run finished.</param>
/// <param name="Kept">The epoch whose weights the network holds: the best by the watched figure, with its confusion matrix; the last one where nothing is validated, or no figure was finite. null: none was finished.</param>
/// <param name="KeptBy">The figure it is the best by; null: it is the last one.</param>
/// <param name="Steps">The steps run.</param>
/// <param name="Seconds">Their time: shuffling and gathering included, validation excluded.</param>
/// <param name="Threads">The threads that really ran.</param>
/// <param name="Reason">Why training ended.</param>
public sealed record TrainingResult(IReadOnlyList<EpochResult> History, int Earlier, EpochResult? Kept, string? KeptBy, long Steps, double Seconds, int Threads, StopReason Reason)
{
    /// <summary>The time of this run's validations, one after each epoch.</summary>
    public double ValidationSeconds => History.Skip(Earlier).Sum(epoch => epoch.ValidationSeconds);

    /// <summary>The networks that were trained: of several, epochs are means over them, steps and seconds of steps are of all, and <see cref="Seconds"/> are those of the busiest thread.</summary>
    public int Members { get; init; } = 1;

    /// <summary>The median over this run's epochs of the mean time of a step, in microseconds.</summary>
    public double MicrosecondsPerStep
    {
        get
        {
            double[] times = [.. History.Skip(Earlier).Where(epoch => epoch.Steps > 0).Select(epoch => 1e6 * epoch.Seconds / epoch.Steps).Order()];
            return times.Length == 0 ? 0 : times.Length % 2 == 1 ? times[times.Length / 2] : 0.5 * (times[(times.Length / 2) - 1] + times[times.Length / 2]);
        }
    }
}
