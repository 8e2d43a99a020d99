using System.Numerics;
using Backprop.Kernels;
using Backprop.Propagation.Stages;

namespace Backprop.Propagation.Passes;

/// <summary>From rows to X₀, part by part.</summary>
internal sealed class InputPass<T, V>(InputStage<T, V>[] stages, BatchMatrix<T> output) : Pass
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    public override void Run(int thread, int unit, int endUnit, int first, int count)
    {
        foreach (InputStage<T, V> stage in stages)
        {
            stage.Forward(thread, first, count);
        }

        output.SetOnes(first, count);
    }
}
