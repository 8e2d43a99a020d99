using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Propagation.Stages;

namespace Backprop.Inputs;

/// <summary>The periodic embedding of each number v: e = A cos(2π(ω v + φ)) + a. ∂e/∂ω_q = −2π v sin(2π(ω_q v + φ_q)) A[:,q]; ∂e/∂φ_q is the same without v.</summary>
internal sealed class PeriodicInput(int numbers, PeriodicEmbedding embedding) : InputPart
{
    private readonly int _frequencies = embedding.Frequencies, _size = embedding.Size;

    public override int Width => numbers * _size;

    /// <summary>A and a of all numbers lie in one part of θ, [F·(Q + 1)×S]: behind the rows of a number's frequencies comes its a.</summary>
    public override void AddParameters<T>(NetworkBuilder<T> network)
    {
        int q = _frequencies, s = _size;
        network.AddBlock(0, "periodic.frequency", "frequency", [numbers, q], network.AddPanels(0, numbers, q));
        network.AddBlock(0, "periodic.phase", "phase", [numbers, q], network.AddPanels(0, numbers, q));
        ParameterPanels panels = network.AddPanels(0, numbers * (q + 1), s);
        network.AddBlock(0, "periodic.weight", "periodic", [numbers, s, q], panels, n => ((n / (s * q) * (q + 1)) + (n % q), n / q % s));
        network.AddBlock(0, "periodic.bias", "periodic_bias", [numbers, s], panels, n => ((n / s * (q + 1)) + q, n % s));
    }

    /// <summary>ω ~ N(0, σ²), φ uniform over a period, A and a uniform within ±1/√Q.</summary>
    public override void Initialize<T>(Network<T> network, CounterRandom random)
    {
        double bound = 1 / Math.Sqrt(_frequencies);
        Draw("frequency", 1, n => embedding.Sigma * random.Normal(n));
        Draw("phase", 2, n => random.Uniform(n) - 0.5);
        Draw("weight", 3, n => bound * ((2 * random.Uniform(n)) - 1));
        Draw("bias", 4, n => bound * ((2 * random.Uniform(n)) - 1));

        void Draw(string name, ulong stream, Func<ulong, double> draw)
        {
            ParameterBlock<T> block = network.Blocks.Single(block => block.Name == $"input.periodic.{name}");
            block.Set([.. Enumerable.Range(0, block.Length).Select(n => T.CreateTruncating(draw((stream << 40) + (ulong)n)))]);
        }
    }

    public override InputStage<T, V> Plan<T, V>(InputPlace<T> place) => new PeriodicStage<T, V>(place, numbers, embedding);

    public override void Forward<TElement>(ReadOnlySpan<TElement> row, TElement[][] tensors, Span<TElement> x)
    {
        for (int f = 0; f < numbers; f++)
        {
            for (int s = 0; s < _size; s++)
            {
                TElement sum = tensors[3][(f * _size) + s];
                for (int q = 0; q < _frequencies; q++)
                {
                    TElement wave = TElement.Cos(Angle(tensors[0][(f * _frequencies) + q], tensors[1][(f * _frequencies) + q], row[f]));
                    sum = TElement.FusedMultiplyAdd(tensors[2][(((f * _size) + s) * _frequencies) + q], wave, sum);
                }

                x[(f * _size) + s] = sum;
            }
        }
    }

    public override double[] Sizes(ReadOnlySpan<double> row, double[][] tensors)
    {
        double[] sizes = Array.ConvertAll(tensors[3], Math.Abs);
        for (int n = 0; n < tensors[2].Length; n++)
        {
            sizes[n / _frequencies] += Math.Abs(tensors[2][n]) * WaveSize(n / (_size * _frequencies), n % _frequencies, row, tensors);
        }

        return sizes;
    }

