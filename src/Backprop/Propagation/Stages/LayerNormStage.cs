using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Propagation.Passes;

namespace Backprop.Propagation.Stages;

/// <summary>
/// <see cref="LayerNorm"/> with one sample per lane: samples are transposed, so that sums over units run over a loop and never across lanes.
/// Back: with g = γ ∘ Δ, Δ ← (g − mean(g) − u mean(g ∘ u)) / √(var + ε).
/// </summary>
internal sealed unsafe class LayerNormStage<T, V> : Stage<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    private readonly double _epsilon;
    private readonly T* _gamma, _beta;
    private readonly BatchMatrix<T>? _normalised, _outputDelta;
    private readonly AlignedBuffer<T>? _scales;
    private readonly AlignedBuffer<T>[] _scratchOfThread;

    public LayerNormStage(StagePlace<T> place, double epsilon)
    {
        _epsilon = epsilon;
        ParameterBlock<T> gamma = place.Block("norm.weight"), beta = place.Block("norm.bias");
        _gamma = place.Pointer(gamma);
        _beta = place.Pointer(beta);
        if (place.HasBackward)
        {
            (_normalised, _outputDelta, _scales) = (place.NewMatrix(), place.NewMatrix(), new(place.Samples.Capacity));
            Sources = [new ScaleGradient<T, V>(gamma.Panels, _outputDelta, _normalised), new ShiftGradient<T, V>(beta.Panels, _outputDelta)];
        }

        _scratchOfThread = [.. Enumerable.Range(0, place.Threads).Select(_ => new AlignedBuffer<T>(2L * place.Product.Width * V.Count))];
    }

    public override Reach Reach => Reach.Row;

    public override IReadOnlyList<GradientSource<T>> Sources { get; } = [];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(int thread, int column, int width, int first, int count)
    {
        int units = Input.Width;
        V* q = (V*)_scratchOfThread[thread].Pointer, d = q + units;
        for (int sample = first; sample < first + count; sample += V.Count)
        {
            Transposition.Run(Input.Row(sample), Input.Stride, V.Count, units, (T*)q, V.Count);
            V scale = LayerNorm.Normalise(new ReadOnlySpan<V>(q, units), new Span<V>(d, units), _epsilon);
            for (int unit = 0; unit < units; unit++)
            {
                d[unit] *= scale;
                q[unit] = V.FusedMultiplyAdd(V.Broadcast(_gamma[unit]), d[unit], V.Broadcast(_beta[unit]));
            }

            Transposition.Run((T*)q, V.Count, units, V.Count, Output.Row(sample), Output.Stride);
            if (_normalised is not null)
            {
                Transposition.Run((T*)d, V.Count, units, V.Count, _normalised.Row(sample), _normalised.Stride);
                scale.Store(_scales!.Pointer + sample);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(int thread, int column, int width, int first, int count)
    {
        int units = Input.Width;
        V* g = (V*)_scratchOfThread[thread].Pointer, u = g + units;
        V n = V.Create(units);
        for (int sample = first; sample < first + count; sample += V.Count)
        {
            for (int lane = 0; lane < V.Count; lane++)
            {
                new Span<T>(Delta.Row(sample + lane), units).CopyTo(new(_outputDelta!.Row(sample + lane), units));
            }

            Transposition.Run(Delta.Row(sample), Delta.Stride, V.Count, units, (T*)g, V.Count);
            Transposition.Run(_normalised!.Row(sample), _normalised.Stride, V.Count, units, (T*)u, V.Count);
            V sum = V.Create(0), product = sum, scale = V.Load(_scales!.Pointer + sample);
            for (int unit = 0; unit < units; unit++)
            {
                g[unit] *= V.Broadcast(_gamma[unit]);
                sum += g[unit];
                product = V.FusedMultiplyAdd(g[unit], u[unit], product);
            }

            V mean = sum / n, along = product / n;
            for (int unit = 0; unit < units; unit++)
            {
                g[unit] = (g[unit] - V.FusedMultiplyAdd(u[unit], along, mean)) * scale;
            }

            Transposition.Run((T*)g, V.Count, units, V.Count, Delta.Row(sample), Delta.Stride);
        }
    }
}
