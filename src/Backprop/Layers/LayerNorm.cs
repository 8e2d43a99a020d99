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
/// Per sample, over the n units of a layer: p = γ ∘ u + β with u = (q − mean) / √(var + ε), q = W x + b, var the mean square deviation.
/// J = diag(γ) (I − 1 1ᵀ/n − u uᵀ/n) / √(var + ε). As PyTorch's nn.LayerNorm (Ba, Kiros and Hinton 2016).
/// </summary>
public sealed class LayerNorm : LayerPart
{
    /// <summary>ε unless another is given.</summary>
    public const double DefaultEpsilon = 1e-5;

    /// <param name="epsilon">ε, above 0.</param>
    /// <exception cref="UsageException">Not above 0.</exception>
    public LayerNorm(double epsilon = DefaultEpsilon) : base("layer_norm", LayerPlace.BeforeActivation) => Epsilon = NormKeys.Checked(epsilon);

    /// <summary>ε.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override double? Parameter => Epsilon;

    internal override bool IsUsual => Epsilon == DefaultEpsilon;

    [ModuleInitializer]
    internal static void Register() => Register("layer_norm", epsilon => new LayerNorm(epsilon ?? DefaultEpsilon), ["norm", "epsilon"], layer => NormKeys.Read(layer, "layer") is { } epsilon ? new LayerNorm(epsilon) : null);

    internal override bool MixesUnits => true;

    internal override void Write(Utf8JsonWriter json) => NormKeys.Write(json, "layer", Epsilon);

    internal override void AddParameters<T>(NetworkBuilder<T> network, int layer, int units)
    {
        network.AddBlock(layer, "norm.weight", "gamma", [units], network.AddPanels(layer, rows: 1, units), initial: 1);
        network.AddBlock(layer, "norm.bias", "beta", [units], network.AddPanels(layer, rows: 1, units));
    }

    internal override Stage<T, V>? Plan<T, V>(StagePlace<T> place) => new NormStage<T, V>(place, Epsilon);

    internal override void Forward<TElement>(ReadOnlySpan<TElement> q, ReadOnlySpan<TElement> before, TElement[][] tensors, Span<TElement> p)
    {
        TElement scale = Normalise(q, p, Epsilon);
        for (int i = 0; i < p.Length; i++)
        {
            p[i] = TElement.FusedMultiplyAdd(tensors[0][i], p[i] * scale, tensors[1][i]);
        }
    }

    internal override double[] Jacobian(ReadOnlySpan<double> q, double[][] tensors)
    {
        (double[] u, double scale) = Normalised(q);
        return Fill(u.Length, (r, c) => tensors[0][r] * ((r == c ? 1 : 0) - (1.0 / u.Length) - (u[r] * u[c] / u.Length)) * scale);
    }

    internal override double[] JacobianSizes(ReadOnlySpan<double> q, double[][] tensors)
    {
        (double[] u, double scale) = Normalised(q);
        return Fill(u.Length, (r, c) => Math.Abs(tensors[0][r]) * ((r == c ? 1 : 0) + (1.0 / u.Length) + (Math.Abs(u[r] * u[c]) / u.Length)) * scale);
    }

    internal override (string Text, string Latex) JacobianSymbol(int layer) => ($"J_{layer}(q_{layer})", $"J_{{{layer}}}(q_{{{layer}}})");

    internal override (string Text, string Latex, string Meaning)? TangentSymbol(int tensor, int layer, int unit) => tensor == 0 ? NormKeys.Normalised(layer, unit) : null;

    internal override double[] Tangent(int tensor, int index, ReadOnlySpan<double> q, double[][] tensors)
    {
        double[] tangent = new double[q.Length];
        tangent[index] = tensor == 1 ? 1 : Normalised(q).U[index];
        return tangent;
    }

    /// <summary>d ← q − mean; returns 1/√(var + ε), so that u = d times it. One sample, or one per lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TElement Normalise<TElement>(ReadOnlySpan<TElement> q, Span<TElement> d, double epsilon) where TElement : unmanaged, IElement<TElement>
    {
        TElement count = TElement.Create(q.Length), sum = TElement.Create(0), squares = sum;
        for (int i = 0; i < q.Length; i++)
        {
            sum += q[i];
        }

        TElement mean = sum / count;
        for (int i = 0; i < q.Length; i++)
        {
            d[i] = q[i] - mean;
            squares = TElement.FusedMultiplyAdd(d[i], d[i], squares);
        }

        return TElement.Create(1) / TElement.Sqrt((squares / count) + TElement.Create(epsilon));
    }

    private static double[] Fill(int n, Func<int, int, double> entry)
    {
        double[] matrix = new double[(long)n * n <= Array.MaxLength ? n * n : throw new UsageException($"a Jacobian of {n:N0} × {n:N0} numbers: at most {Array.MaxLength:N0} are supported")];
        for (int r = 0; r < n; r++)
        {
            for (int c = 0; c < n; c++)
            {
                matrix[(r * n) + c] = entry(r, c);
            }
        }

        return matrix;
    }

    private (double[] U, double Scale) Normalised(ReadOnlySpan<double> q)
    {
        var d = new Lane<double>[q.Length];
        double scale = Normalise(Array.ConvertAll(q.ToArray(), value => new Lane<double>(value)), d, Epsilon).Value;
        return (Array.ConvertAll(d, value => value.Value * scale), scale);
    }

    /// <summary>
    /// <see cref="LayerNorm"/> with one sample per lane: samples are transposed, so that sums over units run over a loop and never across lanes.
    /// Back: with g = γ ∘ Δ, Δ ← (g − mean(g) − u mean(g ∘ u)) / √(var + ε).
    /// </summary>
    private sealed unsafe class NormStage<T, V> : Stage<T, V>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        private readonly double _epsilon;
        private readonly T* _gamma, _beta;
        private readonly BatchMatrix<T>? _normalised, _outputDelta;
        private readonly AlignedBuffer<T>? _scales;
        private readonly AlignedBuffer<T>[] _scratchOfThread;

        public NormStage(StagePlace<T> place, double epsilon)
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
}
