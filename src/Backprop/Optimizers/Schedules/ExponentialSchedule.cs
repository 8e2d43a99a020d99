using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Optimizers.Schedules;

/// <summary>Down to a hundredth after the last step, by the same factor γ = 0.01^(1/steps) at every step, PyTorch's ExponentialLR(γ).</summary>
public sealed class ExponentialSchedule : LearningRateSchedule
{
    /// <inheritdoc/>
    public override string Name => "exponential";

    /// <inheritdoc/>
    public override double At(long step, long steps) => Lane<double>.Exp(new(-4.605170185988091 * step / Math.Max(1, steps))).Value;

    [ModuleInitializer]
    internal static void Register() => Register("exponential", () => new ExponentialSchedule());
}
