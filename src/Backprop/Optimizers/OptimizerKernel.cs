using Backprop.Kernels;

namespace Backprop.Optimizers;

/// <summary>An optimizer bound to one element type: the loop over parameters.</summary>
internal abstract unsafe class OptimizerKernel<TElement> where TElement : unmanaged, IElement<TElement>
{
    /// <summary>Computes what is the same for every parameter of a step.</summary>
    /// <param name="step">Counted from 1.</param>
    /// <param name="learningRate">η of this step.</param>
    public abstract void Begin(long step, double learningRate);

    /// <summary>Updates parameters and moments. Moments that the optimizer does not have are null. Returns zeros, or NaN where a parameter is not finite any more.</summary>
    public abstract TElement Run(TElement* parameters, TElement* gradients, TElement* state0, TElement* state1, TElement* state2, nint count);
}
