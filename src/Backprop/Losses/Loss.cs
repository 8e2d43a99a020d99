using System.Globalization;
using Backprop.Activations;
using Backprop.Kernels;
using Backprop.ModelFiles;

namespace Backprop.Losses;

/// <summary>The loss L(y | t) of one sample; a batch takes the weighted mean over its samples. One instance is immutable and may be shared.</summary>
public abstract class Loss : IEquatable<Loss>
{
    private static readonly ParameterizedRegistry<Loss> s_registry = new("loss", loss => loss.Name, loss => loss.Parameter);

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

    /// <summary>Whether the last target of a row is an offset, which is added to each output before the output meets its target.</summary>
    public virtual bool TakesOffset => false;

    /// <summary>The names that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> Names => s_registry.Names;

    /// <summary>Makes a loss of value and gradient written once for all number types: as fast as a built-in one.</summary>
    /// <exception cref="ArgumentException">The name belongs to another loss, or has blanks or one of -:,() in it; or the parameter has no name, a name that model files have taken, or is not finite.</exception>
    public static Loss From<TLoss>(TLoss loss) where TLoss : struct, ILoss
    {
        s_registry.RequireFree(loss.Name, typeof(TLoss) == typeof(CustomLoss) ? null : other => other is ComposedLoss<TLoss>);
        if (loss.Parameter is { } parameter && (!double.IsFinite(parameter) || string.IsNullOrEmpty(loss.ParameterName) || NetworkJson.Keys.Contains(loss.ParameterName)))
        {
            throw new ArgumentException($"loss '{loss.Name}': the parameter '{loss.ParameterName}' = {parameter.ToString(CultureInfo.InvariantCulture)} found, a finite number with a name other than {string.Join(", ", NetworkJson.Keys)} expected", nameof(loss));
        }

        return new ComposedLoss<TLoss>(loss);
    }

    /// <summary>Makes a loss of a function of one output and its target.</summary>
    /// <inheritdoc cref="From{TLoss}(TLoss)"/>
    public static Loss FromElementwise<TLoss>(TLoss loss) where TLoss : struct, IElementwiseLoss => From(new ElementwiseLoss<TLoss>(loss));

    /// <summary>Makes a loss of a value and a gradient of your own, computed in double. To have it in model files, <see cref="Register(Loss)"/> it.</summary>
    /// <exception cref="ArgumentException">The name is taken, or has blanks or one of -:,() in it.</exception>
    public static Loss Custom(string name, LossValue value, LossGradient gradient)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(gradient);
        return From(new CustomLoss(name, value, gradient));
    }

    /// <summary>Makes the name of a loss known to <see cref="Parse"/> and to model files; its parameter, if it has one, stays what it is.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static void Register(Loss loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        s_registry.Add(loss);
    }

    /// <summary>The same for a loss with a parameter, which model files have under its <see cref="ParameterName"/>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="create">Makes it of the parameter; null: of the parameter's default.</param>
    /// <exception cref="ArgumentException">The name is taken, or what is made has another.</exception>
    public static void Register(string name, Func<double?, Loss> create) => s_registry.Add(name, create);

    /// <exception cref="ModelException">A model file with this loss could not be read again.</exception>
    internal void RequireRegistered() => s_registry.RequireRegistered(this);

    /// <summary>The loss of a name, with its parameter where it has one.</summary>
    /// <exception cref="UsageException">No loss has this name, or the parameter is out of range.</exception>
    public static Loss Create(string name, double? parameter = null) => s_registry.Create(name, parameter);

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

    /// <summary>Whether the name says everything: the parameter does nothing.</summary>
    internal virtual bool IsPlain => Parameter is null;

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
    public override string ToString() => Parameter is { } p && !IsPlain ? $"{Name}:{p.ToString("R", CultureInfo.InvariantCulture)}" : Name;

    /// <summary>Whether the two are the same loss, by more than their names.</summary>
    public bool Equals(Loss? other) => other is not null && Name == other.Name && Parameter == other.Parameter && IsSameLoss(other);

    /// <summary>Of two with one name.</summary>
    private protected virtual bool IsSameLoss(Loss other) => GetType() == other.GetType();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Loss);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Parameter);
}