    public override double[] TangentSizes(int tensor, int index, ReadOnlySpan<double> row, double[][] tensors)
    {
        double[] sizes = new double[Width];
        if (tensor == 3)
        {
            return sizes; // 1 in any precision
        }

        int f = tensor == 2 ? index / (_size * _frequencies) : index / _frequencies, q = index % _frequencies;
        double wave = WaveSize(f, q, row, tensors), slope = 2 * Math.PI * wave * (tensor == 0 ? Math.Abs(row[f]) : 1);
        for (int s = 0; s < _size; s++)
        {
            sizes[(f * _size) + s] = tensor == 2 ? s == index / _frequencies % _size ? wave : 0 : slope * Math.Abs(tensors[2][(((f * _size) + s) * _frequencies) + q]);
        }

        return sizes;
    }

    public override int TangentEntries(int tensor) => tensor < 2 ? _size : 1;

    public override double Speed(int tensor, int index, ReadOnlySpan<double> row) => tensor switch
    {
        0 => 2 * Math.PI * Math.Abs(row[index / _frequencies]),
        1 => 2 * Math.PI,
        _ => 1,
    };

    public override (string Place, string Tangent) Describe(int tensor, int index)
    {
        int f = tensor switch { 2 => index / (_size * _frequencies), 3 => index / _size, _ => index / _frequencies }, q = index % _frequencies;
        string wave = $"wave {q} of number {f} of a row";
        return tensor switch
        {
            0 => ($"the frequency of {wave}", $"minus 2 pi times the number, the sine of the wave's angle and its weights"),
            1 => ($"the phase of {wave}", $"minus 2 pi times the sine of the wave's angle and its weights"),
            2 => ($"the weight of {wave} in entry {index / _frequencies % _size} of its periodic embedding", "the cosine of the wave's angle at its place"),
            _ => ($"the bias of entry {index % _size} of the periodic embedding of number {f} of a row", "1 at its place"),
        };
    }

    public override long ProductWeights => (long)numbers * _size * _frequencies;

    /// <summary>How far rounding moves a cosine or a sine of the angle, in roundings: those of the angle's terms and its own.</summary>
    private double WaveSize(int f, int q, ReadOnlySpan<double> row, double[][] tensors)
    {
        int wave = (f * _frequencies) + q;
        return 1 + (2 * Math.PI * (Math.Abs(tensors[0][wave] * row[f]) + Math.Abs(tensors[1][wave])));
    }

    public override double[] Tangent(int tensor, int index, ReadOnlySpan<double> row, double[][] tensors)
    {
        double[] tangent = new double[Width];
        if (tensor == 3)
        {
            tangent[index] = 1;
            return tangent;
        }

        int f = tensor == 2 ? index / (_size * _frequencies) : index / _frequencies, q = index % _frequencies;
        double angle = Angle(new Lane<double>(tensors[0][(f * _frequencies) + q]), new(tensors[1][(f * _frequencies) + q]), new(row[f])).Value;
        if (tensor == 2)
        {
            tangent[(f * _size) + (index / _frequencies % _size)] = Math.Cos(angle);
            return tangent;
        }

        double slope = -2 * Math.PI * Math.Sin(angle) * (tensor == 0 ? row[f] : 1);
        for (int s = 0; s < _size; s++)
        {
            tangent[(f * _size) + s] = slope * tensors[2][(((f * _size) + s) * _frequencies) + q];
        }

        return tangent;
    }

    /// <summary>2π(ω v + φ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TElement Angle<TElement>(TElement frequency, TElement phase, TElement v) where TElement : unmanaged, IElement<TElement> =>
        TElement.Create(2 * Math.PI) * TElement.FusedMultiplyAdd(frequency, v, phase);

    /// <summary>
    /// <see cref="PeriodicInput"/> with one sample per lane. Kept for the sums over samples, as rows: cos(2π(ω v + φ)) with a 1 behind (what a is a
    /// weight of), Δ, and the derivatives by ω and φ.
    /// </summary>
    private sealed unsafe class PeriodicStage<T, V> : InputStage<T, V>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        private readonly InputPlace<T> _place;
        private readonly int _numbers, _frequencies, _size, _waveWidth, _deltaWidth;
        private readonly ParameterPanels _frequency, _phase, _weights;
        private readonly BatchMatrix<T>? _waves, _delta, _byFrequency, _byPhase;
        private readonly AlignedBuffer<T>[] _scratchOfThread;

