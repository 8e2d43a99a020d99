using System.Numerics;
using Backprop.Kernels;
using Backprop.Propagation.Stages;

namespace Backprop.Propagation.Passes;

/// <summary>From Δ₀ to what the sums over samples read, and to ∂L/∂rows where it is wanted.</summary>
internal sealed unsafe class InputBackwardPass<T, V>(InputStage<T, V>[] stages, BatchMatrix<T> rowDelta, bool toRows) : Pass
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    public override void Run(int thread, int unit, int endUnit, int first, int count)
    {
        for (int sample = first; toRows && sample < first + count; sample++)
        {
            new Span<T>(rowDelta.Row(sample), rowDelta.Width).Clear();
        }

        foreach (InputStage<T, V> stage in stages)
        {
            stage.Backward(thread, first, count, toRows);
        }
    }
}
