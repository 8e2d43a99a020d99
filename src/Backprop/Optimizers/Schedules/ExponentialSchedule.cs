using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Optimizers.Schedules;

/// <summary>Down to e = 0.01 after the last step, by the same factor γ = e^(1/steps) at every step, PyTorch's ExponentialLR(γ): exponential(e).</summary>
public sealed class ExponentialSchedule : LearningRateSchedule
{
    private readonly double _end, _logarithm;

    /// <param name="end">e, what is left at the end.</param>
    /// <exception cref="UsageException">It is not from 1e-12 to 1.</exception>
    public ExponentialSchedule(double end = 0.01)
    {
        _end = Within("what is left", end, 1e-12, 1);
        _logarithm = end == 0.01 ? -4.605170185988091 : Lane<double>.Log(new(end)).Value; // rounded once, as runs have had it
    }

    /// <inheritdoc/>
    public override IReadOnlyList<double> Parameters => [_end];

    /// <inheritdoc/>
    public override string Name => "exponential";

    /// <inheritdoc/>
    public override double At(long step, long steps) => Lane<double>.Exp(new(_logarithm * step / Math.Max(1, steps))).Value;

    [ModuleInitializer]
    internal static void Register() => Register("exponential", given => new ExponentialSchedule(At(given, 0, 0.01)));
}
