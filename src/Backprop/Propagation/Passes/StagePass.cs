using System.Numerics;
using Backprop.Kernels;
using Backprop.Propagation.Stages;

namespace Backprop.Propagation.Passes;

/// <summary>A stage that needs more than a panel, and those behind it that do not.</summary>
/// <param name="plan">The layer.</param>
/// <param name="stages">The stages in the order in which they run.</param>
/// <param name="backward">Whether they run backward.</param>
/// <param name="isLast">Whether X_ℓ is done with them.</param>
internal sealed class StagePass<T, V>(LayerPlan<T, V> plan, Stage<T, V>[] stages, bool backward, bool isLast) : Pass
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    public override Reach Reach => stages.Max(stage => stage.Reach);

    public override int Units => plan.Product.Width;

    public override void Run(int thread, int unit, int endUnit, int first, int count)
    {
        foreach (Stage<T, V> stage in stages)
        {
            if (backward)
            {
                stage.Backward(thread, unit, Layout.Pad<T>(endUnit) - unit, first, count);
            }
            else
            {
                stage.Forward(thread, unit, Layout.Pad<T>(endUnit) - unit, first, count);
            }
        }

        if (isLast && endUnit == Units)
        {
            plan.SetOnes(first, count);
        }
    }
}
