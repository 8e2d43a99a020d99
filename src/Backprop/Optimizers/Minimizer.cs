using System.Numerics;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Training;

namespace Backprop.Optimizers;

/// <summary>
/// A training method that goes by the objective of all rows as a whole, looks at it more than once a step where it must, and so wants it without
/// dropout. A batch is all rows, so that an epoch is one step. One of your own derives from this, and may be <see cref="TrainingMethod.Register"/>ed.
/// </summary>
public abstract class Minimizer : TrainingMethod
{
    /// <summary>Takes the learning rate, if <see cref="TrainingMethod.OptionNames"/> has one.</summary>
    /// <exception cref="UsageException">It is out of its range, or an option is given that the minimizer does not have.</exception>
#pragma warning disable RS0022 // the base is for the two that derive from it here
    protected Minimizer(OptimizerOptions options, double defaultLearningRate = 1) : base(options, defaultLearningRate, [])
#pragma warning restore RS0022
    {
    }

    /// <summary>Begins at the network's present parameters.</summary>
    /// <exception cref="UsageException">An objective that is not one for this minimizer.</exception>
    public abstract Minimization<T> Start<T>(Objective<T> objective) where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    internal sealed override int BatchSize(int asked, int rows) => rows;

    internal sealed override ITrainingStep<T> Plan<T>(Network<T> network, Dataset<T> data, int batchSize, TrainingStepOptions options) => new MinimizerStep<T>(network, data, this, options);
}
