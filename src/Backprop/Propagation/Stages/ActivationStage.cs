using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Activations;
using Backprop.Kernels;

namespace Backprop.Propagation.Stages;

/// <summary>X = f(P); back: Δ ← f′(P) ∘ Δ.</summary>
internal sealed unsafe class ActivationStage<T, V>(ActivationFunction activation) : Stage<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    private readonly ActivationKernel<V> _kernel = activation.Bind<V>();

    public override bool NeedsInput => activation.DerivativeNeedsPreActivation;

    public override bool NeedsOutput => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(int thread, int column, int width, int first, int count) =>
        _kernel.Forward((V*)(Input.Row(first) + column), (V*)(Output.Row(first) + column), Input.Stride / V.Count, count, Math.Min(width, Input.Width - column));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(int thread, int column, int width, int first, int count)
    {
        int units = Input.Width;
        _kernel.Backward((V*)(Input.Row(first) + column), (V*)(Output.Row(first) + column), (V*)(Delta.Row(first) + column), Input.Stride / V.Count, count, Math.Min(width, units - column));
        for (int sample = first; column + width > units && !_kernel.KeepsZeros && sample < first + count; sample++)
        {
            new Span<T>(Delta.Row(sample) + units, column + width - units).Clear();
        }
    }
}
