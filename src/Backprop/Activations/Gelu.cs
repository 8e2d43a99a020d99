using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>f(p) = p·Φ(p), Φ the distribution function of the standard normal (Hendrycks and Gimpel 2016). f′ = Φ(p) + p·φ(p), φ the density.</summary>
public readonly struct Gelu : IActivation
{
    /// <inheritdoc/>
    public string Name => "gelu";

    /// <inheritdoc/>
    public IReadOnlyList<OperatorStep>? Operators => [new("Mul", 0.70710678118654752), new("Erf"), new("Add", 1), new("Mul", OperatorStep.P), new("Mul", 0.5)];

    /// <inheritdoc/>
    public (double Least, double Greatest)? Range => (-0.171, double.PositiveInfinity);

    /// <inheritdoc/>
    public bool DerivativeNeedsPreActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T p) where T : unmanaged, IElement<T> => p * T.NormalCdf(p);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T> => T.FusedMultiplyAdd(p, T.Create(0.39894228040143268) * T.Exp(T.Create(-0.5) * p * p), T.NormalCdf(p));

    [ModuleInitializer]
    internal static void Register() => ActivationFunction.Register(ActivationFunction.From(new Gelu()));
}
