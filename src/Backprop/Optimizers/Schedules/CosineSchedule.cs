using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Optimizers.Schedules;

/// <summary>½ (1 + cos πt), t the part of the run that is done (Loshchilov and Hutter 2016).</summary>
public sealed class CosineSchedule : LearningRateSchedule
{
    /// <inheritdoc/>
    public override string Name => "cosine";

    /// <inheritdoc/>
    public override double At(long step, long steps) => 0.5 * (1 + Lane<double>.Cos(new(Math.PI * step / Math.Max(1, steps))).Value);

    [ModuleInitializer]
    internal static void Register() => Register("cosine", () => new CosineSchedule());
}
