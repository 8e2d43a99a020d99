using System.Runtime.CompilerServices;

namespace Backprop.Optimizers.Schedules;

/// <summary>1, always.</summary>
public sealed class ConstantSchedule : LearningRateSchedule
{
    /// <inheritdoc/>
    public override string Name => "constant";

    /// <inheritdoc/>
    protected internal override bool KnowsTheEnd => false;

    /// <inheritdoc/>
    public override double At(long step, long steps) => 1;

    [ModuleInitializer]
    internal static void Register() => Register("constant", _ => new ConstantSchedule());
}
