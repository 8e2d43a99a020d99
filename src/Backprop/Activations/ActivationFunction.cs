using System.Globalization;
using System.Numerics;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>The function f of a layer: x = f(p). One instance is immutable and may be shared.</summary>
public abstract class ActivationFunction : IEquatable<ActivationFunction>
{
    private static readonly ParameterizedRegistry<ActivationFunction> s_registry = new("activation", function => function.Name, function => function.Alpha);

    private protected ActivationFunction()
    {
    }

    /// <summary>The name in network descriptions and model files.</summary>
    public abstract string Name { get; }

    /// <summary>The parameter α, where the function has one.</summary>
    public virtual double? Alpha => null;

    /// <summary>f as other runtimes have it, a chain of ONNX's operators; null: it has none, and a model with it cannot be exported.</summary>
    public virtual IReadOnlyList<OperatorStep>? Operators => null;

    /// <summary>f as the operations that it is made of; null: it is no formula of one number, as softmax is none, or is given as code alone (<see cref="Custom"/>).</summary>
    /// <typeparam name="T">float or double.</typeparam>
    public virtual Formula? Formula<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T> => null;

    /// <summary>Bounds of f's values, infinite where there is none; null where they are not known.</summary>
    public virtual (double Least, double Greatest)? Range => null;

    /// <summary>The points where f is not smooth; empty where it is analytic.</summary>
    public virtual IReadOnlyList<double> Kinks => [];

    /// <summary>Whether every output depends on its own pre-activation alone, so that D = diag f′(p). Softmax and log-softmax are not.</summary>
    public abstract bool IsElementwise { get; }

    /// <summary>Whether f can be computed on complex numbers, which the complex step needs.</summary>
    public virtual bool IsAnalytic => Kinks.Count == 0;

    internal abstract bool DerivativeNeedsPreActivation { get; }

    /// <summary>The names that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> Names => s_registry.Names;

    /// <summary>Makes an activation of a function that is written once for all number types: as fast as a built-in one.</summary>
    /// <exception cref="ArgumentException">The name belongs to another function, or has blanks or one of -:,() in it; or α is not finite.</exception>
    public static ActivationFunction From<TActivation>(TActivation activation) where TActivation : struct, IActivation
    {
        s_registry.RequireFree(activation.Name, function => function is ElementwiseActivation<TActivation>);
        return activation.Alpha is not { } alpha || double.IsFinite(alpha)
            ? new ElementwiseActivation<TActivation>(activation)
            : throw new ArgumentException($"activation '{activation.Name}': expected a finite parameter, found {alpha}", nameof(activation));
    }

    /// <summary>Makes an activation of f and f′ of your own, computed in double.</summary>
    /// <param name="name">Its name in network descriptions; must not be taken. To have it in model files too, <see cref="Register(ActivationFunction)"/> it.</param>
    /// <param name="value">f.</param>
    /// <param name="derivative">f′ at p.</param>
    /// <param name="kinks">The points where f is not smooth.</param>
    /// <exception cref="ArgumentException">The name is taken, or has blanks or one of -:,() in it.</exception>
    public static ActivationFunction Custom(string name, Func<double, double> value, Func<double, double> derivative, params IReadOnlyList<double> kinks)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(derivative);
        ArgumentNullException.ThrowIfNull(kinks);
        s_registry.RequireFree(name, ofKind: null);
        return new CustomActivation(name, value, derivative, kinks);
    }

    /// <summary>Makes the name of an activation known to <see cref="Parse"/> and to model files; its parameter, if it has one, stays what it is.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static void Register(ActivationFunction activation)
    {
        ArgumentNullException.ThrowIfNull(activation);
        s_registry.Add(activation);
    }

    /// <summary>The same for an activation with a parameter.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="create">Makes it of α; null: of α's default.</param>
    /// <exception cref="ArgumentException">The name is taken, or what is made has another.</exception>
    public static void Register(string name, Func<double?, ActivationFunction> create) => s_registry.Add(name, create);

    /// <exception cref="ModelException">A model file with this activation could not be read again.</exception>
    internal void RequireRegistered() => s_registry.RequireRegistered(this);

    /// <summary>The activation of a name, with its parameter α where it has one.</summary>
    /// <exception cref="UsageException">No activation has this name, or it has no parameter, or α is not a finite number.</exception>
    public static ActivationFunction Create(string name, double? alpha = null) => alpha is { } a && !double.IsFinite(a)
        ? throw new UsageException($"activation '{name}': expected a finite parameter, found {a}")
        : s_registry.Create(name, alpha);

    /// <summary>Reads <c>relu</c> or <c>leaky_relu(0.1)</c>.</summary>
    /// <exception cref="UsageException">Not of that form, or an unknown name.</exception>
    public static ActivationFunction Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int open = text.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
        {
            return Create(text.Trim());
        }

        if (!text.EndsWith(')') || !double.TryParse(text.AsSpan(open + 1, text.Length - open - 2), NumberStyles.Float, CultureInfo.InvariantCulture, out double alpha))
        {
            throw new UsageException($"activation '{text}': expected a name, or a name with a number in parentheses such as leaky_relu(0.1)");
        }

        return Create(text[..open].Trim(), alpha);
    }

    /// <summary>f of a vector p of pre-activations, in double.</summary>
    public abstract void Value(ReadOnlySpan<double> p, Span<double> x);

    /// <summary>f′ at each p, in double. Only for elementwise functions.</summary>
    /// <exception cref="InvalidOperationException">The function is not elementwise.</exception>
    public abstract double Derivative(double p);

    /// <summary>The Jacobian J[r, c] = ∂x_r/∂p_c as a row-major [n×n] array, in double.</summary>
    /// <exception cref="UsageException">More numbers than an array holds.</exception>
    public abstract double[] Jacobian(ReadOnlySpan<double> p);

    private protected static int JacobianSize(int n) => (long)n * n <= Array.MaxLength
        ? n * n
        : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"a Jacobian of {n:N0} × {n:N0} numbers: at most {Array.MaxLength:N0} are supported"));

    internal abstract ActivationKernel<TElement> Bind<TElement>() where TElement : unmanaged, IElement<TElement>;

    /// <inheritdoc/>
    public override string ToString() => Alpha is { } a ? $"{Name}({a.ToString("R", CultureInfo.InvariantCulture)})" : Name;

    /// <summary>Whether the two are the same function, by more than their names.</summary>
    public bool Equals(ActivationFunction? other) => other is not null && Name == other.Name && Alpha == other.Alpha && IsSameFunction(other);

    /// <summary>Of two with one name.</summary>
    private protected virtual bool IsSameFunction(ActivationFunction other) => GetType() == other.GetType();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ActivationFunction);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Alpha);
}
