using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Optimizers.Schedules;

/// <summary>½ (1 − cos(2π log₂(1 + 15t))), t the part of the run that is done: four cycles that grow longer (Holzmüller et al. 2024).</summary>
public sealed class CosLog4Schedule : LearningRateSchedule
{
    /// <inheritdoc/>
    public override string Name => "coslog4";

    /// <inheritdoc/>
    public override double At(long step, long steps) =>
        0.5 * (1 - Lane<double>.Cos(new(2 * Math.PI * Lane<double>.Log(new(1 + (15.0 * step / Math.Max(1, steps)))).Value / 0.69314718055994531)).Value);

    [ModuleInitializer]
    internal static void Register() => Register("coslog4", _ => new CosLog4Schedule());
}
