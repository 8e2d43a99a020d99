using System.Globalization;
using System.Runtime.CompilerServices;

namespace Backprop.Optimizers.Schedules;

/// <summary>
/// A tenth after each third of the run, from steps ⌈steps/3⌉ and ⌈2·steps/3⌉ on, counted from 0: PyTorch's MultiStepLR with these milestones. step(n,γ): γ after
/// each of n parts, step(3,0.1) by default.
/// </summary>
public sealed class StepSchedule : LearningRateSchedule
{
    private readonly double _reduction, _divisor;
    private readonly long _parts;

    /// <param name="parts">n, whole.</param>
    /// <param name="reduction">γ.</param>
    /// <exception cref="UsageException">One of them is out of its range.</exception>
    public StepSchedule(double parts = 3, double reduction = 0.1)
    {
        _parts = double.IsInteger(parts) ? (long)Within("the number of parts", parts, 1, 1e6) : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"schedule 'step': the number of parts must be at least 1 and at most 1000000, and whole, found {parts}"));
        _reduction = Within("the factor", reduction, 0, 1);
        _divisor = Math.Round(1 / reduction);
    }

    /// <inheritdoc/>
    public override string Name => "step";

    /// <inheritdoc/>
    public override IReadOnlyList<double> Parameters => [_parts, _reduction];

    /// <summary>γⁿ; that of a tenth is rounded once, 1/10ⁿ.</summary>
    public override double At(long step, long steps)
    {
        long done = Math.Min(_parts - 1, (long)((Int128)_parts * step / Math.Max(1, steps)));
        return 1 / _divisor == _reduction ? 1 / Optimizer.Power(_divisor, done) : Optimizer.Power(_reduction, done);
    }

    [ModuleInitializer]
    internal static void Register() => Register("step", given => new StepSchedule(At(given, 0, 3), At(given, 1, 0.1)));
}
