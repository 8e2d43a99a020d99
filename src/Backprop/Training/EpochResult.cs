namespace Backprop.Training;

/// <summary>What an epoch ended with.</summary>
/// <param name="Epoch">Counted from 1.</param>
/// <param name="Loss">The mean training loss over the epoch's rows by their weights, of each batch before its update.</param>
/// <param name="Validation">The loss and the metrics on the validation data; null without any. In a history without the confusion matrix.</param>
/// <param name="LearningRate">The rate of the epoch's last step.</param>
/// <param name="Seconds">The time of the epoch's steps, validation excluded; those before a resumption included.</param>
/// <param name="Steps">The epoch's steps.</param>
/// <param name="IsBest">Whether the watched figure is the best so far (or there is no validation).</param>
public sealed record EpochResult(int Epoch, double Loss, Evaluation? Validation, double LearningRate, double Seconds, int Steps, bool IsBest)
{
    /// <summary>The time of the validation.</summary>
    public double ValidationSeconds { get; init; }

    /// <summary>The time since the epoch before was over, or since training began: steps, validation, and what was saved and shown in between; those before a resumption included.</summary>
    public double WallSeconds { get; init; }
}
