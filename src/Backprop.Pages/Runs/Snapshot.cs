using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Pages.Runs;

/// <summary>One moment of training, whole and unchanging: what the page draws.</summary>
/// <param name="Network">A copy that training does not touch.</param>
/// <param name="Step">The steps made.</param>
/// <param name="StepsPerEpoch">The steps that an epoch takes.</param>
/// <param name="Training">Loss and metrics of the training rows.</param>
/// <param name="Test">Loss and metrics of the test rows, or null.</param>
/// <param name="Curve">What was measured up to now.</param>
/// <param name="IsRunning">Whether training goes on.</param>
/// <param name="StepsPerSecond">How fast it went since the last snapshot; 0 at rest.</param>
/// <param name="Failure">Why training cannot go on, or null.</param>
/// <param name="Rates">η, L1 and L2 at first.</param>
/// <param name="Then">What became of them.</param>
/// <param name="Updates">The updates that the optimizer has made.</param>
/// <param name="Moments">Its moments after them.</param>
internal sealed record Snapshot(
    Network<float> Network, long Step, int StepsPerEpoch, Evaluation Training, Evaluation? Test, IReadOnlyList<LossPoint> Curve, bool IsRunning, double StepsPerSecond, string? Failure,
    TrainingRates Rates, string Then, long Updates, float[][] Moments)
{
    /// <summary>Passes over the data, begun ones in part.</summary>
    public double Epochs => (double)Step / StepsPerEpoch;

    /// <summary>The rows that say how good the network is.</summary>
    public Evaluation Measured => Test ?? Training;
}
