using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Propagation.Stages;

/// <summary>A part of the way from rows to X₀, and back from Δ₀ to what the sums of its gradients read.</summary>
internal abstract unsafe class InputStage<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    /// <summary>Where the gradients of its parts of θ come from.</summary>
    public virtual IReadOnlyList<GradientSource<T>> Sources => [];

    /// <summary>Its columns of X₀. What it writes behind them is written over.</summary>
    public abstract void Forward(int thread, int first, int count);

    /// <summary>Back from its columns of Δ₀.</summary>
    /// <param name="thread">Whose scratch memory is used.</param>
    /// <param name="first">The first sample.</param>
    /// <param name="count">The samples.</param>
    /// <param name="toRows">Whether ∂L/∂rows is wanted too.</param>
    public abstract void Backward(int thread, int first, int count, bool toRows);

    /// <summary>Copies a part of rows into rows of their own, whose padding stays 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected static void Copy(BatchMatrix<T> from, int column, BatchMatrix<T> to, int width, int first, int count)
    {
        for (int sample = first; sample < first + count; sample++)
        {
            RowCopy.Run(from.Row(sample) + column, to.Row(sample), width);
        }
    }
}
