using System.Numerics;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Propagation.Schedules;

namespace Backprop.Training;

/// <summary>
/// Running statistics of batch norms for weights that no step has run with, as PyTorch's torch.optim.swa_utils.update_bn has them: the plain mean of those of
/// all batches, in file order, by a pass over the rows in which dropout draws as in training. A batch in which only one row counts has no variance and is
/// left out; where no batch has any, those of training stay. No weight moves.
/// </summary>
internal sealed class RunningStatistics<T> : IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Network<T> _network;
    private readonly Dataset<T> _data;
    private readonly ulong _seed;
    private readonly WorkerTeam _team;
    private readonly StepPlan<T> _plan;
    private readonly T[] _own; // those of training

    private RunningStatistics(Network<T> network, Dataset<T> data, int batchSize, TrainingStepOptions options)
    {
        (_network, _data, _seed, _own) = (network, data, options.Seed, new T[network.State.Length]);
        int capacity = Math.Min(batchSize, data.Rows);
        _team = new(StepPlan<T>.ThreadsFor(network.Definition, capacity, options.Threads));
        _plan = StepPlan<T>.Create(network, new(capacity, options.Vectors ?? VectorPaths.Current, IsTraining: true, BatchStatistics: true, MovesStatistics: true), _team);
    }

    /// <summary>Null where the network has none.</summary>
    public static RunningStatistics<T>? Of(Network<T> network, Dataset<T> data, int batchSize, TrainingStepOptions options) =>
        network.State.Length == 0 ? null : new(network, data, batchSize, options);

    /// <summary>Estimates them for the weights as they are, until <see cref="Restore"/>.</summary>
    /// <param name="epoch">What dropout depends on, with the row.</param>
    public void Estimate(long epoch)
    {
        _network.State.Span.CopyTo(_own);
        foreach (ParameterBlock<T> block in _network.Blocks.Where(block => !block.IsTrained))
        {
            block.Set([.. Enumerable.Repeat(T.CreateTruncating(block.Initial), block.Length)]);
        }

        var order = RowPermutation.FileOrder(_data.Rows);
        int batches = 0;
        for (int start = 0; start < _data.Rows; start += _plan.Capacity)
        {
            int samples = Math.Min(_plan.Capacity, _data.Rows - start);
            if (BatchScales.Sum(_data, order, start, samples) is > 0 and var weights && HasVariance(order, start, samples, weights))
            {
                _plan.MoveStatistics(_data, new(order, start, samples, weights, new(_seed, epoch), Momentum: 1.0 / ++batches));
            }
        }

        if (batches == 0)
        {
            Restore();
        }
    }

    private bool HasVariance(in RowPermutation order, int start, int samples, double weights)
    {
        if (_data.SampleWeights is not { } own)
        {
            return samples > 1;
        }

        double squares = 0;
        for (int position = start; position < start + samples; position++)
        {
            double share = double.CreateTruncating(own[order[position]]) / weights;
            squares += share * share;
        }

        return 1 - squares > BatchNorm.LeastSpread;
    }

    /// <summary>Puts those of training back.</summary>
    public void Restore() => _own.CopyTo(_network.State.Span);

    public void Dispose() => _team.Dispose();
}
