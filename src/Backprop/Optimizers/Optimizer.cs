using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Optimizers;

/// <summary>
/// How parameters follow the gradient: one rule, applied to every parameter alike. Immutable; the moments live in the training step.
/// Formulas and defaults are PyTorch's where PyTorch has the optimizer. A step count advances once per update. One of your own derives from
/// this as the built-in ones do, and may be <see cref="TrainingMethod.Register"/>ed.
/// </summary>
public abstract class Optimizer : TrainingMethod
{
    /// <summary>Takes the options that every optimizer has.</summary>
    /// <exception cref="UsageException">One out of its range, or one that the optimizer does not have.</exception>
#pragma warning disable RS0022 // the base is for the two that derive from it here
    protected Optimizer(OptimizerOptions options, double defaultLearningRate) : base(options, defaultLearningRate, ["learning-rate", "weight-decay"])
#pragma warning restore RS0022
    {
    }

    /// <summary>The names of the moments, three at most: one number per parameter each, zero at first unless <see cref="InitialState"/> says otherwise.</summary>
    public abstract IReadOnlyList<string> StateNames { get; }

    /// <summary>The names that <see cref="Create"/> knows.</summary>
    public static new IReadOnlyList<string> Names => Rules;

    /// <summary>What a moment holds before the first step.</summary>
    protected internal virtual double InitialState(int state) => 0;

    /// <summary>The rule on elements of one type: a <see cref="Kernel"/>.</summary>
    protected internal abstract OptimizerKernel<TElement> Bind<TElement>() where TElement : unmanaged, IElement<TElement>;

    /// <summary>Names what the rule does to one parameter, term by term, for people to read; the terms that <see cref="UpdateTerms.Move"/> make up w′ − w. Nothing unless overridden.</summary>
    /// <param name="terms">Where to name them.</param>
    protected internal virtual void Explain(UpdateTerms terms)
    {
    }

    /// <summary>The loop of a rule over parameters.</summary>
    protected static OptimizerKernel<TElement> Kernel<TRule, TElement>(TRule rule)
        where TRule : struct, IUpdateRule<TElement>
        where TElement : unmanaged, IElement<TElement> => new RuleKernel<TRule, TElement>(rule);

    /// <summary>The optimizer of a name; options that are not given take PyTorch's defaults.</summary>
    /// <exception cref="UsageException">Unknown name, an option that the optimizer does not have, or one out of its range.</exception>
    public static new Optimizer Create(string name, OptimizerOptions? options = null) => TrainingMethod.Create(name, options) as Optimizer
        ?? throw new UsageException($"optimizer '{name}' goes by the gradient of all rows as a whole: {nameof(TrainingMethod)}.{nameof(Create)} makes it, a trainer or {nameof(Minimizer)}.{nameof(Minimizer.Start)} runs it");

    internal sealed override int BatchSize(int asked, int rows) => Math.Min(asked, rows);

    internal sealed override ITrainingStep<T> Plan<T>(Network<T> network, Dataset<T> data, int batchSize, TrainingStepOptions options) => new OptimizerStep<T>(new(network, this, batchSize, options));

    /// <summary>β^n by repeated squaring: the same bits on every machine, unlike the platform's pow.</summary>
    internal static double Power(double value, long exponent)
    {
        double result = 1;
        for (; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
            {
                result *= value;
            }

            value *= value;
        }

        return result;
    }
}
