using System.Runtime.CompilerServices;

namespace Backprop.Optimizers.Schedules;

/// <summary>
/// Up from 1/25 to 1 over the first 30 % of the run, then down to 1/250 000 at its last step, both along a cosine (Smith 2017): PyTorch's
/// OneCycleLR(total_steps=steps), one-cycle(pct_start,div_factor,final_div_factor). The peak is at 0.3·steps − 1, so that a run of fewer than four steps
/// begins past it, and one of a single step takes the end's rate.
/// </summary>
public sealed class OneCycleSchedule : LearningRateSchedule
{
    private readonly double _rise, _startDivisor, _endDivisor;

    /// <param name="rise">The part of the run that rises.</param>
    /// <param name="startDivisor">What 1 is divided by for the start.</param>
    /// <param name="endDivisor">What the start is divided by for the end.</param>
    /// <exception cref="UsageException">One of them is out of its range.</exception>
    public OneCycleSchedule(double rise = 0.3, double startDivisor = 25, double endDivisor = 1e4)
    {
        _rise = Within("the part that rises", rise, 0, 1);
        _startDivisor = Within("the divisor of the start", startDivisor, 1, double.MaxValue);
        _endDivisor = Within("the divisor of the end", endDivisor, 1, double.MaxValue);
    }

    /// <inheritdoc/>
    public override string Name => "one-cycle";

    /// <inheritdoc/>
    public override IReadOnlyList<double> Parameters => [_rise, _startDivisor, _endDivisor];

    /// <inheritdoc/>
    public override double At(long step, long steps)
    {
        double peak = (_rise * steps) - 1, last = Math.Max(1, steps) - 1, start = 1.0 / _startDivisor, end = start / _endDivisor;
        return step < peak || (step == peak && peak > 0)
            ? Anneal(start, 1, step / peak)
            : Anneal(1, end, last > peak ? (step - peak) / (last - peak) : 0);
    }

    private static double Anneal(double from, double to, double part) => to + ((from - to) * CosineAnnealing.At(Math.Min(1, part)));

    [ModuleInitializer]
    internal static void Register() => Register("one-cycle", given => new OneCycleSchedule(At(given, 0, 0.3), At(given, 1, 25), At(given, 2, 1e4)));
}
