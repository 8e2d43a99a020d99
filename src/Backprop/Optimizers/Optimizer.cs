using System.Globalization;
using Backprop.Kernels;

namespace Backprop.Optimizers;

/// <summary>
/// How parameters follow the gradient: one rule, applied to every parameter alike. Immutable; the moments live in the training step.
/// Formulas and defaults are PyTorch's where PyTorch has the optimizer. A step count advances once per update.
/// </summary>
public abstract class Optimizer
{
    private static readonly Registry<Func<OptimizerOptions, Optimizer>> s_registry = new("optimizer");

    private readonly List<string> _settings = []; // every option's value, given or not

    private protected Optimizer(OptimizerOptions options, double defaultLearningRate)
    {
        foreach (string given in options.Given)
        {
            if (given is not ("learning-rate" or "weight-decay") && !OptionNames.Contains(given))
            {
                throw new UsageException($"optimizer '{Name}' has no option '{given}'");
            }
        }

        LearningRate = Check("learning rate", options.LearningRate ?? defaultLearningRate, 0, double.PositiveInfinity);
        WeightDecay = Check("weight decay", options.WeightDecay ?? DefaultWeightDecay, 0, double.PositiveInfinity);
    }

    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>η, which a schedule multiplies.</summary>
    public double LearningRate { get; }

    /// <summary>PyTorch's weight decay for this optimizer; it acts on every parameter.</summary>
    public double WeightDecay { get; }

    /// <summary>The names of the moments: one number per parameter each, zero at first unless <see cref="InitialState"/> says otherwise.</summary>
    public abstract IReadOnlyList<string> StateNames { get; }

    /// <summary>The names that <see cref="Create"/> knows.</summary>
    public static IReadOnlyList<string> Names => s_registry.Names;

    private protected virtual double DefaultWeightDecay => 0;

    /// <summary>What a moment holds before the first step.</summary>
    internal virtual double InitialState(int state) => 0;

    internal abstract OptimizerKernel<TElement> Bind<TElement>() where TElement : unmanaged, IElement<TElement>;

    private protected static void Register(string name, Func<OptimizerOptions, Optimizer> create) => s_registry.Add(name, create);

    /// <summary>The optimizer of a name; options that are not given take PyTorch's defaults.</summary>
    /// <exception cref="UsageException">Unknown name, an option that the optimizer does not have, or one out of its range.</exception>
    public static Optimizer Create(string name, OptimizerOptions? options = null) => s_registry.Get(name)(options ?? new());

    /// <summary>The options beside learning rate and weight decay, the same for every instance: the constructor asks for them.</summary>
    private protected abstract IReadOnlyList<string> OptionNames { get; }

    private protected double Check(string option, double value, double low, double belowOrAt, bool openHigh = false) =>
        double.IsFinite(value) && value >= low && (openHigh ? value < belowOrAt : value <= belowOrAt)
            ? Noted(option, value)
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"optimizer '{Name}': {option} must be at least {low}{(double.IsFinite(belowOrAt) ? $" and {(openHigh ? "below" : "at most")} {belowOrAt}" : "")}, found {value}"));

    private protected bool Flag(string option, bool? value) => Noted(option, value == true ? 1 : 0) != 0;

    private double Noted(string option, double value)
    {
        _settings.Add(string.Create(CultureInfo.InvariantCulture, $"{option} {value:R}"));
        return value;
    }

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

    /// <summary>Everything that decides what a step does.</summary>
    internal string Describe() => $"{Name} ({string.Join(", ", _settings)})";

    /// <inheritdoc/>
    public override string ToString() => Name;
}
