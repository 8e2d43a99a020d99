using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>f(p) = p where p &gt; 0, else α(e^(p/α) − 1). f′ = 1 where p &gt; 0, else e^(p/α).</summary>
/// <param name="alpha">α, 1.0 unless given.</param>
public readonly struct Celu(double alpha) : IActivation
{
    /// <inheritdoc/>
    public string Name => "celu";

    /// <inheritdoc/>
    public IReadOnlyList<OperatorStep>? Operators => [new("Celu") { Attributes = [new("alpha", alpha)] }];

    /// <inheritdoc/>
    public (double Least, double Greatest)? Range => (-Math.Abs(alpha), double.PositiveInfinity);

    /// <inheritdoc/>
    public double? Alpha => alpha;

    /// <inheritdoc/>
    public bool DerivativeNeedsPreActivation => true;

    /// <inheritdoc/>
    public IReadOnlyList<double> Kinks => [0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T p) where T : unmanaged, IElement<T> => T.IfLess(T.Create(0), p, p, T.Create(alpha) * T.ExpM1(p / T.Create(alpha)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T> => T.IfLess(T.Create(0), p, T.Create(1), T.Exp(p / T.Create(alpha)));

    [ModuleInitializer]
    internal static void Register() => ActivationFunction.Register("celu", alpha => ActivationFunction.From(new Celu(alpha ?? 1.0)));
}
