using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation.Stages;

namespace Backprop.Propagation.Passes;

/// <summary>
/// Backward through a layer, the compact form that the note asks for: ∂X_{ℓ−1} = Δ_ℓ W_ℓ, and while a panel of it is hot backward through those
/// stages of layer ℓ − 1 that need no more than that: of a layer with an activation alone, Δ_{ℓ−1} = f′_{ℓ−1}(P_{ℓ−1}) ∘ (Δ_ℓ W_ℓ).
/// </summary>
/// <param name="layer">ℓ.</param>
/// <param name="weights">W_ℓ in panels of inputs.</param>
/// <param name="delta">Δ_ℓ.</param>
/// <param name="skipped">∂X_ℓ where it is a part of ∂X_{ℓ−1} too, or null.</param>
/// <param name="before">Becomes Δ_{ℓ−1}.</param>
/// <param name="stages">Stages of layer ℓ − 1 from its last on.</param>
internal sealed unsafe class BackwardPass<T, V>(DenseLayer<T> layer, AlignedBuffer<T> weights, BatchMatrix<T> delta, BatchMatrix<T>? skipped, BatchMatrix<T> before, Stage<T, V>[] stages) : Pass
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    public override Reach Reach => Reach.Panel;

    public override int Units => layer.Inputs;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(int thread, int unit, int endUnit, int first, int count) => MatrixProduct<T, V>.Run(
        count, layer.Inputs, unit, endUnit, layer.Outputs,
        delta.Row(first), delta.Stride,
        weights.Pointer, biased: false,
        before.Row(first), before.Stride,
        new Tail(skipped, before, stages, thread, first, count));

    private readonly struct Tail(BatchMatrix<T>? skipped, BatchMatrix<T> delta, Stage<T, V>[] stages, int thread, int first, int count) : IPanelTail
    {
        public void Run(int column, int width)
        {
            if (skipped is not null)
            {
                Add(skipped, delta, column, width, first, count);
            }

            foreach (Stage<T, V> stage in stages)
            {
                stage.Backward(thread, column, width, first, count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(BatchMatrix<T> from, BatchMatrix<T> to, int column, int width, int first, int count)
    {
        for (int sample = first; sample < first + count; sample++)
        {
            T* source = from.Row(sample) + column, target = to.Row(sample) + column;
            for (int n = 0; n < width; n += V.Count)
            {
                (V.Load(target + n) + V.Load(source + n)).Store(target + n);
            }
        }
    }
}
