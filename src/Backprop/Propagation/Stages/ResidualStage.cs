using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Propagation.Stages;

/// <summary>X_{ℓ−1} + X; back: Δ stays, and is kept as a part of ∂X_{ℓ−1}.</summary>
internal sealed unsafe class ResidualStage<T, V>(StagePlace<T> place) : Stage<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    public override BatchMatrix<T>? Skipped { get; } = place.HasBackward ? place.NewMatrix() : null;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(int thread, int column, int width, int first, int count)
    {
        for (int sample = first; sample < first + count; sample++)
        {
            T* before = place.Before.Row(sample), from = Input.Row(sample), to = Output.Row(sample);
            for (int n = column; n < column + width; n += V.Count)
            {
                (V.Load(before + n) + V.Load(from + n)).Store(to + n);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(int thread, int column, int width, int first, int count)
    {
        for (int sample = first; sample < first + count; sample++)
        {
            new Span<T>(Delta.Row(sample) + column, width).CopyTo(new(Skipped!.Row(sample) + column, width));
        }
    }
}
