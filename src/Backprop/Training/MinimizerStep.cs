using System.Globalization;
using System.Numerics;
using Backprop.Data;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Propagation.Schedules;

namespace Backprop.Training;

/// <summary>One iteration of a minimizer as a step: the batch is all rows, in file order, whatever the order of the epoch.</summary>
internal sealed class MinimizerStep<T> : ITrainingStep<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Objective<T> _objective;
    private readonly Minimization<T> _minimization;

    /// <exception cref="UsageException">Options that a minimizer cannot have, or a network that this one cannot train.</exception>
    public MinimizerStep(Network<T> network, Dataset<T> data, Minimizer minimizer, TrainingStepOptions options)
    {
        if (network.Definition.Layers.FirstOrDefault(layer => layer.Dropout > 0) is { } dropping)
        {
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"optimizer '{minimizer.Name}' needs an objective that stays the same: dropout {dropping.Dropout} found, none expected")) { Settings = ["Dropout", "Optimizer"] };
        }

        if (network.Definition.Layers.Any(layer => layer.Parts.Any(part => part is BatchNorm)))
        {
            throw new UsageException($"optimizer '{minimizer.Name}' needs an objective that stays the same: batch_norm found, whose statistics move with every batch; layer_norm does not") { Settings = ["Network", "Optimizer"] };
        }

        if (options.RateOf is not null)
        {
            throw new UsageException($"optimizer '{minimizer.Name}' has one step for all parameters: factors of the learning rate found, none expected") { Settings = ["RateOf", "Optimizer"] };
        }

        if (options.Accumulate != 1)
        {
            throw new UsageException($"optimizer '{minimizer.Name}' takes all rows at once: {options.Accumulate} batches to accumulate found, none expected") { Settings = ["Accumulate", "Optimizer"] };
        }

        if (options.ClipNorm is not null || options.ClipValue is not null)
        {
            throw new UsageException($"optimizer '{minimizer.Name}' finds the size of a step by the gradient as it is: clipping found, none expected") { Settings = [options.ClipNorm is null ? "ClipValue" : "ClipNorm", "Optimizer"] };
        }

        _objective = new(network, data, options.L1, options.L2, options.Threads);
        try
        {
            _minimization = minimizer.Start(_objective);
        }
        catch
        {
            _objective.Dispose();
            throw;
        }
    }

    public long Steps { get; private set; }

    public WorkerTeam Team => _objective.Team;

    public bool HasConverged => _minimization.HasConverged;

    public double Run(Dataset<T> data, in RowPermutation order, int start, int samples, double learningRate, long epoch)
    {
        Steps++;
        double loss = _minimization.Step(learningRate);
        int layer = _objective.Network.FirstNonFiniteLayer();
        return _minimization.IsFinite && layer == 0
            ? loss
            : throw new DivergenceException($"step {Steps}: {(layer > 0 ? $"a parameter of layer {layer}" : double.IsFinite(_minimization.Value) ? "the gradient" : "the loss")} is not finite", layer, Steps);
    }

    public (string Numbers, T[][] Vectors) Save() => _minimization.Save();

    public void Restore(long steps, string numbers, T[][] vectors)
    {
        _minimization.Restore(numbers, vectors);
        Steps = steps;
    }

    public void Dispose() => _objective.Dispose();
}
