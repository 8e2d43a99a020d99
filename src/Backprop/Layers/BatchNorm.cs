using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation.Passes;
using Backprop.Propagation;
using Backprop.Propagation.Stages;

namespace Backprop.Layers;

/// <summary>
/// Per unit: p = γ ∘ (q − mean) / √(var + ε) + β with q = W x + b. In training mean and var, the mean square deviation, are those of the batch,
/// rows counted by their weights; running statistics follow them by <see cref="Momentum"/>, and are what counts outside training, where the whole is a
/// factor and a term for each unit. As PyTorch's nn.BatchNorm1d (Ioffe and Szegedy 2015); a batch of one row teaches the running variance nothing.
/// </summary>
public sealed class BatchNorm : LayerPart
{
    /// <summary>How much of each batch goes into the running statistics.</summary>
    public const double Momentum = 0.1;

    /// <summary>A batch whose 1 − Σ w² of its rows' shares is not above it has no variance.</summary>
    internal const double LeastSpread = 1e-9;

    /// <param name="epsilon">ε, above 0.</param>
    /// <exception cref="UsageException">Not above 0.</exception>
    public BatchNorm(double epsilon = LayerNorm.DefaultEpsilon) : base("batch_norm", LayerPlace.BeforeActivation) => Epsilon = NormKeys.Checked(epsilon);

    /// <summary>ε.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override double? Parameter => Epsilon;

    internal override bool IsUsual => Epsilon == LayerNorm.DefaultEpsilon;

    [ModuleInitializer]
    internal static void Register() => Register(
        "batch_norm", epsilon => new BatchNorm(epsilon ?? LayerNorm.DefaultEpsilon),
        [], layer => NormKeys.Read(layer, "batch") is { } epsilon ? new BatchNorm(epsilon) : null);

    internal override void Write(Utf8JsonWriter json) => NormKeys.Write(json, "batch", Epsilon);

    internal override void AddParameters<T>(NetworkBuilder<T> network, int layer, int units)
    {
        network.AddBlock(layer, "norm.weight", "gamma", [units], network.AddPanels(layer, rows: 1, units), initial: 1);
        network.AddBlock(layer, "norm.bias", "beta", [units], network.AddPanels(layer, rows: 1, units));
        network.AddBlock(layer, "norm.running_mean", "running_mean", [units], network.AddState(layer, rows: 1, units));
        network.AddBlock(layer, "norm.running_var", "running_var", [units], network.AddState(layer, rows: 1, units), initial: 1, least: 0);
    }

    internal override Stage<T, V>? Plan<T, V>(StagePlace<T> place) => place.BatchStatistics ? new BatchStage<T, V>(place, Epsilon) : new RunningStage<T, V>(place, Epsilon);

    internal override void Forward<TElement>(ReadOnlySpan<TElement> q, ReadOnlySpan<TElement> before, TElement[][] tensors, Span<TElement> p)
    {
        for (int i = 0; i < p.Length; i++)
        {
            p[i] = TElement.FusedMultiplyAdd(tensors[0][i], (q[i] - tensors[2][i]) * Scale(tensors[3][i], Epsilon), tensors[1][i]);
        }
    }

    internal override double[] Jacobian(ReadOnlySpan<double> q, double[][] tensors) =>
        [.. tensors[0].Select((gamma, i) => gamma * Scale(new Lane<double>(tensors[3][i]), Epsilon).Value)];

    internal override (string Text, string Latex) JacobianSymbol(int layer) =>
        ($"(γ_{layer} / √(var_{layer} + ε))", $@"\frac{{\gamma_{{{layer}}}}}{{\sqrt{{\mathrm{{var}}_{{{layer}}} + \epsilon}}}}");

    internal override (string Text, string Latex, string Meaning)? TangentSymbol(int tensor, int layer, int unit) => tensor == 0 ? NormKeys.Normalised(layer, unit) : null;

    internal override double[] Tangent(int tensor, int index, ReadOnlySpan<double> q, double[][] tensors)
    {
        double[] tangent = new double[q.Length];
        tangent[index] = tensor == 1 ? 1 : (q[index] - tensors[2][index]) * Scale(new Lane<double>(tensors[3][index]), Epsilon).Value;
        return tangent;
    }

    /// <summary>1 / √(var + ε).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TElement Scale<TElement>(TElement variance, double epsilon) where TElement : unmanaged, IElement<TElement> =>
        TElement.Create(1) / TElement.Sqrt(variance + TElement.Create(epsilon));

    /// <summary>
    /// <see cref="BatchNorm"/> with the statistics of the batch, unit by unit: w_s is what sample s counts for, Σ w = 1.
    /// Back: with g = γ ∘ Δ, Δ_s ← (g_s − w_s (Σ g + u_s Σ g ∘ u)) / √(var + ε).
    /// </summary>
    private sealed unsafe class BatchStage<T, V> : Stage<T, V>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        private readonly double _epsilon;
        private readonly bool _updatesState;
        private readonly Samples<T> _samples;
        private readonly T* _gamma, _beta, _runningMean, _runningVariance;
        private readonly BatchMatrix<T> _normalised, _outputDelta;
        private readonly AlignedBuffer<T> _scales;

        public BatchStage(StagePlace<T> place, double epsilon)
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
            if (weight == 0)
            {
                NormaliseNothing(column, width, first, count);
                return;
            }

            V share = V.Create(1 / weight), kept = V.Create(1 - _samples.Batch.Momentum), taken = V.Create(_samples.Batch.Momentum);
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
            V share = V.Create(Weights(first, count).Sum is > 0 and double sumOfWeights ? 1 / sumOfWeights : 0);
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

        /// <summary>Samples that weigh nothing have no mean: β comes of them, and nothing moves.</summary>
        private void NormaliseNothing(int column, int width, int first, int count)
        {
            for (int n = column; n < Math.Min(column + width, Input.Width); n += V.Count)
            {
                V.Create(0).Store(_scales.Pointer + n);
                for (int sample = first; sample < first + count; sample++)
                {
                    V.Create(0).Store(_normalised.Row(sample) + n);
                    V.Load(_beta + n).Store(Output.Row(sample) + n);
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
            return (sum, sum > 0 && unbiased > LeastSpread ? unbiased : 0);
        }
    }

    /// <summary><see cref="BatchNorm"/> with running statistics, folded: p = s ∘ q + t with s = γ / √(var + ε), t = β − s ∘ mean. Back: Δ ← s ∘ Δ.</summary>
    private sealed unsafe class RunningStage<T, V> : Stage<T, V>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        private readonly double _epsilon;
        private readonly T* _gamma, _beta, _mean, _variance;
        private readonly BatchMatrix<T>? _normalised, _outputDelta;

        public RunningStage(StagePlace<T> place, double epsilon)
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
}
