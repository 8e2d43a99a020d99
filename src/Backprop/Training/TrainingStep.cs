using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Propagation.Schedules;

namespace Backprop.Training;

/// <summary>
/// One update of a network from one batch: forward, loss, backward, update. The optimizer is applied to each tile of parameters as soon as
/// its gradient is known, so that the gradient as a whole is never in memory; only clipping by the global norm and a step over several batches need it. A step allocates nothing.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe partial class TrainingStep<T> : IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int None = int.MaxValue;

    private TrainingStepOptions _options;
    private readonly WorkerTeam _team;
    private readonly StepPlan<T> _plan;
    private readonly ParameterUpdate<T> _update;
    private readonly AlignedBuffer<T>? _gradient; // only where something asks for it as a whole
    private readonly AlignedBuffer<T>[] _tileOfThread;
    private readonly double[] _squares;
    private readonly AlignedBuffer<T>? _stateBefore; // running statistics, where there are any
    private readonly PiecePhase _sumAndUpdate, _addUp, _updateWhole;
    private double _clipFactor;
    private int _nonFiniteLayer; // None, or the layer; 0: the inputs
    private bool _goesOn, _isWhole, _isDisposed;

    /// <summary>Plans a step.</summary>
    /// <param name="network">What is trained.</param>
    /// <param name="optimizer">How.</param>
    /// <param name="batchSize">The most samples that go through the network together; a step has up to <see cref="TrainingStepOptions.Accumulate"/> times as many.</param>
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
        int threads = StepPlan<T>.ThreadsFor(network.Definition, batchSize, _options.Threads);
        _gradient = _options.ClipNorm is null && _options.Accumulate == 1 ? null : new(network.Parameters.Length);
        _tileOfThread = [.. Enumerable.Range(0, threads).Select(_ => new AlignedBuffer<T>(ParameterTiles<T>.LargestTile))];
        _team = new(threads);
        _plan = StepPlan<T>.Create(network, new(batchSize, Vectors, optimizer, _options.Narrow, IsTraining: true, BatchStatistics: true, _options.RateOf), _team);
        _update = _plan.Update!;
        _stateBefore = network.State.Length > 0 ? new(network.State.Length) : null;
        _squares = new double[_options.ClipNorm is null ? 0 : network.Parameters.Length / Layout.Quantum<T>()];
        (_sumAndUpdate, _addUp, _updateWhole) = (_plan.ForEachTile(SumAndUpdate), _plan.ForEachTile(AddUp), _plan.ForEachTile(UpdateWhole));
    }

    /// <summary>The updates made so far.</summary>
    public long Steps { get; internal set; }

    /// <summary>The threads that really run.</summary>
    public int Threads => _team.Count;

    /// <summary>Those threads, free between two steps.</summary>
    internal WorkerTeam Team => _team;

    /// <summary>The vectors that really run.</summary>
    public VectorPath Vectors { get; }

    /// <summary>Whether the next step finds its copy of the weights as they are.</summary>
    internal bool HasFreshCopy => _plan.HasFreshCopy;

    /// <summary>The optimizer's moments, laid out as the parameters.</summary>
    internal AlignedBuffer<T>[] Moments => _update.Moments;

    /// <summary>Updates the network once and returns the loss of the batch before the update.</summary>
    /// <param name="data">Where the batch comes from.</param>
    /// <param name="order">The order of the rows.</param>
    /// <param name="start">The batch's first position in the order.</param>
    /// <param name="samples">The rows of the step: up to <see cref="TrainingStepOptions.Accumulate"/> batches.</param>
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
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _plan.Require(data, order, start, samples, most: (int)Math.Min(int.MaxValue, (long)_plan.Capacity * _options.Accumulate));
        double weights = BatchScales.Sum(data, order, start, samples);
        if (weights == 0)
        {
            return 0; // nothing counts: no update
        }

        double loss = PropagateAll(data, order, start, samples, weights, epoch);
        Steps++; // what threw before is no step
        _update.Begin(Steps, learningRate);
        _nonFiniteLayer = None;
        _plan.Network.Touch(); // before: what stops half way leaves copies that are old
        if (_options.ClipNorm is { } limit)
        {
            _clipFactor = ClipFactor(limit);
        }

        _plan.Run(_gradient is null ? _sumAndUpdate : _updateWhole);
        _plan.EndUpdate();
        if (_nonFiniteLayer == None && _plan.Network.NonFiniteStateLayer() is not 0 and int layer)
        {
            _nonFiniteLayer = layer; // running statistics, which no optimizer looks at
        }

        return _nonFiniteLayer == None ? loss
            : throw new DivergenceException($"step {Steps}: a parameter of {(_nonFiniteLayer == 0 ? "the inputs" : $"layer {_nonFiniteLayer}")} is not finite after the update; a lower learning rate or --clip-norm may help", _nonFiniteLayer, Steps);
    }

    /// <summary>The penalties from the next step on.</summary>
    /// <param name="l1">λ of λ‖W‖₁.</param>
    /// <param name="l2">α of (α/2)‖W‖².</param>
    /// <exception cref="UsageException">One out of its range.</exception>
    public void Penalise(double l1, double l2)
    {
        TrainingStepOptions options = _options with { L1 = l1, L2 = l2 };
        options.Validate();
        _options = options;
    }

    /// <summary>The optimizer's moments, a copy each, in the order of <see cref="Optimizer.StateNames"/>: with <see cref="Steps"/> and the network all that a run goes on from.</summary>
    public T[][] GetMoments() => [.. _update.Moments.Select(moment => moment.Span.ToArray())];

    /// <summary>Goes on from the moments of a step of the same network and optimizer.</summary>
    /// <param name="steps">The updates made so far.</param>
    /// <param name="moments">As <see cref="GetMoments"/> gave them.</param>
    /// <exception cref="ArgumentException">Not the moments of such a step.</exception>
    public void Restore(long steps, IReadOnlyList<T[]> moments)
    {
        ArgumentNullException.ThrowIfNull(moments);
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        if (moments.Count != Moments.Length || moments.Where((moment, n) => moment.Length != Moments[n].Length).Any())
        {
            throw new ArgumentException($"{Moments.Length} moments of {_plan.Network.Parameters.Length} numbers expected, found {moments.Count}{(moments.Count == 0 ? "" : $" of {string.Join(", ", moments.Select(moment => moment.Length).Distinct())}")}", nameof(moments));
        }

        for (int moment = 0; moment < moments.Count; moment++)
        {
            moments[moment].CopyTo(Moments[moment].Span);
        }

        Steps = steps;
    }

    /// <summary>The gradient of the batch, in as many parts as it takes. What throws leaves running statistics as they were.</summary>
    private double PropagateAll(Dataset<T> data, in RowPermutation order, int start, int samples, double weights, long epoch, bool finishes = true) =>
        _stateBefore is null ? PropagateParts(data, order, start, samples, weights, epoch, finishes) : PropagateOrRestore(data, order, start, samples, weights, epoch, finishes);

    private double PropagateOrRestore(Dataset<T> data, in RowPermutation order, int start, int samples, double weights, long epoch, bool finishes)
    {
        _plan.Network.State.Span.CopyTo(_stateBefore!.Span);
        try
        {
            return PropagateParts(data, order, start, samples, weights, epoch, finishes);
        }
        catch
        {
            _stateBefore.Span.CopyTo(_plan.Network.State.Span);
            throw;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double PropagateParts(Dataset<T> data, in RowPermutation order, int start, int samples, double weights, long epoch, bool finishes)
    {
        double loss = 0;
        for (int done = 0; done < samples; done += _plan.Capacity)
        {
            loss += _plan.Propagate(data, new(order, start + done, Math.Min(_plan.Capacity, samples - done), weights, new(_options.Seed, epoch)));
            if (!double.IsFinite(loss))
            {
                _plan.ForwardAgain();
                throw Divergence.Find(_plan, Steps + 1, loss);
            }

            if (_gradient is not null)
            {
                (_goesOn, _isWhole) = (done > 0, finishes && samples - done <= _plan.Capacity);
                _plan.Run(_addUp);
            }
        }

        return loss;
    }

    /// <summary>Ends the threads. Not while a step runs; once more does nothing.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _team.Dispose();
    }

    /// <summary>∂W and ∂b of a tile, and the update while it is hot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SumAndUpdate(int thread, int index)
    {
        ref readonly ParameterTiles<T>.Tile tile = ref _plan.Tiles[index];
        T* gradient = _plan.Sum(tile, _tileOfThread[thread].Pointer);
        Transform(tile, gradient);
        Update(tile, gradient);
    }

    /// <summary>∂W and ∂b of a tile where the whole gradient is wanted: added to what earlier parts of the batch gave, and made ready with the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddUp(int thread, int index)
    {
        ref readonly ParameterTiles<T>.Tile tile = ref _plan.Tiles[index];
        T* gradient = _gradient!.Pointer + tile.Offset;
        _plan.Sum(tile, _goesOn, gradient);
        if (_isWhole)
        {
            Transform(tile, gradient);
            if (_options.ClipNorm is not null)
            {
                AddSquares(tile, gradient);
            }
        }
    }

    /// <summary>The update once the whole gradient is known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void UpdateWhole(int thread, int index)
    {
        ref readonly ParameterTiles<T>.Tile tile = ref _plan.Tiles[index];
        T* gradient = _gradient!.Pointer + tile.Offset;
        if (_options.ClipNorm is not null)
        {
            _update.Scale(gradient, tile.Size, _clipFactor);
        }

        Update(tile, gradient);
    }

    /// <summary>Penalties, and the limit of each number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Transform(in ParameterTiles<T>.Tile tile, T* gradient)
    {
        AddPenalties(tile, gradient);
        ClipValues(tile, gradient);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddPenalties(in ParameterTiles<T>.Tile tile, T* gradient)
    {
        if (_options.L1 > 0 || _options.L2 > 0)
        {
            _update.AddPenalty(gradient, tile.Offset, tile.Inputs * tile.Width, _options.L1, _options.L2);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ClipValues(in ParameterTiles<T>.Tile tile, T* gradient)
    {
        if (_options.ClipValue is { } limit)
        {
            _update.Clip(gradient, tile.Size, limit);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Update(in ParameterTiles<T>.Tile tile, T* gradient)
    {
        if (!_plan.Apply(tile, gradient))
        {
            int layer = tile.Part.Layer; // the lowest, whichever thread comes first
            for (int seen = _nonFiniteLayer; layer < seen; seen = Volatile.Read(ref _nonFiniteLayer))
            {
                Interlocked.CompareExchange(ref _nonFiniteLayer, layer, seen);
            }
        }
    }

    /// <summary>The squares of each row of a tile: how θ is cut into tiles depends on the number of threads, how it lies in rows does not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddSquares(in ParameterTiles<T>.Tile tile, T* gradient)
    {
        for (int row = 0; row < tile.Rows; row++)
        {
            double sum = 0;
            for (int n = 0; n < tile.Width; n++, gradient++)
            {
                double g = double.CreateTruncating(*gradient);
                sum = Math.FusedMultiplyAdd(g, g, sum);
            }

            _squares[(tile.Offset + ((long)row * tile.Width)) / Layout.Quantum<T>()] = sum;
        }
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
