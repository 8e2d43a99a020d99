using System.Numerics;
using Backprop.Kernels;
using Backprop.Propagation.Passes;

namespace Backprop.Propagation.Stages;

/// <summary>
/// One function on the way from a layer's product to what the next layer reads, and its backward pass. Whoever plans gives it its matrices.
/// A column is where a panel begins; a width is in whole vectors, and may reach over the last unit: what stands there in
/// <see cref="Output"/> is nobody's, in <see cref="Delta"/> it stays 0.
/// </summary>
internal abstract unsafe class Stage<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    /// <summary>What must be there at once, both ways.</summary>
    public virtual Reach Reach => Reach.Panel;

    /// <summary>Whether the way back reads <see cref="Input"/>.</summary>
    public virtual bool NeedsInput => false;

    /// <summary>Whether the way back reads <see cref="Output"/>.</summary>
    public virtual bool NeedsOutput => false;

    /// <summary>What the function is of.</summary>
    public BatchMatrix<T> Input { get; set; } = null!;

    /// <summary>What it becomes; the same memory as <see cref="Input"/> where nobody needs that afterwards.</summary>
    public BatchMatrix<T> Output { get; set; } = null!;

    /// <summary>∂L/∂Output, which the way back makes ∂L/∂Input; one matrix for all stages of a layer.</summary>
    public BatchMatrix<T> Delta { get; set; } = null!;

    /// <summary>Whether it can run behind the activation with one sample per lane.</summary>
    public virtual bool CanBeNarrow => false;

    /// <summary>∂L/∂Output, kept, where it is a part of ∂X_{ℓ−1} as it is; else null.</summary>
    public virtual BatchMatrix<T>? Skipped => null;

    /// <summary>Where the gradients of the stage's own parts of θ come from.</summary>
    public virtual IReadOnlyList<GradientSource<T>> Sources => [];

    /// <summary>Output ← f(Input).</summary>
    /// <param name="thread">Whose scratch memory is used.</param>
    /// <param name="column">The first unit.</param>
    /// <param name="width">Units, in whole vectors.</param>
    /// <param name="first">The first sample, at the beginning of a group of losses; there is room for whole vectors of samples.</param>
    /// <param name="count">The samples.</param>
    public abstract void Forward(int thread, int column, int width, int first, int count);

    /// <summary>Delta ← Jᵀ Delta.</summary>
    /// <inheritdoc cref="Forward"/>
    public abstract void Backward(int thread, int column, int width, int first, int count);

    /// <summary>x ← f(of) with one sample per lane, where <see cref="CanBeNarrow"/> says so.</summary>
    /// <param name="of">What the function is of, [group of samples][unit][lane].</param>
    /// <param name="x">What it becomes, laid out alike.</param>
    /// <param name="stride">From group to group, in vectors.</param>
    /// <param name="first">The first sample.</param>
    /// <param name="last">The last sample; lanes beyond it repeat it.</param>
    public virtual void ForwardNarrow(V* of, V* x, nint stride, int first, int last) => throw new NotSupportedException();

    /// <summary>delta ← Jᵀ delta with one sample per lane.</summary>
    /// <inheritdoc cref="ForwardNarrow"/>
    public virtual void BackwardNarrow(V* delta, nint stride, int first, int last) => throw new NotSupportedException();
}
