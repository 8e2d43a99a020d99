using System.Runtime.CompilerServices;

namespace Backprop.Optimizers.Schedules;

/// <summary>e + (1 − e) ½ (1 + cos πt), t = step/steps (Loshchilov and Hutter 2016), PyTorch's CosineAnnealingLR(T_max=steps): cosine(e).</summary>
public sealed class CosineSchedule : LearningRateSchedule
{
    private readonly double _end;

    /// <param name="end">e, what is left at the end.</param>
    /// <exception cref="UsageException">It is not from 0 to 1.</exception>
    public CosineSchedule(double end = 0) => _end = Within("what is left", end, 0, 1);

    /// <inheritdoc/>
    public override IReadOnlyList<double> Parameters => [_end];

    /// <inheritdoc/>
    public override string Name => "cosine";

    /// <inheritdoc/>
    public override double At(long step, long steps) => _end + ((1 - _end) * CosineAnnealing.At((double)step / Math.Max(1, steps)));

    [ModuleInitializer]
    internal static void Register() => Register("cosine", given => new CosineSchedule(At(given, 0, 0)));
}
