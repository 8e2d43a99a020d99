using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;

namespace Backprop.Training;

/// <summary>
/// One update of a network from one batch: forward, loss, backward, update. The optimizer is applied to each tile of parameters as soon as
/// its gradient is known, so that the gradient as a whole is never in memory; only clipping by the global norm needs it. A step allocates nothing.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class TrainingStep<T> : IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly TrainingStepOptions _options;
    private readonly BatchGradient<T> _batch;
    private readonly ParameterUpdate<T> _update;
    private readonly AlignedBuffer<T>? _gradient; // only a global norm needs it as a whole
    private readonly AlignedBuffer<T>[] _tileOfThread;
    private readonly double[] _squares;
    private readonly Action<int, int> _updateTile, _updateClippedTile;
    private readonly bool _hasDropout;
    private double _clipFactor;
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
        _batch = new(network, batchSize, _options.Threads, Vectors, _options.Narrow);
        _update = ParameterUpdate<T>.Create(optimizer, network.Parameters, Vectors);
        _gradient = _options.ClipNorm is null ? null : new(network.Parameters.Length);
        _squares = new double[_batch.Tiles.Count];
        _tileOfThread = [.. Enumerable.Range(0, Threads).Select(_ => new AlignedBuffer<T>(ParameterTiles<T>.LargestTile))];
        _hasDropout = network.Definition.Layers.Any(layer => layer.Dropout > 0);
        (_updateTile, _updateClippedTile) = (UpdateTile, UpdateClippedTile);
    }

    /// <summary>The updates made so far.</summary>
    public long Steps { get; internal set; }

    /// <summary>The threads that really run.</summary>
    public int Threads => _batch.Threads;

    /// <summary>The vectors that really run.</summary>
    public VectorPath Vectors { get; }

    /// <summary>Whether the next step finds its copy of the weights as they are.</summary>
    internal bool HasFreshCopy => _batch.Propagator.HasFreshCopy;

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
    /// <exception cref="DataException">Data that do not fit the network.</exception>
    /// <exception cref="ArgumentException">More samples than a batch has, an order of more rows than the data have, or positions that it does not have.</exception>
    /// <exception cref="ObjectDisposedException">The step has been disposed of.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Run(Dataset<T> data, in RowPermutation order, int start, int samples, double learningRate, long epoch = 0)
    {
        ArgumentNullException.ThrowIfNull(data);
        _batch.RequireAlive(this);
        _batch.Require(data, order, start, samples);
        double weights = BatchScales.Sum(data, order, start, samples);
        if (weights == 0)
        {
            return 0; // nothing counts: no update
        }

        double loss = _batch.Propagate(data, order, start, samples, weights, _hasDropout ? new(_options.Seed, epoch) : null, toInput: false);
        Steps++;
        if (!double.IsFinite(loss))
        {
            _batch.ForwardAgain();
            throw Divergence.Find(_batch.Propagator, samples, Steps, loss);
        }

        _update.Begin(Steps, learningRate);
        _nonFiniteLayer = 0;
        _batch.Propagator.Network.Touch(); // before: what stops half way leaves copies that are old
        _batch.ForEachTile(_updateTile);
        if (_gradient is not null)
        {
            _clipFactor = ClipFactor(_options.ClipNorm!.Value);
            _batch.ForEachTile(_updateClippedTile);
        }

        if (!_batch.IsNarrow)
        {
            _batch.Propagator.KeepFreshCopy();
        }

        return _nonFiniteLayer == 0 ? loss
            : throw new DivergenceException($"step {Steps}: a parameter of layer {_nonFiniteLayer} is not finite after the update; a lower learning rate or --clip-norm may help", _nonFiniteLayer, Steps);
    }

    /// <summary>Ends the threads. Not while a step runs; once more does nothing.</summary>
    public void Dispose() => _batch.Dispose();

    /// <summary>∂W and ∂b of a tile, and the update while it is hot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void UpdateTile(int thread, int index)
    {
        ref readonly ParameterTiles<T>.Tile tile = ref _batch.Tiles[index];
        T* gradient;
        if (_gradient is null)
        {
            gradient = _batch.Sum(tile, _tileOfThread[thread].Pointer);
        }
        else
        {
            gradient = _gradient.Pointer + tile.Offset;
            _batch.Sum(tile, null, gradient);
        }

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

    /// <summary>The update after the norm of the whole gradient is known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void UpdateClippedTile(int thread, int index)
    {
        ref readonly ParameterTiles<T>.Tile tile = ref _batch.Tiles[index];
        T* gradient = _gradient!.Pointer + tile.Offset;
        _update.Scale(gradient, tile.Size, _clipFactor);
        Update(tile, gradient);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Update(in ParameterTiles<T>.Tile tile, T* gradient)
    {
        if (!_update.Apply(gradient, tile.Offset, tile.Size) && !_update.ClearPadding(tile.Offset, tile.Rows, tile.Width, tile.Layer.Outputs - tile.Output))
        {
            Interlocked.CompareExchange(ref _nonFiniteLayer, tile.Layer.Index, 0);
        }

        if (tile.Layer.Index > 1 && !_batch.IsNarrow)
        {
            _batch.Propagator.CopyToBackwardWeights(tile.Layer, tile.Input, tile.Inputs, tile.Output);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    /// <summary>PyTorch's clip_grad_norm_: limit / (norm + 1e-6), at most 1. A gradient whose squares leave double's range is summed once more, scaled.</summary>
    private double ClipFactor(double limit)
    {
        double squares = Sum(_squares);
        if (EuclideanNorm.IsExact(squares))
        {
            return Math.Min(1, limit / (Math.Sqrt(squares) + 1e-6));
        }

        double norm = EuclideanNorm.Scaled<T>(_gradient!.Span, out int exponent);
        int common = Math.Max(exponent, 0); // of numerator and denominator: the norm itself may be beyond the largest number
        return Math.Min(1, Math.ScaleB(limit, -common) / (Math.ScaleB(norm, exponent - common) + Math.ScaleB(1e-6, -common)));
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
