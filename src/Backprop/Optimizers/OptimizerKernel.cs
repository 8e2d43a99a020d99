using Backprop.Kernels;

namespace Backprop.Optimizers;

/// <summary>An optimizer bound to one element type: the loop over parameters. <see cref="Optimizer.Kernel"/> makes it of a rule.</summary>
/// <typeparam name="TElement">The numbers that the rule is applied to: lanes of a vector.</typeparam>
public abstract unsafe class OptimizerKernel<TElement> where TElement : unmanaged, IElement<TElement>
{
    private protected OptimizerKernel()
    {
    }

    /// <summary>Computes what is the same for every parameter of a step.</summary>
    /// <param name="step">Counted from 1.</param>
    /// <param name="learningRate">η of this step.</param>
    internal abstract void Begin(long step, double learningRate);

    /// <summary>Updates parameters and moments. Moments that the optimizer does not have are null. Returns zeros, or NaN where a parameter is not finite any more.</summary>
    internal abstract TElement Run(TElement* parameters, TElement* gradients, TElement* state0, TElement* state1, TElement* state2, nint count);
}