        public PeriodicStage(InputPlace<T> place, int numbers, PeriodicEmbedding embedding)
        {
            (_place, _numbers, _frequencies, _size) = (place, numbers, embedding.Frequencies, embedding.Size);
            (_waveWidth, _deltaWidth) = (Layout.Pad<T>(_frequencies + 1), Layout.Pad<T>(_size));
            (_frequency, _phase, _weights) = (place.Block("periodic.frequency").Panels, place.Block("periodic.phase").Panels, place.Block("periodic.weight").Panels);
            _scratchOfThread = [.. Enumerable.Range(0, place.Threads).Select(_ => new AlignedBuffer<T>(((long)_frequencies + _size + 1) * 3 * V.Count))];
            if (place.Delta is null)
            {
                return;
            }

            (_waves, _delta) = (place.NewMatrix(numbers * _waveWidth), place.NewMatrix(numbers * _deltaWidth));
            (_byFrequency, _byPhase) = (place.NewMatrix(numbers * _waveWidth), place.NewMatrix(numbers * _waveWidth));
            Sources = [new RowsGradient(_frequency, _byFrequency, _waveWidth), new RowsGradient(_phase, _byPhase, _waveWidth), new WeightGradient(_weights, _waves, _delta, _frequencies, _waveWidth, _deltaWidth)];
        }

