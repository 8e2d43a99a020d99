using System.Runtime.CompilerServices;

namespace Backprop.Optimizers.Schedules;

/// <summary>A tenth after each third of the run, from steps ⌈steps/3⌉ and ⌈2·steps/3⌉ on, counted from 0: PyTorch's MultiStepLR with these milestones.</summary>
public sealed class StepSchedule : LearningRateSchedule
{
    /// <inheritdoc/>
    public override string Name => "step";

    /// <inheritdoc/>
    public override double At(long step, long steps) => (3 * step / Math.Max(1, steps)) switch { 0 => 1, 1 => 0.1, _ => 0.01 };

    [ModuleInitializer]
    internal static void Register() => Register("step", () => new StepSchedule());
}
