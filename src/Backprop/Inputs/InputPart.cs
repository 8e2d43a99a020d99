using System.Numerics;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation.Stages;

namespace Backprop.Inputs;

/// <summary>
/// A part of the way from a row, numbers first and then category codes, to x₀. Each kind is one file: its tensors, its stage in the engine, its
/// derivatives. The parts of a network stand side by side in x₀.
/// </summary>
internal abstract class InputPart
{
    /// <summary>So many numbers of x₀.</summary>
    public abstract int Width { get; }

    /// <summary>Adds its tensors to a network.</summary>
    public virtual void AddParameters<T>(NetworkBuilder<T> network) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
    }

    /// <summary>Draws its tensors.</summary>
    public virtual void Initialize<T>(Network<T> network, CounterRandom random) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
    }

    /// <summary>Its stage in a plan.</summary>
    public abstract InputStage<T, V> Plan<T, V>(InputPlace<T> place)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>;

    /// <summary>Its numbers of x₀ in plain loops on any element: what derivations stand on.</summary>
    /// <param name="row">The row.</param>
    /// <param name="tensors">Its tensors, in the order of <see cref="AddParameters"/>.</param>
    /// <param name="x">Written.</param>
    public abstract void Forward<TElement>(ReadOnlySpan<TElement> row, TElement[][] tensors, Span<TElement> x) where TElement : unmanaged, IElement<TElement>;

    /// <summary>∂x/∂(an entry of a tensor) of that.</summary>
    public virtual double[] Tangent(int tensor, int index, ReadOnlySpan<double> row, double[][] tensors) => throw new InvalidOperationException("it has no parameters");
}
