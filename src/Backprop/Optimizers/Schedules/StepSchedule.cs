using System.Runtime.CompilerServices;

namespace Backprop.Optimizers.Schedules;

/// <summary>A tenth after each third of the run.</summary>
public sealed class StepSchedule : LearningRateSchedule
{
    /// <inheritdoc/>
    public override string Name => "step";

    /// <inheritdoc/>
    public override double At(long step, long steps) => (3 * step / Math.Max(1, steps)) switch { 0 => 1, 1 => 0.1, _ => 0.01 };

    [ModuleInitializer]
    internal static void Register() => Register("step", () => new StepSchedule());
}
