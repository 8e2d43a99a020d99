using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>An activation bound to one element type: the loops. Elements lie one after the other; for softmax they are the outputs of one sample (or of one sample per lane).</summary>
internal abstract unsafe class ActivationKernel<TElement> where TElement : unmanaged, IElement<TElement>
{
    /// <summary>x ← f(p). The two may be the same memory.</summary>
    public abstract void Forward(TElement* p, TElement* x, int count);

    /// <summary>g ← Dᵀ g: ∂L/∂x becomes ∂L/∂p.</summary>
    public abstract void Backward(TElement* p, TElement* x, TElement* g, int count);

    /// <summary>x ← f(p) for rows that begin a stride apart.</summary>
    public virtual void Forward(TElement* p, TElement* x, nint stride, int rows, int count)
    {
        for (int row = 0; row < rows; row++)
        {
            Forward(p + (row * stride), x + (row * stride), count);
        }
    }

    /// <summary>g ← Dᵀ g for rows that begin a stride apart.</summary>
    public virtual void Backward(TElement* p, TElement* x, TElement* g, nint stride, int rows, int count)
    {
        for (int row = 0; row < rows; row++)
        {
            Backward(p + (row * stride), x + (row * stride), g + (row * stride), count);
        }
    }
}
