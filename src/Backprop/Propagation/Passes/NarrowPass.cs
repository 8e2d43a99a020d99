using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Activations;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Propagation.Stages;

namespace Backprop.Propagation.Passes;

/// <summary>
/// From x₀ to the gradient with one sample per lane, for networks so narrow that a layer's units would leave lanes empty. Everything lies as
/// [group of samples][unit][lane]: a product is then rows = units and columns = samples, an activation runs over full vectors, the output pass
/// needs no transposition, and ∂W_ℓ[i, j] is a vector with one sum per lane, Σ over groups of x_{ℓ−1,j} ∘ δ_{ℓ,i}, whose lanes are added last.
/// Where a layer is wide enough or samples are few, both factors are transposed instead, and the sum runs over samples as in other networks.
/// </summary>
internal sealed unsafe class NarrowPass<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    /// <summary>The samples that go through all layers together: their activations stay in the cache.</summary>
    private const int BlockSamples = 128;

    /// <summary>What it costs to transpose 64 bytes of samples of a unit, and to store, load and add the lanes of a parameter, in multiplications.</summary>
    private const double TransposedUnit = 5, LaneSum = 7;

    /// <summary>From so many features on, rows are copied first and then transposed by blocks.</summary>
    private const int WorthTransposing = 8;

    /// <summary>0, 1, …: where the rows of a block lie that have been copied.</summary>
    private static readonly int[] s_counted = [.. Enumerable.Range(0, BlockSamples)];

    private readonly Network<T> _network;
    private readonly Samples<T> _batch;
    private readonly BatchMatrix<T> _inputDelta;
    private readonly OutputKernel<V> _output;
    private readonly Layer[] _layers; // 0: the input
    private readonly List<AlignedBuffer<T>> _buffers = []; // what the layers point into
    private readonly AlignedBuffer<T> _outputs, _targets, _rows, _lanes, _gradient;
    private readonly AlignedBuffer<T>? _firstWeights; // ∂W_1 [unit][input], where rows in their order are read in place and summed in whole vectors of inputs
    private T[]? _copied;
    private T* _inPlace; // the section's rows, where they are read as they lie in the data; null: copied
    private int _first, _samples, _groups;

    /// <param name="network">The network.</param>
    /// <param name="batch">Targets, rows and scales; the losses are written.</param>
    /// <param name="inputDelta">Where Δ₀ goes if it is wanted.</param>
    /// <param name="output">f_N and the loss.</param>
    /// <param name="stages">What each layer has behind its activation.</param>
    /// <param name="samples">How many samples' gradients are summed together.</param>
    /// <param name="byRows">Whether all sums run over rows, as with units in the lanes; else where that is better.</param>
    public NarrowPass(Network<T> network, Samples<T> batch, BatchMatrix<T> inputDelta, OutputKernel<V> output, Stage<T, V>[][] stages, int samples, bool byRows)
    {
        (_network, _batch, _inputDelta, _output) = (network, batch, inputDelta, output);
        NetworkDefinition definition = network.Definition;
        _layers = new Layer[network.Layers.Length + 1];
        bool SumsRows(DenseLayer<T> layer) => byRows || IsBetterByRows(layer, samples);
        int largest = 0;
        for (int l = 0; l < _layers.Length; l++)
        {
            DenseLayer<T>? layer = l > 0 ? network.Layers[l - 1] : null;
            int inputs = layer?.Inputs ?? 0, units = layer?.Outputs ?? definition.Inputs;
            bool sumsRows = layer is not null && SumsRows(layer);
            int sums = layer is null || sumsRows ? 0 : Layer.SumsOf(inputs, units);
            bool isHidden = layer is not null && l < network.Layers.Length;
            long size = (long)BlockSamples * (units + 1);
            T* x = Allocate(size + (WorthTransposing * V.Count)); // a transposition may write some rows more
            Stage<T, V>[] behind = layer is null ? [] : stages[l - 1];
            T* f = behind.Length > 0 ? Allocate(size) : x;
            _layers[l] = new(
                layer, inputs, units, layer is null ? null : network.Parameters.Pointer + layer.Offset, x,
                isHidden && layer!.Activation.DerivativeNeedsPreActivation ? Allocate(size) : f, Allocate(size),
                Allocate((long)units * V.Count), sumsRows ? null : Allocate((long)sums * Layout.Quantum<T>()), isHidden ? layer!.Activation.Bind<V>() : null)
            {
                F = f,
                Stages = behind,
                XRows = l < network.Layers.Length && SumsRows(network.Layers[l]) ? Allocate((long)BlockSamples * Layout.Pad<T>(units + 1)) : null,
                DeltaRows = sumsRows ? Allocate((long)BlockSamples * Layout.Pad<T>(units)) : null,
            };
            largest = Math.Max(largest, sums);
            for (int group = 0; group < BlockSamples / V.Count; group++)
            {
                V.Create(1).Store(x + (group * _layers[l].Stride) + (units * V.Count));
            }
        }

        _outputs = new((long)definition.Outputs * V.Count);
        _targets = new((long)definition.TargetCount * V.Count);
        _rows = new(_layers[0].XRows is null ? (long)V.Count * Padded(definition.Inputs) : 0);
        _lanes = new((long)V.Count * V.Count);
        _gradient = new(largest);
        _firstWeights = _layers[1].DeltaRows is not null && definition.Inputs % V.Count == 0 ? new((long)_layers[1].Outputs * definition.Inputs) : null;
    }

    /// <summary>The gradient of samples first … of the batch, whose targets, rows and scales are known; their losses are left beside them.</summary>
    /// <param name="data">Where the features come from.</param>
    /// <param name="first">The first sample, at the beginning of 64 bytes of samples.</param>
    /// <param name="count">The samples.</param>
    /// <param name="toInput">Whether Δ₀ is wanted, in the matrix that was given.</param>
    /// <param name="to">The gradient, laid out as the parameters are; its padding is left alone.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(Dataset<T> data, int first, int count, bool toInput, T* to)
    {
        int end = first + count;
        Ask(data, first, end);
        new Span<T>(_batch.Scales.Pointer + end, Layout.Pad<T>(count) - count).Clear(); // lanes beyond the last sample count nothing
        SpreadBiases();
        fixed (T* features = data.FeatureArray)
        {
            bool isInPlace = data.Source is null && (_firstWeights is not null || (_layers[0].XRows is null && data.FeatureCount == Padded(data.FeatureCount))) && RowCopy.AreNeighbours(_batch.Rows.AsSpan(first, count));
            _inPlace = isInPlace ? features + (((nint)_batch.Rows[first] - first) * data.FeatureCount) : null;
            for (int block = first; block < end; block += BlockSamples)
            {
                (_first, _samples) = (block, Math.Min(BlockSamples, end - block));
                _groups = Layout.Pad<T>(_samples) / V.Count;
                Gather(data, features);
                Ask(data, block + BlockSamples, end);
                Forward();
                Output(data.Targets.AreClasses);
                Backward(toInput);
                SumSamples(block > first, to);
            }
        }

        SumLanes(to);
        OutputPass<T, V>.SumLosses(_batch, first, count);
    }

    /// <summary>
    /// Multiplications of 64 bytes of samples, and what each way costs besides, in their time: lanes are stored, loaded and added once, rows
    /// are full only at whole vectors, and transposed first. Measured on Zen 4; depends on sizes alone, since the two round differently.
    /// </summary>
    private static bool IsBetterByRows(DenseLayer<T> layer, int samples)
    {
        int quantum = Layout.Quantum<T>(), parameters = (layer.Inputs + 1) * layer.Outputs;
        double groups = (samples + quantum - 1) / quantum;
        double transposed = Layout.Pad<T>(layer.Outputs) + (layer.Index > 1 ? Layout.Pad<T>(layer.Inputs) : 0);
        return (layer.Inputs + 1) * Layout.Pad<T>(layer.Outputs) + (TransposedUnit * transposed) < parameters * (1 + (LaneSum / groups));
    }

    /// <summary>Asks for the rows of the block that begins at a sample.</summary>
    private void Ask(Dataset<T> data, int block, int end)
    {
        if (block < end)
        {
            RowCopy.Ask(data, _batch.Rows.AsSpan(block, Math.Min(BlockSamples, end - block)));
        }
    }

    private static int Padded(int features) => (features + WorthTransposing - 1) / WorthTransposing * WorthTransposing;

    private T* Allocate(long count)
    {
        _buffers.Add(new(count));
        return _buffers[^1].Pointer;
    }

    /// <summary>Each bias in all lanes: what sums start with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SpreadBiases()
    {
        for (int l = 1; l < _layers.Length; l++)
        {
            ref readonly Layer layer = ref _layers[l];
            T* from = layer.Weights + ((nint)layer.Inputs * layer.PanelWidth), to = layer.Biases;
            for (int unit = 0; unit < layer.Outputs; unit++)
            {
                V.Broadcast(from[unit]).Store(to + (unit * V.Count));
            }
        }
    }

    /// <summary>X₀. Lanes without a sample repeat the last one, so that nothing odd arises in them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather(Dataset<T> data, T* all)
    {
        ref readonly Layer input = ref _layers[0];
        int features = input.Outputs, last = _first + _samples - 1;
        T* x = input.X;
        nint rowStride = input.XRows is null ? Padded(features) : Layout.Pad<T>(features + 1);
        T[]? copied = data.Source is null ? null : CopiedRows(data);
        fixed (T* copies = copied)
        fixed (int* rows = copied is null ? _batch.Rows : s_counted)
        {
            T* from = copied is null ? all : copies;
            int* rowOf = copied is null ? rows + _first : rows;
            last -= _first;
            for (int sample = 0; sample < _groups * V.Count; sample += V.Count, x += input.Stride)
            {
                if (_inPlace is not null && sample + V.Count <= _samples)
                {
                    Transposition.Run(_inPlace + ((nint)(_first + sample) * features), features, V.Count, features, x, V.Count);
                    continue;
                }

                T* copy = input.XRows is null ? _rows.Pointer : input.XRows + (sample * rowStride);
                if (input.XRows is null && features < WorthTransposing)
                {
                    GatherFew(from, features, rowOf + sample, last - sample, x);
                    continue;
                }

                for (int lane = 0; lane < V.Count; lane++)
                {
                    RowCopy.Run(from + ((nint)rowOf[Math.Min(last, sample + lane)] * features), copy + (lane * rowStride), features);
                    if (input.XRows is not null)
                    {
                        copy[(lane * rowStride) + features] = T.One;
                    }
                }

                if (input.XRows is not null)
                {
                    Transposition.Run(copy, rowStride, V.Count, features, x, V.Count);
                }
                else
                {
                    Transposition.Run(copy, rowStride, V.Count, Padded(features), x, V.Count);
                    V.Create(1).Store(x + (features * V.Count));
                }
            }
        }
    }

    /// <summary>Some vectors of features of one group, without a copy between.</summary>
    /// <param name="from">The features of all rows.</param>
    /// <param name="features">How many a row has.</param>
    /// <param name="rows">Which rows.</param>
    /// <param name="last">The last of them; lanes beyond repeat it.</param>
    /// <param name="x">[feature][lane].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GatherFew(T* from, int features, int* rows, int last, T* x)
    {
        if (last < V.Count - 1)
        {
            for (int lane = 0; lane < V.Count; lane++)
            {
                GatherRow(from + ((nint)rows[Math.Min(last, lane)] * features), features, x + lane);
            }

            return;
        }

        for (int lane = 0; lane < V.Count; lane++)
        {
            GatherRow(from + ((nint)rows[lane] * features), features, x + lane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void GatherRow(T* row, int features, T* x)
    {
        for (T* end = row + features; row < end; row++, x += V.Count)
        {
            *x = *row;
        }
    }

    /// <summary>The rows of the block, of a data set that has them not in memory.</summary>
    private T[] CopiedRows(Dataset<T> data)
    {
        _copied ??= new T[BlockSamples * data.FeatureCount];
        data.Source!.CopyRows(_batch.Rows.AsSpan(_first, _samples), _copied, data.FeatureCount);
        return _copied;
    }

    /// <summary>P_ℓ = W_ℓ X_{ℓ−1} + b_ℓ, X_ℓ = f_ℓ(P_ℓ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Forward()
    {
        for (int l = 1; l < _layers.Length; l++)
        {
            ref readonly Layer layer = ref _layers[l];
            T* x = _layers[l - 1].X, p = layer.P;
            for (int group = 0; group < _groups; group++, x += _layers[l - 1].Stride, p += layer.Stride)
            {
                MatrixProduct<T, V>.Panel<Constants.N0>(layer.Outputs, V.Count, layer.Inputs, layer.Weights, 1, layer.PanelWidth, x, V.Count, layer.Biases, V.Count, p, V.Count);
            }

            layer.Activation?.Forward((V*)layer.P, (V*)layer.F, layer.Outputs + 1, _groups, layer.Outputs * V.Count);
            V* of = (V*)layer.F;
            foreach (Stage<T, V> stage in layer.Stages)
            {
                stage.ForwardNarrow(of, (V*)layer.X, layer.Outputs + 1, _first, _first + _samples - 1);
                of = (V*)layer.X;
            }
        }
    }

    /// <summary>The losses, and Δ_N = scale · D_Nᵀ ∇_yL.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Output(bool classes)
    {
        ref readonly Layer layer = ref _layers[^1];
        T* p = layer.P, delta = layer.Deltas;
        for (int sample = 0; sample < _groups * V.Count; sample += V.Count, p += layer.Stride, delta += layer.Stride)
        {
            _output.Forward((V*)p, (V*)_outputs.Pointer, layer.Outputs);
            OutputPass<T, V>.Group(
                _network.Definition, _batch, _output, (V*)p, (V*)_outputs.Pointer, (V*)_targets.Pointer, (V*)delta,
                _first + sample, _first + _samples - 1, classes);
        }
    }

    /// <summary>Δ_{ℓ−1} = f′_{ℓ−1}(P_{ℓ−1}) ∘ (W_ℓᵀ Δ_ℓ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Backward(bool toInput)
    {
        for (int l = _layers.Length - 1; l > (toInput ? 0 : 1); l--)
        {
            ref readonly Layer layer = ref _layers[l], before = ref _layers[l - 1];
            T* delta = layer.Deltas, deltaBefore = before.Deltas;
            for (int group = 0; group < _groups; group++, delta += layer.Stride, deltaBefore += before.Stride)
            {
                MatrixProduct<T, V>.Panel<Constants.N0>(layer.Inputs, V.Count, layer.Outputs, layer.Weights, layer.PanelWidth, 1, delta, V.Count, null, 0, deltaBefore, V.Count);
            }

            for (int stage = before.Stages.Length - 1; stage >= 0; stage--)
            {
                before.Stages[stage].BackwardNarrow((V*)before.Deltas, before.Outputs + 1, _first, _first + _samples - 1);
            }

            before.Activation?.Backward((V*)before.P, (V*)before.F, (V*)before.Deltas, layer.Inputs + 1, _groups, layer.Inputs * V.Count);
        }

        for (int group = 0; toInput && group < _groups; group++)
        {
            Transposition.Run(_layers[0].Deltas + (group * _layers[0].Stride), V.Count, _layers[0].Outputs, V.Count, _inputDelta.Row(_first + (group * V.Count)), _inputDelta.Stride);
        }
    }

    /// <summary>∂W_ℓ[i, j] (+)= Σ over samples of x_{ℓ−1,j} δ_{ℓ,i}: over rows, or lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SumSamples(bool goesOn, T* to)
    {
        int parts = LaneSums<T, V>.Parts;
        for (int l = 1; l < _layers.Length; l++)
        {
            ref readonly Layer layer = ref _layers[l], before = ref _layers[l - 1];
            if (layer.DeltaRows is not null)
            {
                int xStride = Layout.Pad<T>(layer.Inputs + 1), width = layer.PanelWidth;
                Transpose(layer.Deltas, layer.Stride, layer.Outputs, layer.DeltaRows, width);
                if (l > 1)
                {
                    Transpose(before.X, before.Stride, layer.Inputs + 1, before.XRows, xStride);
                }

                T* gradient = to + layer.Offset;
                if (l == 1 && _inPlace is not null)
                {
                    int inputs = layer.Inputs;
                    T one = T.One;
                    T* weights = _firstWeights!.Pointer, biases = gradient + ((nint)inputs * width);
                    MatrixProduct<T, V>.Panel<Constants.N0>(layer.Outputs, inputs, _samples, layer.DeltaRows, 1, width, _inPlace + ((nint)_first * inputs), inputs, goesOn ? weights : null, inputs, weights, inputs);
                    MatrixProduct<T, V>.Panel<Constants.N0>(1, width, _samples, &one, 0, 0, layer.DeltaRows, width, goesOn ? biases : null, width, biases, width); // no 1 stands behind such a row
                    continue;
                }

                MatrixProduct<T, V>.Panel<Constants.N0>(layer.Inputs + 1, width, _samples, before.XRows, 1, xStride, layer.DeltaRows, width, goesOn ? gradient : null, width, gradient, width);
                continue;
            }

            int lanes = layer.Outputs * V.Count;
            for (int part = 0; part < parts; part++)
            {
                T* sums = layer.Sums + (part * layer.PartOfSums);
                MatrixProduct<T, V>.Panel<Constants.N1>(
                    layer.Inputs + 1, lanes, _groups / parts, before.X + (part * before.Stride), V.Count, parts * before.Stride,
                    layer.Deltas + (part * layer.Stride), parts * layer.Stride, goesOn ? sums : null, lanes, sums, lanes);
            }
        }
    }

    private void Transpose(T* from, nint groupStride, int units, T* to, nint rowStride)
    {
        for (int group = 0; group < _groups; group++)
        {
            Transposition.Run(from + (group * groupStride), V.Count, units, V.Count, to + (group * V.Count * rowStride), rowStride);
        }
    }

    /// <summary>The lanes of each parameter added up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SumLanes(T* to)
    {
        for (int l = 1; l < _layers.Length; l++)
        {
            ref readonly Layer layer = ref _layers[l];
            if (layer.Sums is null)
            {
                if (l == 1 && _inPlace is not null)
                {
                    Transposition.Run(_firstWeights!.Pointer, layer.Inputs, layer.Outputs, layer.Inputs, to + layer.Offset, layer.PanelWidth);
                }

                continue;
            }

            int rows = layer.Inputs + 1, outputs = layer.Outputs;
            T* gradient = outputs == layer.PanelWidth ? to + layer.Offset : _gradient.Pointer;
            for (int parameter = 0; parameter < rows * outputs; parameter += V.Count)
            {
                LaneSums<T, V>.Run(layer.Sums + (parameter * V.Count), layer.PartOfSums, _lanes.Pointer).Store(gradient + parameter);
            }

            for (int row = 0; outputs < layer.PanelWidth && row < rows; row++)
            {
                RowCopy.Run(gradient + (row * outputs), to + layer.Offset + (row * layer.PanelWidth), outputs);
            }
        }
    }

    /// <summary>What there is to know of layer ℓ, looked up once. X, P and Δ lie as [group][unit + 1][lane]; behind X's units stands the 1 that biases are weights of.</summary>
    private readonly struct Layer
    {
        public readonly int Inputs, Outputs, PanelWidth;
        public readonly T* Weights, Biases, X, P, Deltas, Sums;

        /// <summary>From one group of samples to the next.</summary>
        public readonly nint Stride;

        /// <summary>From the sums of one vector of 64 bytes of samples to those of the next.</summary>
        public readonly nint PartOfSums;

        /// <summary>Where the layer begins in the parameters.</summary>
        public readonly long Offset;

        public readonly ActivationKernel<V>? Activation;

        /// <summary>f(P): X where no stage follows.</summary>
        public T* F { get; init; }

        /// <summary>What follows.</summary>
        public Stage<T, V>[] Stages { get; init; } = [];

        /// <summary>X and Δ as [sample][unit], where the next layer's, or this one's, gradient is summed over rows; else null.</summary>
        public T* XRows { get; init; }

        /// <inheritdoc cref="XRows"/>
        public T* DeltaRows { get; init; }

        public Layer(DenseLayer<T>? layer, int inputs, int outputs, T* weights, T* x, T* p, T* deltas, T* biases, T* sums, ActivationKernel<V>? activation)
        {
            (Inputs, Outputs, Stride, Activation) = (inputs, outputs, (nint)(outputs + 1) * V.Count, activation);
            Weights = weights;
            X = x;
            P = p;
            Deltas = deltas;
            Biases = biases;
            Sums = sums;
            (PanelWidth, Offset, PartOfSums) = (Layout.WidthAt<T>(0, outputs), layer?.Offset ?? 0, SumsOf(inputs, outputs) * V.Count);
        }

        /// <summary>The parameters, in whole vectors.</summary>
        public static int SumsOf(int inputs, int outputs) => (((inputs + 1) * outputs) + V.Count - 1) / V.Count * V.Count;
    }
}
