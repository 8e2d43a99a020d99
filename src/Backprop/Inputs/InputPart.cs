using System.Numerics;
using System.Runtime.InteropServices;
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

    /// <summary>What the terms of each of those numbers add up to in size: what rounding is measured by.</summary>
    public virtual double[] Sizes(ReadOnlySpan<double> row, double[][] tensors)
    {
        double[] x = new double[Width];
        Forward<Lane<double>>(MemoryMarshal.Cast<double, Lane<double>>(row), Array.ConvertAll(tensors, tensor => Array.ConvertAll(tensor, value => new Lane<double>(value))), MemoryMarshal.Cast<double, Lane<double>>(x.AsSpan()));
        return Array.ConvertAll(x, Math.Abs);
    }

    /// <summary>∂x/∂(an entry of a tensor) of that.</summary>
    public virtual double[] Tangent(int tensor, int index, ReadOnlySpan<double> row, double[][] tensors) => throw NoParameters;

    /// <summary>What the terms of each entry of that add up to in size.</summary>
    public virtual double[] TangentSizes(int tensor, int index, ReadOnlySpan<double> row, double[][] tensors) => Array.ConvertAll(Tangent(tensor, index, row, tensors), Math.Abs);

    /// <summary>The entries of that which can be other than 0.</summary>
    public virtual int TangentEntries(int tensor) => 1;

    /// <summary>How far the argument of what is curved moves for each unit that an entry of a tensor moves.</summary>
    public virtual double Speed(int tensor, int index, ReadOnlySpan<double> row) => 1;

    /// <summary>What an entry of a tensor is, and what ∂x/∂(that entry) is, in words.</summary>
    public virtual (string Place, string Tangent) Describe(int tensor, int index) => throw NoParameters;

    /// <summary>The weights of its own products with matrices, for each of which a forward pass multiplies and adds.</summary>
    public virtual long ProductWeights => 0;

    /// <summary>Requires that it can be made of a row.</summary>
    /// <param name="values">The row.</param>
    /// <param name="row">Which it is, counted from 0; null: nobody knows.</param>
    /// <exception cref="DataException">A number that is no code.</exception>
    public virtual void Require<T>(ReadOnlySpan<T> values, int? row) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
    }

    private static InvalidOperationException NoParameters => new("it has no parameters");
}
