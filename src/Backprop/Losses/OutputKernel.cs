using System.Runtime.CompilerServices;
using Backprop.Activations;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>The end of the forward pass and the start of the backward pass of one sample (or one sample per lane): output activation and loss together.</summary>
internal abstract unsafe class OutputKernel<TElement>(ActivationFunction output) where TElement : unmanaged, IElement<TElement>
{
    protected ActivationKernel<TElement> Activation { get; } = output.Bind<TElement>();

    /// <summary>Whether ∇_yL and D_N are one factor δ_N, computed together (softmax or sigmoid with its own cross entropy).</summary>
    public abstract bool IsFused { get; }

    /// <summary>y ← f_N(p).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(TElement* p, TElement* y, int outputs) => Activation.Forward(p, y, outputs);

    /// <summary>L(y | t).</summary>
    public abstract TElement Value(ReadOnlySpan<TElement> p, ReadOnlySpan<TElement> y, ReadOnlySpan<TElement> t);

    /// <summary>gradient ← ∇_yL. Not where the two are fused.</summary>
    public abstract void Gradient(ReadOnlySpan<TElement> y, ReadOnlySpan<TElement> t, Span<TElement> gradient);

    /// <summary>delta ← δ_N = D_Nᵀ ∇_yL.</summary>
    public abstract void Delta(ReadOnlySpan<TElement> p, ReadOnlySpan<TElement> y, ReadOnlySpan<TElement> t, Span<TElement> delta);
}