        public override IReadOnlyList<GradientSource<T>> Sources { get; } = [];

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Forward(int thread, int first, int count)
        {
            T* parameters = _place.Network.Parameters.Pointer;
            V* v = (V*)_scratchOfThread[thread].Pointer, waves = v + 1, e = waves + _frequencies + 1;
            for (int sample = first; sample < first + count; sample += V.Count)
            {
                for (int f = 0; f < _numbers; f++)
                {
                    Transposition.Run(_place.Rows.Row(sample) + f, _place.Rows.Stride, V.Count, 1, (T*)v, V.Count);
                    for (int q = 0; q < _frequencies; q++)
                    {
                        waves[q] = V.Cos(Angle(parameters, f, q, *v));
                    }

                    waves[_frequencies] = V.Create(1);
                    for (int s = 0; s < _size; s++)
                    {
                        V sum = V.Broadcast(parameters[Weight(f, _frequencies, s)]);
                        for (int q = 0; q < _frequencies; q++)
                        {
                            sum = V.FusedMultiplyAdd(V.Broadcast(parameters[Weight(f, q, s)]), waves[q], sum);
                        }

                        e[s] = sum;
                    }

                    Transposition.Run((T*)e, V.Count, _size, V.Count, _place.Output.Row(sample) + _place.Column + (f * _size), _place.Output.Stride);
                    if (_waves is not null)
                    {
                        Transposition.Run((T*)waves, V.Count, _frequencies + 1, V.Count, _waves.Row(sample) + (f * _waveWidth), _waves.Stride);
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Backward(int thread, int first, int count, bool toRows)
        {
            T* parameters = _place.Network.Parameters.Pointer;
            V* v = (V*)_scratchOfThread[thread].Pointer, delta = v + 1, byPhase = delta + _size, byFrequency = byPhase + _frequencies;
            for (int sample = first; sample < first + count; sample += V.Count)
            {
                for (int f = 0; f < _numbers; f++)
                {
                    Transposition.Run(_place.Rows.Row(sample) + f, _place.Rows.Stride, V.Count, 1, (T*)v, V.Count);
                    Transposition.Run(_place.Delta!.Row(sample) + _place.Column + (f * _size), _place.Delta.Stride, V.Count, _size, (T*)delta, V.Count);
                    V byNumber = V.Create(0);
                    for (int q = 0; q < _frequencies; q++)
                    {
                        V g = V.Create(0);
                        for (int s = 0; s < _size; s++)
                        {
                            g = V.FusedMultiplyAdd(V.Broadcast(parameters[Weight(f, q, s)]), delta[s], g);
                        }

                        byPhase[q] = g * V.Create(-2 * Math.PI) * V.Sin(Angle(parameters, f, q, *v));
                        byFrequency[q] = byPhase[q] * *v;
                        byNumber = V.FusedMultiplyAdd(byPhase[q], V.Broadcast(parameters[_frequency.Index<T>(f, q)]), byNumber);
                    }

                    Transposition.Run((T*)delta, V.Count, _size, V.Count, _delta!.Row(sample) + (f * _deltaWidth), _delta.Stride);
                    Transposition.Run((T*)byPhase, V.Count, _frequencies, V.Count, _byPhase!.Row(sample) + (f * _waveWidth), _byPhase.Stride);
                    Transposition.Run((T*)byFrequency, V.Count, _frequencies, V.Count, _byFrequency!.Row(sample) + (f * _waveWidth), _byFrequency.Stride);
                    for (int lane = 0; toRows && lane < Math.Min(V.Count, first + count - sample); lane++)
                    {
                        _place.RowDelta!.Row(sample + lane)[f] += ((T*)&byNumber)[lane];
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private V Angle(T* parameters, int f, int q, V v) =>
            PeriodicInput.Angle(V.Broadcast(parameters[_frequency.Index<T>(f, q)]), V.Broadcast(parameters[_phase.Index<T>(f, q)]), v);

        /// <summary>Where A[f, s, q] lies; behind the frequencies a[f, s].</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private nint Weight(int f, int q, int s) => (nint)_weights.Index<T>((f * (_frequencies + 1)) + q, s);

        /// <summary>Row f of a tensor: the sum of the f-th part of the rows of a matrix.</summary>
        private sealed class RowsGradient(ParameterPanels part, BatchMatrix<T> terms, int width) : GradientSource<T>(part)
        {
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public override void Sum(in ParameterTiles<T>.Tile tile, int first, int samples, bool goesOn, T* to)
            {
                for (int row = 0; row < tile.Rows; row++)
                {
                    int column = ((tile.Input + row) * width) + tile.Output;
                    for (int n = 0; n < tile.Width; n += V.Count)
                    {
                        nint at = ((nint)row * tile.Width) + n;
                        V sum = goesOn ? V.Load(to + at) : V.Create(0);
                        for (int sample = first; sample < first + samples; sample++)
                        {
                            sum += V.Load(terms.Row(sample) + column + n);
                        }

                        sum.Store(to + at);
                    }
                }
            }
        }

        /// <summary>∂A = Δᵀ cos(…), ∂a = Δᵀ 1, number by number.</summary>
        private sealed class WeightGradient(ParameterPanels part, BatchMatrix<T> waves, BatchMatrix<T> delta, int frequencies, int waveWidth, int deltaWidth) : GradientSource<T>(part)
        {
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public override void Sum(in ParameterTiles<T>.Tile tile, int first, int samples, bool goesOn, T* to)
            {
                for (int row = 0, count; row < tile.Rows; row += count)
                {
                    (int f, int q) = Math.DivRem(tile.Input + row, frequencies + 1);
                    count = Math.Min(tile.Rows - row, frequencies + 1 - q);
                    nint at = (nint)row * tile.Width;
                    MatrixProduct<T, V>.Panel<Constants.N0>(
                        count, tile.Width, samples,
                        waves.Row(first) + (f * waveWidth) + q, 1, waves.Stride,
                        delta.Row(first) + (f * deltaWidth) + tile.Output, delta.Stride,
                        goesOn ? to + at : null, tile.Width, to + at, tile.Width);
                }
            }
        }
    }
}
