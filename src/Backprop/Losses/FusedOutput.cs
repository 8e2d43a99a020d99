using System.Runtime.CompilerServices;
using Backprop.Activations;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>δ_N in one step.</summary>
internal sealed class FusedOutput<TFused, TElement>(TFused loss, ActivationFunction output) : OutputKernel<TElement>(output)
    where TFused : struct, IFusedLoss
    where TElement : unmanaged, IElement<TElement>
{
    public override bool IsFused => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override TElement Value(ReadOnlySpan<TElement> p, ReadOnlySpan<TElement> y, ReadOnlySpan<TElement> t) => loss.Value(p, y, t);

    public override void Gradient(ReadOnlySpan<TElement> y, ReadOnlySpan<TElement> t, Span<TElement> gradient) =>
        throw new InvalidOperationException("loss and output activation are fused: ask for the delta");

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Delta(ReadOnlySpan<TElement> p, ReadOnlySpan<TElement> y, ReadOnlySpan<TElement> t, Span<TElement> delta) => loss.Delta(p, y, t, delta);
}
