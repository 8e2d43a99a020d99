using System.Runtime.CompilerServices;

namespace Backprop.Optimizers.Schedules;

/// <summary>½ (1 + cos πt), t = step/steps (Loshchilov and Hutter 2016), PyTorch's CosineAnnealingLR(T_max=steps).</summary>
public sealed class CosineSchedule : LearningRateSchedule
{
    /// <inheritdoc/>
    public override string Name => "cosine";

    /// <inheritdoc/>
    public override double At(long step, long steps) => CosineAnnealing.At((double)step / Math.Max(1, steps));

    [ModuleInitializer]
    internal static void Register() => Register("cosine", () => new CosineSchedule());
}
