using Backprop.Bench.Cases;
using Backprop.Bench.Measuring;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Bench.Engine;

/// <summary>Our whole training step, driven as <see cref="Trainer{T}"/> drives it: the batches of shuffled epochs, one after the other.</summary>
internal sealed class OurTraining : IDisposable
{
    private readonly Dataset<float> _data;
    private readonly BatchSampler _sampler;
    private readonly TrainingStep<float> _step;
    private readonly double _learningRate;
    private readonly bool _shuffle;
    private RowPermutation _order;
    private long _epoch;
    private int _batch;

    public OurTraining(TrainingCase which, Dataset<float> data, Network<float> network, int threads, bool shuffle = true)
    {
        Optimizer optimizer = Optimizer.Create(which.Optimizer, new() { LearningRate = which.LearningRate });
        (_data, _sampler, _shuffle, _learningRate) = (data, new(data.Rows, which.BatchSize), shuffle, which.LearningRate);
        _step = new(network, optimizer, which.BatchSize, new() { Threads = threads });
        _batch = _sampler.Count;
    }

    /// <summary>The threads that really run: small work takes one.</summary>
    public int Threads => _step.Threads;

    /// <summary>The batches of an epoch.</summary>
    public int StepsPerEpoch => _sampler.Count;

    public Contestant Contestant(string name) => new(name, Threads, Run);

    public void Run(int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            Step();
        }
    }

    /// <summary>One update; the loss of the batch before it.</summary>
    public double Step()
    {
        if (_batch == _sampler.Count)
        {
            _batch = 0;
            _epoch++;
            _order = _shuffle ? new(_data.Rows, seed: 0, _epoch) : RowPermutation.FileOrder(_data.Rows);
        }

        (int start, int samples) = _sampler[_batch++];
        return _step.Run(_data, _order, start, samples, _learningRate, _epoch);
    }

    public void Dispose() => _step.Dispose();
}
