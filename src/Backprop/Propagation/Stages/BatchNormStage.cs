using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Propagation.Passes;

namespace Backprop.Propagation.Stages;

/// <summary>
/// <see cref="BatchNorm"/> with the statistics of the batch, unit by unit: w_s is what sample s counts for, Σ w = 1.
/// Back: with g = γ ∘ Δ, Δ_s ← (g_s − w_s (Σ g + u_s Σ g ∘ u)) / √(var + ε).
/// </summary>
internal sealed unsafe class BatchNormStage<T, V> : Stage<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    private readonly double _epsilon;
    private readonly bool _updatesState;
    private readonly Samples<T> _samples;
    private readonly T* _gamma, _beta, _runningMean, _runningVariance;
    private readonly BatchMatrix<T> _normalised, _outputDelta;
    private readonly AlignedBuffer<T> _scales;

    public BatchNormStage(StagePlace<T> place, double epsilon)
    {
        (_epsilon, _samples, _updatesState) = (epsilon, place.Samples, place.UpdatesState);
        ParameterBlock<T> gamma = place.Block("norm.weight"), beta = place.Block("norm.bias");
        _gamma = place.Pointer(gamma);
        _beta = place.Pointer(beta);
        _runningMean = place.Pointer(place.Block("norm.running_mean"));
        _runningVariance = place.Pointer(place.Block("norm.running_var"));
        (_normalised, _outputDelta, _scales) = (place.NewMatrix(), place.NewMatrix(), new(place.Product.Stride));
        Sources = [new ScaleGradient<T, V>(gamma.Panels, _outputDelta, _normalised), new ShiftGradient<T, V>(beta.Panels, _outputDelta)];
    }

    public override Reach Reach => Reach.Batch;

    public override IReadOnlyList<GradientSource<T>> Sources { get; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(int thread, int column, int width, int first, int count)
    {
        (double weight, double unbiased) = Weights(first, count);
        V share = V.Create(1 / weight), kept = V.Create(1 - BatchNorm.Momentum), taken = V.Create(BatchNorm.Momentum);
        for (int n = column; n < Math.Min(column + width, Input.Width); n += V.Count)
        {
            V mean = V.Create(0), variance = mean;
            for (int sample = first; sample < first + count; sample++)
            {
                mean = V.FusedMultiplyAdd(V.Broadcast(_samples.Scales.Pointer[sample]) * share, V.Load(Input.Row(sample) + n), mean);
            }

            for (int sample = first; sample < first + count; sample++)
            {
                V deviation = V.Load(Input.Row(sample) + n) - mean;
                variance = V.FusedMultiplyAdd(V.Broadcast(_samples.Scales.Pointer[sample]) * share, deviation * deviation, variance);
            }

            V scale = BatchNorm.Scale(variance, _epsilon), gamma = V.Load(_gamma + n), beta = V.Load(_beta + n);
            scale.Store(_scales.Pointer + n);
            for (int sample = first; sample < first + count; sample++)
            {
                V u = (V.Load(Input.Row(sample) + n) - mean) * scale;
                u.Store(_normalised.Row(sample) + n);
                V.FusedMultiplyAdd(gamma, u, beta).Store(Output.Row(sample) + n);
            }

            if (_updatesState)
            {
                V.FusedMultiplyAdd(taken, mean, kept * V.Load(_runningMean + n)).Store(_runningMean + n);
                V old = V.Load(_runningVariance + n);
                (unbiased > 0 ? V.FusedMultiplyAdd(taken, variance / V.Create(unbiased), kept * old) : old).Store(_runningVariance + n);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(int thread, int column, int width, int first, int count)
    {
        V share = V.Create(1 / Weights(first, count).Sum);
        for (int n = column; n < column + width; n += V.Count)
        {
            V gamma = V.Load(_gamma + n), scale = V.Load(_scales.Pointer + n), sum = V.Create(0), product = sum;
            for (int sample = first; sample < first + count; sample++)
            {
                V delta = V.Load(Delta.Row(sample) + n);
                delta.Store(_outputDelta.Row(sample) + n);
                V g = gamma * delta;
                sum += g;
                product = V.FusedMultiplyAdd(g, V.Load(_normalised.Row(sample) + n), product);
            }

            for (int sample = first; sample < first + count; sample++)
            {
                V w = V.Broadcast(_samples.Scales.Pointer[sample]) * share, u = V.Load(_normalised.Row(sample) + n);
                (((gamma * V.Load(Delta.Row(sample) + n)) - (w * V.FusedMultiplyAdd(u, product, sum))) * scale).Store(Delta.Row(sample) + n);
            }
        }
    }

    /// <summary>Σ of what the samples count for, and 1 − Σ w² of their shares: what the variance is divided by to be unbiased.</summary>
    private (double Sum, double Unbiased) Weights(int first, int count)
    {
        double sum = 0, squares = 0;
        for (int sample = first; sample < first + count; sample++)
        {
            double scale = double.CreateTruncating(_samples.Scales.Pointer[sample]);
            sum += scale;
            squares += scale * scale;
        }

        double unbiased = 1 - (squares / (sum * sum));
        return (sum > 0 ? sum : 1, unbiased > 1e-9 ? unbiased : 0);
    }
}
