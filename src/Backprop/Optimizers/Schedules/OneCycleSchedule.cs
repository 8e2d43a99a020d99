using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Optimizers.Schedules;

/// <summary>Up from 1/25 to 1 over the first 30 % of the run, then down to 1/250 000, both along a cosine (Smith 2017, PyTorch's shape).</summary>
public sealed class OneCycleSchedule : LearningRateSchedule
{
    /// <inheritdoc/>
    public override string Name => "one-cycle";

    /// <inheritdoc/>
    public override double At(long step, long steps)
    {
        double peak = 0.3 * steps, start = 1.0 / 25, end = start / 1e4;
        return step < peak
            ? Anneal(start, 1, step / peak)
            : Anneal(1, end, (step - peak) / Math.Max(1, steps - peak));
    }

    private static double Anneal(double from, double to, double part) =>
        to + ((from - to) * 0.5 * (1 + Lane<double>.Cos(new(Math.PI * Math.Min(1, part))).Value));

    [ModuleInitializer]
    internal static void Register() => Register("one-cycle", () => new OneCycleSchedule());
}
