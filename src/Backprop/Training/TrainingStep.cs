using System.Numerics;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;

namespace Backprop.Training;

/// <summary>
/// One update of a network from one batch: forward, loss, backward, update. Two phases with a barrier after each: every thread takes
/// blocks of samples from x₀ to Δ₁; then every thread takes tiles of parameters, sums their gradient over the batch and updates them
/// while they are hot, so that the gradient as a whole is never in memory. A step allocates nothing.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class TrainingStep<T> : IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Multiplications below which several threads cost more than they bring.</summary>
    private const double WorthThreads = 1e6;

    private readonly TrainingStepOptions _options;
    private readonly Propagator<T> _propagator;
    private readonly ParameterTiles<T> _tiles;
    private readonly ParameterUpdate<T> _update;
    private readonly WorkerTeam _team;
    private readonly AlignedBuffer<T>? _gradient; // only a global norm needs it as a whole
    private readonly double[] _squares;
    private readonly AlignedBuffer<T>[] _tileOfThread;
    private readonly WorkShares _shares;
    private readonly GradientSections<T>? _sections;
    private readonly Action<int> _samplePhase, _sectionPhase, _parameterPhase, _clippedUpdatePhase;
    private readonly bool _dropout;

    private Dataset<T>? _data;
    private RowPermutation _order;
    private int _start, _samples;
    private long _epoch;
    private double _weights, _clipFactor;
    private SampleBlocks _blocks;
    private int _nonFiniteLayer;

    /// <summary>Plans a step.</summary>
    /// <param name="network">What is trained.</param>
    /// <param name="optimizer">How.</param>
    /// <param name="batchSize">The most samples of a batch.</param>
    /// <param name="options">Penalties, clipping, threads.</param>
    /// <exception cref="UsageException">An option out of its range.</exception>
    public TrainingStep(Network<T> network, Optimizer optimizer, int batchSize, TrainingStepOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        _options = options ?? new();
        _options.Validate();
        Vectors = _options.Vectors ?? VectorPaths.Current;
        bool small = (double)network.Definition.ParameterCount * batchSize < WorthThreads;
        _team = new(small ? 1 : _options.Threads == 0 ? Environment.ProcessorCount : _options.Threads);
        _propagator = Propagator<T>.Create(network, new(network.Definition, batchSize, backward: true), Vectors);
        _tiles = new(network);
        _update = ParameterUpdate<T>.Create(optimizer, network.Parameters, Vectors);
        _gradient = _options.ClipNorm is null ? null : new(network.Parameters.Length);
        _squares = new double[_tiles.Count];
        _tileOfThread = [.. Enumerable.Range(0, _team.Count).Select(_ => new AlignedBuffer<T>(ParameterTiles<T>.LargestTile))];
        _dropout = network.Definition.Layers.Any(layer => layer.Dropout > 0);
        _shares = new(_team.Count);
        _sections = GradientSections<T>.For(network, _propagator.Workspace);
        (_samplePhase, _sectionPhase, _parameterPhase, _clippedUpdatePhase) = (SamplePhase, SectionPhase, ParameterPhase, ClippedUpdatePhase);
    }

    /// <summary>The updates made so far.</summary>
    public long Steps { get; internal set; }

    /// <summary>The threads that really run.</summary>
    public int Threads => _team.Count;

    /// <summary>The vectors that really run.</summary>
    public VectorPath Vectors { get; }

    /// <summary>The optimizer's moments, laid out as the parameters.</summary>
    internal AlignedBuffer<T>[] Moments => _update.Moments;

    /// <summary>Updates the network once and returns the loss of the batch before the update.</summary>
    /// <param name="data">Where the batch comes from.</param>
    /// <param name="order">The order of the rows.</param>
    /// <param name="start">The batch's first position in the order.</param>
    /// <param name="samples">The batch's rows.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="epoch">What dropout depends on, with the row.</param>
    /// <exception cref="DivergenceException">A loss or a parameter is not finite.</exception>
    public double Run(Dataset<T> data, in RowPermutation order, int start, int samples, double learningRate, long epoch = 0)
    {
        ArgumentNullException.ThrowIfNull(data);
        (_data, _order, _start, _samples, _epoch) = (data, order, start, samples, epoch);
        _weights = BatchScales.Sum(data, order, start, samples);
        if (_weights == 0)
        {
            return 0; // nothing counts: no update
        }

        _propagator.RefreshBackwardWeights(lowest: 2);
        if (_sections is null)
        {
            _blocks = new(samples, _team.Count);
            InPhase(_samplePhase, _blocks.Count);
        }
        else
        {
            InPhase(_sectionPhase, GradientSections<T>.CountOf(samples));
        }

        double loss = _propagator.SumLosses(samples);
        Steps++;
        if (!double.IsFinite(loss))
        {
            throw Divergence.Find(_propagator, samples, Steps, loss);
        }

        _update.Begin(Steps, learningRate);
        _nonFiniteLayer = 0;
        InPhase(_parameterPhase, _tiles.Count);
        if (_gradient is not null)
        {
            double norm = Math.Sqrt(Sum(_squares));
            _clipFactor = Math.Min(1, _options.ClipNorm!.Value / (norm + 1e-6));
            InPhase(_clippedUpdatePhase, _tiles.Count);
        }

        if (_nonFiniteLayer > 0)
        {
            throw new DivergenceException($"step {Steps}: a parameter of layer {_nonFiniteLayer} is not finite after the update; a lower learning rate or --clip-norm may help", _nonFiniteLayer, Steps);
        }

        return loss;
    }

    /// <inheritdoc/>
    public void Dispose() => _team.Dispose();

    private void InPhase(Action<int> phase, int pieces)
    {
        _shares.Deal(pieces);
        _team.Run(phase);
    }

    /// <summary>From x₀ to Δ₁, block by block.</summary>
    private void SamplePhase(int thread)
    {
        for (int block = _shares.Take(thread); block >= 0; block = _shares.Take(thread))
        {
            Propagate(_blocks.First(block), _blocks.Size(block));
        }
    }

    /// <summary>From x₀ to Δ₁, and the gradient of the section while its samples are in the cache.</summary>
    private void SectionPhase(int thread)
    {
        for (int section = _shares.Take(thread); section >= 0; section = _shares.Take(thread))
        {
            int begin = section * GradientSections<T>.Samples;
            var blocks = new SampleBlocks(Math.Min(GradientSections<T>.Samples, _samples - begin), threads: 1);
            for (int block = 0; block < blocks.Count; block++)
            {
                int first = begin + blocks.First(block), count = blocks.Size(block);
                Propagate(first, count);
                for (int t = 0; t < _tiles.Count; t++)
                {
                    T* sums = _sections!.Sums(section) + _tiles[t].Offset;
                    _propagator.GradientTile(_tiles[t], first, count, block == 0 ? null : sums, sums, _dropout);
                }
            }
        }
    }

    private void Propagate(int first, int count)
    {
        _propagator.Gather(_data!, _order, _start, first, count);
        BatchScales.Write(_data!, _order, _start, first, count, _weights, _propagator.Workspace.Scales);
        _propagator.Forward(first, count, _dropout ? new DropoutKey(_options.Seed, _epoch) : null);
        _propagator.Output(first, count, _data!.Targets.AreClasses);
        _propagator.Backward(first, count, toInput: false, _dropout);
    }

    /// <summary>The gradient of a tile over the whole batch.</summary>
    private void SumGradient(in ParameterTiles<T>.Tile tile, T* gradient)
    {
        if (_sections is null)
        {
            _propagator.GradientTile(tile, 0, _samples, null, gradient, _dropout);
            return;
        }

        new Span<T>(_sections.Sums(0) + tile.Offset, tile.Size).CopyTo(new(gradient, tile.Size));
        for (int section = 1; section < GradientSections<T>.CountOf(_samples); section++)
        {
            _update.Add(gradient, _sections.Sums(section) + tile.Offset, tile.Size);
        }
    }

    /// <summary>∂W and ∂b, tile by tile, and the update while the tile is hot.</summary>
    private void ParameterPhase(int thread)
    {
        for (int index = _shares.Take(thread); index >= 0; index = _shares.Take(thread))
        {
            ref readonly ParameterTiles<T>.Tile tile = ref _tiles[index];
            T* gradient = _gradient is null ? _tileOfThread[thread].Pointer : _gradient.Pointer + tile.Offset;
            SumGradient(tile, gradient);
            if (_options.L1 > 0 || _options.L2 > 0)
            {
                _update.AddPenalty(gradient, tile.Offset, tile.Inputs * tile.Width, _options.L1, _options.L2);
            }

            if (_options.ClipValue is { } limit)
            {
                _update.Clip(gradient, tile.Size, limit);
            }

            if (_gradient is null)
            {
                Update(tile, gradient);
            }
            else
            {
                _squares[index] = SumOfSquares(gradient, tile.Size);
            }
        }
    }

    /// <summary>The update after the norm of the whole gradient is known.</summary>
    private void ClippedUpdatePhase(int thread)
    {
        for (int index = _shares.Take(thread); index >= 0; index = _shares.Take(thread))
        {
            ref readonly ParameterTiles<T>.Tile tile = ref _tiles[index];
            T* gradient = _gradient!.Pointer + tile.Offset;
            _update.Scale(gradient, tile.Size, _clipFactor);
            Update(tile, gradient);
        }
    }

    private void Update(in ParameterTiles<T>.Tile tile, T* gradient)
    {
        if (!_update.Apply(gradient, tile.Offset, tile.Size))
        {
            Interlocked.CompareExchange(ref _nonFiniteLayer, tile.Layer.Index, 0);
        }

        if (tile.Layer.Index > 1)
        {
            _propagator.CopyToBackwardWeights(tile.Layer, tile.Input, tile.Inputs, tile.Output);
        }
    }

    private static double SumOfSquares(T* gradient, int count)
    {
        double sum = 0;
        for (int n = 0; n < count; n++)
        {
            double g = double.CreateTruncating(gradient[n]);
            sum = Math.FusedMultiplyAdd(g, g, sum);
        }

        return sum;
    }

    private static double Sum(double[] values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum;
    }
}
