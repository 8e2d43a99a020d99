using Backprop.Kernels;

namespace Backprop.Optimizers;

/// <summary>What an optimizer does to one parameter. A rule's fields are the constants of the step, already in <typeparamref name="TElement"/>.</summary>
/// <typeparam name="TElement">The numbers that it is applied to: lanes of a vector.</typeparam>
public interface IUpdateRule<TElement> where TElement : unmanaged, IElement<TElement>
{
    /// <summary>Computes the constants of a step, counted from 1.</summary>
    void Begin(long step, double learningRate);

    /// <summary>The new parameter; the moments, those that the optimizer has names for, are updated in place.</summary>
    TElement Apply(TElement parameter, TElement gradient, ref TElement state0, ref TElement state1, ref TElement state2);
}
