using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;
using Backprop.Layers;
using Backprop.Networks;

namespace Backprop.Propagation.Stages;

/// <summary><see cref="BatchNorm"/> with running statistics, folded: p = s ∘ q + t with s = γ / √(var + ε), t = β − s ∘ mean. Back: Δ ← s ∘ Δ.</summary>
internal sealed unsafe class RunningNormStage<T, V> : Stage<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    private readonly double _epsilon;
    private readonly T* _gamma, _beta, _mean, _variance;
    private readonly BatchMatrix<T>? _normalised, _outputDelta;

    public RunningNormStage(StagePlace<T> place, double epsilon)
    {
        _epsilon = epsilon;
        ParameterBlock<T> gamma = place.Block("norm.weight"), beta = place.Block("norm.bias");
        _gamma = place.Pointer(gamma);
        _beta = place.Pointer(beta);
        _mean = place.Pointer(place.Block("norm.running_mean"));
        _variance = place.Pointer(place.Block("norm.running_var"));
        if (place.HasBackward)
        {
            (_normalised, _outputDelta) = (place.NewMatrix(), place.NewMatrix());
            Sources = [new ScaleGradient<T, V>(gamma.Panels, _outputDelta, _normalised), new ShiftGradient<T, V>(beta.Panels, _outputDelta)];
        }
    }

    public override IReadOnlyList<GradientSource<T>> Sources { get; } = [];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(int thread, int column, int width, int first, int count)
    {
        for (int n = column; n < column + width; n += V.Count)
        {
            V scale = BatchNorm.Scale(V.Load(_variance + n), _epsilon), mean = V.Load(_mean + n);
            V s = V.Load(_gamma + n) * scale, t = V.Load(_beta + n) - (s * mean);
            for (int sample = first; sample < first + count; sample++)
            {
                V q = V.Load(Input.Row(sample) + n);
                V.FusedMultiplyAdd(s, q, t).Store(Output.Row(sample) + n);
                if (_normalised is not null)
                {
                    ((q - mean) * scale).Store(_normalised.Row(sample) + n);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(int thread, int column, int width, int first, int count)
    {
        for (int n = column; n < column + width; n += V.Count)
        {
            V s = V.Load(_gamma + n) * BatchNorm.Scale(V.Load(_variance + n), _epsilon);
            for (int sample = first; sample < first + count; sample++)
            {
                V delta = V.Load(Delta.Row(sample) + n);
                delta.Store(_outputDelta!.Row(sample) + n);
                (s * delta).Store(Delta.Row(sample) + n);
            }
        }
    }
}
