using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Propagation.Stages;

/// <summary>X ∘ mask, where the mask is 0 or 1 / (1 − rate); back: Δ ← mask ∘ Δ. Each unit's number depends on (seed, epoch, row, layer, unit) alone.</summary>
internal sealed unsafe class DropoutStage<T, V>(Samples<T> samples, BatchMatrix<T> masks, int layer, double rate) : Stage<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    private readonly T _kept = T.CreateTruncating(1 / (1 - rate));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(int thread, int column, int width, int first, int count)
    {
        DropoutKey key = samples.Batch.Dropout;
        var random = new CounterRandom(key.Seed, 0x44524F50ul ^ ((ulong)key.Epoch << 16) ^ ((ulong)layer << 56));
        int units = Input.Width, end = Math.Min(column + width, units);
        for (int sample = first; sample < first + count; sample++)
        {
            ulong start = (ulong)samples.Rows[sample] * (ulong)units;
            T* from = Input.Row(sample), to = Output.Row(sample), mask = masks.Row(sample);
            for (int unit = column; unit < end; unit++)
            {
                mask[unit] = random.Uniform(start + (ulong)unit) < rate ? T.Zero : _kept;
                to[unit] = from[unit] * mask[unit];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(int thread, int column, int width, int first, int count)
    {
        for (int sample = first; sample < first + count; sample++)
        {
            T* delta = Delta.Row(sample), mask = masks.Row(sample);
            for (int n = column; n < column + width; n += V.Count)
            {
                (V.Load(delta + n) * V.Load(mask + n)).Store(delta + n);
            }
        }
    }
}
