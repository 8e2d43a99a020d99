using System.Runtime.CompilerServices;
using Backprop.Activations;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>δ_N = D_Nᵀ ∇_yL, one after the other.</summary>
internal sealed unsafe class ComposedOutput<TLoss, TElement>(TLoss loss, ActivationFunction output) : OutputKernel<TElement>(output)
    where TLoss : struct, ILoss
    where TElement : unmanaged, IElement<TElement>
{
    public override bool IsFused => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override TElement Value(ReadOnlySpan<TElement> p, ReadOnlySpan<TElement> y, ReadOnlySpan<TElement> t) => loss.Value(y, t);

    public override void Gradient(ReadOnlySpan<TElement> y, ReadOnlySpan<TElement> t, Span<TElement> gradient) => loss.Gradient(y, t, gradient);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Delta(ReadOnlySpan<TElement> p, ReadOnlySpan<TElement> y, ReadOnlySpan<TElement> t, Span<TElement> delta)
    {
        loss.Gradient(y, t, delta);
        fixed (TElement* pp = p, yy = y, dd = delta)
        {
            Activation.Backward(pp, yy, dd, y.Length);
        }
    }
}
