using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Backprop.Kernels;
using Backprop.ModelFiles;
using Backprop.Propagation;
using Backprop.Propagation.Stages;

namespace Backprop.Layers;

/// <summary>In training each unit of f(p) is 0 with probability <see cref="Rate"/>, and divided by 1 − rate otherwise; afterwards it stays as it is.</summary>
public sealed class Dropout : LayerPart
{
    /// <param name="rate">At least 0 and below 1.</param>
    /// <exception cref="UsageException">Out of that range.</exception>
    public Dropout(double rate = 0.5) : base("dropout", LayerPlace.AfterActivation) => Rate = rate >= 0 && rate < 1
        ? rate
        : throw new UsageException($"dropout must be at least 0 and below 1, found {rate.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>The fraction of units that are set to 0.</summary>
    public double Rate { get; }

    /// <inheritdoc/>
    public override double? Parameter => Rate;

    [ModuleInitializer]
    internal static void Register() => Register(
        "dropout", rate => rate is { } given ? new Dropout(given) : new Dropout(),
        ["dropout"], layer => layer.TryGetProperty("dropout", out JsonElement rate) && NetworkJson.Number(rate, "dropout") is not 0 and var given ? new Dropout(given) : null);

    internal override int FileVersion => 1;

    internal override void Write(Utf8JsonWriter json) => json.WriteNumber("dropout", Rate);

    internal override string? Misfit(int inputs, int units, bool isOutput) => isOutput ? "the output layer cannot have dropout" : null;

    internal override Stage<T, V>? Plan<T, V>(StagePlace<T> place) =>
        place.IsTraining && Rate > 0 ? new MaskStage<T, V>(place.Samples, place.NewMatrix(), place.Layer, Rate) : null;

    /// <summary>X ∘ mask, where the mask is 0 or 1 / (1 − rate); back: Δ ← mask ∘ Δ. Each unit's number depends on (seed, epoch, row, layer, unit) alone.</summary>
    private sealed unsafe class MaskStage<T, V>(Samples<T> samples, BatchMatrix<T> masks, int layer, double rate) : Stage<T, V>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        /// <summary>How far the numbers of the units in the lanes of a vector are apart.</summary>
        private static readonly ulong[] s_unitOfLane = UnitOfLane();

        private readonly T _kept = T.CreateTruncating(1 / (1 - rate));
        private readonly ulong _limit = CounterRandom.Limit(rate);

        public override bool CanBeNarrow => true;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Forward(int thread, int column, int width, int first, int count)
        {
            CounterRandom random = Random();
            int units = Input.Width;
            ulong limit = _limit, vector = (ulong)V.Count * CounterRandom.Step;
            var kept = V.Broadcast(_kept);
            fixed (ulong* unitOfLane = s_unitOfLane)
            {
                for (int sample = first; sample < first + count; sample++)
                {
                    ulong counter = random.Counter(((ulong)samples.Rows[sample] * (ulong)units) + (ulong)column);
                    T* from = Input.Row(sample), to = Output.Row(sample), masked = masks.Row(sample);
                    for (int n = column; n < column + width; n += V.Count, counter += vector)
                    {
                        V mask = V.ZeroIfBelow(unitOfLane, counter, limit, kept);
                        mask.Store(masked + n);
                        (V.Load(from + n) * mask).Store(to + n);
                    }
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

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void ForwardNarrow(V* of, V* x, nint stride, int first, int last)
        {
            CounterRandom random = Random();
            int units = Input.Width;
            ulong limit = _limit;
            var kept = V.Broadcast(_kept);
            ulong* rowOfLane = stackalloc ulong[V.Count];
            for (int sample = first; sample <= last; sample += V.Count, of += stride, x += stride)
            {
                for (int lane = 0; lane < V.Count; lane++)
                {
                    rowOfLane[lane] = (ulong)samples.Rows[Math.Min(last, sample + lane)] * (ulong)units * CounterRandom.Step;
                }

                V* mask = (V*)masks.Row(sample);
                ulong counter = random.Counter(0);
                for (int unit = 0; unit < units; unit++, counter += CounterRandom.Step)
                {
                    mask[unit] = V.ZeroIfBelow(rowOfLane, counter, limit, kept);
                    x[unit] = of[unit] * mask[unit];
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void BackwardNarrow(V* delta, nint stride, int first, int last)
        {
            for (int sample = first; sample <= last; sample += V.Count, delta += stride)
            {
                V* mask = (V*)masks.Row(sample);
                for (int unit = 0; unit < Input.Width; unit++)
                {
                    delta[unit] = delta[unit] * mask[unit];
                }
            }
        }

        private static ulong[] UnitOfLane()
        {
            ulong[] counters = GC.AllocateUninitializedArray<ulong>(V.Count);
            for (int lane = 0; lane < V.Count; lane++)
            {
                counters[lane] = (ulong)lane * CounterRandom.Step;
            }

            return counters;
        }

        private CounterRandom Random()
        {
            DropoutKey key = samples.Batch.Dropout;
            return new(key.Seed, 0x44524F50ul ^ ((ulong)key.Epoch << 16) ^ BitOperations.RotateLeft((ulong)layer, 56));
        }
    }
}
