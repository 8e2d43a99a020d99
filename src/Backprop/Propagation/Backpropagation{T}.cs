using System.Numerics;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation.Schedules;

namespace Backprop.Propagation;

/// <summary>Back propagation planned once for a network, so that each gradient afterwards allocates nothing. One instance serves one caller at a time.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Backpropagation<T> : IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Network<T> _network;
    private readonly WorkerTeam _team;
    private readonly StepPlan<T> _plan;
    private readonly Gradient<T> _gradient;
    private readonly PiecePhase _sumTiles;
    private readonly int _batchSize;
    private bool _goesOn, _isDisposed;

    /// <summary>Plans the buffers; the network's present and later weights are used.</summary>
    /// <param name="network">The network.</param>
    /// <param name="batchSize">The rows that go through the network together. Another number may round the sums over rows differently.</param>
    /// <param name="threads">Threads at most; 0: one for each processor. Work that is too small for several runs on one. The result is the same.</param>
    /// <param name="batchStatistics">Whether batch norms take the statistics of the rows that go through together, as in training, rather than the running ones, which stay as they are.</param>
    public Backpropagation(Network<T> network, int batchSize = 512, int threads = 0, bool batchStatistics = false) : this(network, batchSize, threads, VectorPaths.Current, batchStatistics: batchStatistics)
    {
    }

    internal Backpropagation(Network<T> network, int batchSize, int threads, VectorPath vectors, bool? narrow = null, bool batchStatistics = false)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        (_network, _batchSize, _gradient) = (network, batchSize, new(network));
        _team = new(StepPlan<T>.ThreadsFor(network.Definition, batchSize, threads));
        _plan = StepPlan<T>.Create(network, new(batchSize, vectors, Narrow: narrow, BatchStatistics: batchStatistics), _team);
        _sumTiles = _plan.ForEachTile(SumTile);
    }

    /// <summary>The threads that really run.</summary>
    internal WorkerTeam Team => _team;

    /// <summary>The gradient of the mean loss over all rows, for all parameters and, if asked for, the inputs. The same object every time: the next call overwrites it.</summary>
    /// <exception cref="DataException">Data that do not fit the network, or more input gradients than an array holds.</exception>
    /// <exception cref="ObjectDisposedException">The plan has been disposed of.</exception>
    public Gradient<T> Run(Dataset<T> data, bool toInput = false)
    {
        ArgumentNullException.ThrowIfNull(data);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Fit.Require(_network.Definition, data, targets: true);
        (_gradient.Loss, _gradient.Rows) = (0, data.Rows);
        _gradient.InputGradients = toInput ? new T[ArraySize.Of(data.Rows, data.FeatureCount, "input gradients")] : null;
        var order = RowPermutation.FileOrder(data.Rows);
        double weights = BatchScales.Sum(data, order, 0, data.Rows);
        for (int start = 0, samples; start < data.Rows; start += samples)
        {
            samples = Math.Min(_batchSize, data.Rows - start);
            _goesOn = start > 0; // later rows go on where earlier ones stopped
            _gradient.Loss += _plan.Propagate(data, new(order, start, samples, weights), toInput);
            _plan.Run(_sumTiles);
            for (int sample = 0; toInput && sample < samples; sample++)
            {
                new Span<T>(_plan.InputDelta.Row(sample), data.FeatureCount).CopyTo(_gradient.InputGradients.AsSpan((start + sample) * data.FeatureCount));
            }
        }

        return _gradient;
    }

    /// <summary>Ends the threads. Not while a gradient is taken; once more does nothing.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _team.Dispose();
    }

    private void SumTile(int thread, int tile)
    {
        T* to = _gradient.Buffer.Pointer + _plan.Tiles[tile].Offset;
        _plan.Sum(_plan.Tiles[tile], _goesOn, to);
    }
}
