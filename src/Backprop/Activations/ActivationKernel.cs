using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>An activation bound to one element type: the loops. Elements lie one after the other; for softmax they are the outputs of one sample (or of one sample per lane).</summary>
internal abstract unsafe class ActivationKernel<TElement> where TElement : unmanaged, IElement<TElement>
{
    /// <summary>x ← f(p). The two may be the same memory.</summary>
    public abstract void Forward(TElement* p, TElement* x, int count);

    /// <summary>g ← Dᵀ g: ∂L/∂x becomes ∂L/∂p.</summary>
    public abstract void Backward(TElement* p, TElement* x, TElement* g, int count);

    /// <summary>
    /// Whether g = 0 stays 0 in the lanes of a row's last element that hold no unit: p is 0 there, or 1 is behind the last unit, and what f makes of
    /// them is x. Where it is not so, whoever calls <see cref="Backward(TElement*, TElement*, TElement*, nint, int, int)"/> clears them.
    /// </summary>
    public virtual bool KeepsZeros => true;

    /// <summary>x ← f(p) for rows that begin a stride apart.</summary>
    /// <param name="p">The first row.</param>
    /// <param name="x">The first row.</param>
    /// <param name="stride">From row to row, in elements.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="numbers">The numbers of a row; what the last element has beyond them is nobody's.</param>
    public virtual void Forward(TElement* p, TElement* x, nint stride, int rows, int numbers)
    {
        for (int row = 0; row < rows; row++)
        {
            Forward(p + (row * stride), x + (row * stride), ElementAccess.Elements<TElement>(numbers));
        }
    }

    /// <summary>g ← Dᵀ g for rows that begin a stride apart.</summary>
    /// <inheritdoc cref="Forward(TElement*, TElement*, nint, int, int)"/>
    public virtual void Backward(TElement* p, TElement* x, TElement* g, nint stride, int rows, int numbers)
    {
        for (int row = 0; row < rows; row++)
        {
            Backward(p + (row * stride), x + (row * stride), g + (row * stride), ElementAccess.Elements<TElement>(numbers));
        }
    }
}
