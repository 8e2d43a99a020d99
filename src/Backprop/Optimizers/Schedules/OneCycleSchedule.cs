using System.Runtime.CompilerServices;

namespace Backprop.Optimizers.Schedules;

/// <summary>
/// Up from 1/25 to 1 over the first 30 % of the run, then down to 1/250 000 at its last step, both along a cosine (Smith 2017): PyTorch's
/// OneCycleLR(total_steps=steps). The peak is at 0.3·steps − 1, so that a run of fewer than four steps begins past it, and one of a single
/// step takes the end's rate.
/// </summary>
public sealed class OneCycleSchedule : LearningRateSchedule
{
    /// <inheritdoc/>
    public override string Name => "one-cycle";

    /// <inheritdoc/>
    public override double At(long step, long steps)
    {
        double peak = (0.3 * steps) - 1, last = Math.Max(1, steps) - 1, start = 1.0 / 25, end = start / 1e4;
        return step <= peak
            ? Anneal(start, 1, step / peak)
            : Anneal(1, end, (step - peak) / (last - peak));
    }

    private static double Anneal(double from, double to, double part) => to + ((from - to) * CosineAnnealing.At(Math.Min(1, part)));

    [ModuleInitializer]
    internal static void Register() => Register("one-cycle", () => new OneCycleSchedule());
}
