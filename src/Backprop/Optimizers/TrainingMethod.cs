using System.Globalization;
using System.Numerics;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Optimizers;

/// <summary>
/// How training comes from a gradient to better parameters: by one rule for every parameter, batch after batch (<see cref="Optimizer"/>), or by the gradient
/// of all rows as a whole (<see cref="Minimizer"/>). Immutable: what a run learns on its way lives in its steps.
/// </summary>
public abstract class TrainingMethod
{
    private static readonly Registry<Entry> s_registry = new("optimizer");

    private readonly List<string> _settings = []; // every option's value, given or not

    private protected TrainingMethod(OptimizerOptions options, double defaultLearningRate, IReadOnlyList<string> sharedOptions)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (string given in options.Given)
        {
            if (!sharedOptions.Contains(given) && !OptionNames.Contains(given))
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

    /// <summary>PyTorch's weight decay for this optimizer; it acts on every parameter. 0 where there is none.</summary>
    public double WeightDecay { get; }

    /// <summary>The names that <see cref="Create"/> knows.</summary>
    public static IReadOnlyList<string> Names => s_registry.Names;

    /// <summary>The weight decay where none is given.</summary>
    protected virtual double DefaultWeightDecay => 0;

    /// <summary>The options of <see cref="OptimizerOptions"/> that there are, by their names on the command line, the same for every instance: the constructor asks for them. An optimizer has learning rate and weight decay beside.</summary>
    protected abstract IReadOnlyList<string> OptionNames { get; }

    /// <summary>Makes a name known to <see cref="Create"/> and to the command line of a program that uses the library's.</summary>
    /// <param name="name">The name of all that it makes.</param>
    /// <param name="create">Makes it; what is not given takes defaults.</param>
    /// <exception cref="ArgumentException">The name is taken, or what is made has another.</exception>
    public static void Register(string name, Func<OptimizerOptions, TrainingMethod> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        TrainingMethod byDefault = create(new());
        s_registry.Add(name, byDefault.Name == name
            ? new(create, byDefault is Optimizer)
            : throw new ArgumentException($"optimizer '{name}': what is made is called '{byDefault.Name}'", nameof(create)));
    }

    /// <summary>The method of a name; options that are not given take PyTorch's defaults.</summary>
    /// <exception cref="UsageException">Unknown name, an option that the method does not have, or one out of its range.</exception>
    public static TrainingMethod Create(string name, OptimizerOptions? options = null) => s_registry.Get(name).Create(options ?? new());

    /// <summary>The names of those that go by one rule for every parameter.</summary>
    private protected static IReadOnlyList<string> Rules => [.. Names.Where(name => s_registry.Get(name).IsRule)];

    /// <summary>The rows of a batch, where so many are asked for.</summary>
    internal abstract int BatchSize(int asked, int rows);

    /// <summary>Plans the steps of a run.</summary>
    /// <param name="network">What is trained.</param>
    /// <param name="data">The rows to learn from.</param>
    /// <param name="batchSize">The most rows of a batch.</param>
    /// <param name="options">Penalties, clipping, threads.</param>
    /// <exception cref="UsageException">An option that does not go with the method, or a network that it cannot train.</exception>
    internal abstract ITrainingStep<T> Plan<T>(Network<T> network, Dataset<T> data, int batchSize, TrainingStepOptions options) where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Requires an option within its range, and notes it for what decides the bits of a run.</summary>
    /// <param name="option">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="low">The least.</param>
    /// <param name="belowOrAt">The greatest, or what it must be below.</param>
    /// <param name="openHigh">Whether it must be below.</param>
    /// <exception cref="UsageException">It is not.</exception>
    protected double Check(string option, double value, double low, double belowOrAt, bool openHigh = false) =>
        double.IsFinite(value) && value >= low && (openHigh ? value < belowOrAt : value <= belowOrAt)
            ? Noted(option, value)
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"optimizer '{Name}': {option} must be at least {low}{(double.IsFinite(belowOrAt) ? $" and {(openHigh ? "below" : "at most")} {belowOrAt}" : "")}, found {value}"));

    /// <summary>The same of an option that is or is not.</summary>
    protected bool Flag(string option, bool? value) => Noted(option, value == true ? 1 : 0) != 0;

    private double Noted(string option, double value)
    {
        _settings.Add(string.Create(CultureInfo.InvariantCulture, $"{option} {value:R}"));
        return value;
    }

    /// <summary>Everything that decides what a step does.</summary>
    internal string Describe() => $"{Name}{(GetType().Assembly == typeof(TrainingMethod).Assembly ? "" : $" of {GetType().FullName}")} ({string.Join(", ", _settings)})";

    /// <inheritdoc/>
    public override string ToString() => Name;

    private sealed record Entry(Func<OptimizerOptions, TrainingMethod> Create, bool IsRule);
}
