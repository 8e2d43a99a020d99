using System.Globalization;
using Backprop.Activations;
using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>The loss L(y | t) of one sample; a batch takes the weighted mean over its samples. One instance is immutable and may be shared.</summary>
public abstract class Loss : IEquatable<Loss>
{
    private static readonly Registry<Func<double?, Loss>> s_registry = new("loss");

    private protected Loss()
    {
    }

    /// <summary>The name in network descriptions and model files.</summary>
    public abstract string Name { get; }

    /// <summary>The parameter, where the loss has one.</summary>
    public virtual double? Parameter => null;

    /// <summary>The parameter's name in model files: <c>delta</c>, <c>tau</c> or <c>label_smoothing</c>.</summary>
    public virtual string? ParameterName => null;

    /// <summary>Whether the loss is analytic in y, so that the complex step applies.</summary>
    public virtual bool IsAnalytic => true;

    /// <summary>What y says about t, whatever activation made it.</summary>
    public virtual OutputMeaning Meaning => OutputMeaning.Value;

    /// <summary>The names that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> Names => s_registry.Names;

    /// <summary>Makes a loss of value and gradient written once for all number types: as fast as a built-in one.</summary>
    public static Loss From<TLoss>(TLoss loss) where TLoss : struct, ILoss => new ComposedLoss<TLoss>(loss);

    /// <summary>Makes a loss of a function of one output and its target.</summary>
    public static Loss FromElementwise<TLoss>(TLoss loss) where TLoss : struct, IElementwiseLoss => From(new ElementwiseLoss<TLoss>(loss));

    /// <summary>Makes a loss of a value and a gradient of your own, computed in double.</summary>
    public static Loss Custom(string name, LossValue value, LossGradient gradient) => From(new CustomLoss(name, value, gradient));

    /// <summary>Makes the name of a parameterless loss known to <see cref="Parse"/> and to model files.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static void Register(Loss loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        s_registry.Add(loss.Name, parameter => parameter is null
            ? loss
            : throw new UsageException($"loss '{loss.Name}' has no parameter, found {parameter.Value.ToString(CultureInfo.InvariantCulture)}"));
    }

    internal static void Register(string name, Func<double?, Loss> create) => s_registry.Add(name, create);

    /// <summary>The loss of a name, with its parameter where it has one.</summary>
    /// <exception cref="UsageException">No loss has this name, or the parameter is out of range.</exception>
    public static Loss Create(string name, double? parameter = null) => s_registry.Get(name)(parameter);

    /// <summary>Reads <c>cross_entropy</c> or <c>huber:0.5</c>.</summary>
    /// <exception cref="UsageException">Not of that form, an unknown name, or a parameter out of range.</exception>
    public static Loss Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return Create(text.Trim());
        }

        return double.TryParse(text.AsSpan(colon + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double parameter)
            ? Create(text[..colon].Trim(), parameter)
            : throw new UsageException($"loss '{text}': expected a name, or a name and a number such as huber:1");
    }

    internal static double Within(string loss, string parameter, double value, double low, double high, bool openLow, bool openHigh) =>
        double.IsFinite(value) && (openLow ? value > low : value >= low) && (openHigh ? value < high : value <= high)
            ? value
            : throw new UsageException($"loss '{loss}': {parameter} must be {(openLow ? "above" : "at least")} {low}{(double.IsFinite(high) ? $" and {(openHigh ? "below" : "at most")} {high}" : "")}, found {value.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>How many targets belong to m outputs: m, or m/2 for gaussian_nll.</summary>
    /// <exception cref="UsageException">The loss cannot take so many outputs.</exception>
    public virtual int TargetCount(int outputs) => outputs;

    /// <summary>What y says about t after an output activation: a mean of 0 and 1 that sigmoid or softmax keeps between them is a probability; what softmax gives is one unless the loss says otherwise.</summary>
    public virtual OutputMeaning MeaningAfter(ActivationFunction output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return (Meaning, output.Name) switch
        {
            (OutputMeaning.Mean, "sigmoid" or "softmax") or (OutputMeaning.Value, "softmax") => OutputMeaning.Probability,
            _ => Meaning,
        };
    }

    /// <summary>The loss as it stands after one output activation, bound to one element type.</summary>
    internal abstract OutputKernel<TElement> Bind<TElement>(ActivationFunction output) where TElement : unmanaged, IElement<TElement>;

    /// <summary>Adds the quantities at whose zeros the loss is not smooth.</summary>
    internal virtual void AddMargins(ReadOnlySpan<double> y, ReadOnlySpan<double> t, ICollection<double> margins)
    {
    }

    /// <inheritdoc/>
    public override string ToString() => Parameter is { } p && p != 0 ? $"{Name}:{p.ToString("R", CultureInfo.InvariantCulture)}" : Name;

    /// <inheritdoc/>
    public bool Equals(Loss? other) => other is not null && Name == other.Name && Parameter == other.Parameter;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Loss);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Parameter);
}
