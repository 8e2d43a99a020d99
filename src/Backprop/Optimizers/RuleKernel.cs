using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Optimizers;

/// <summary>The one loop that every rule runs in.</summary>
internal sealed unsafe class RuleKernel<TRule, TElement>(TRule rule) : OptimizerKernel<TElement>
    where TRule : struct, IUpdateRule<TElement>
    where TElement : unmanaged, IElement<TElement>
{
    private TRule _rule = rule;

    internal override void Begin(long step, double learningRate) => _rule.Begin(step, learningRate);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override TElement Run(TElement* parameters, TElement* gradients, TElement* state0, TElement* state1, TElement* state2, nint count)
    {
        ref TRule rule = ref _rule; // its constants are read where they lie
        TElement finite = TElement.Create(0); // ∞ − ∞ and NaN − NaN are NaN
        for (nint i = 0; i < count; i++)
        {
            TElement parameter = rule.Apply(parameters[i], gradients[i], ref Unsafe.AsRef<TElement>(state0 + i), ref Unsafe.AsRef<TElement>(state1 + i), ref Unsafe.AsRef<TElement>(state2 + i));
            finite += parameter - parameter;
            parameters[i] = parameter;
        }

        return finite;
    }
}
