using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>f(p) = log(1 + eᵖ), without overflow. f′ = σ(p).</summary>
public readonly struct Softplus : IActivation
{
    /// <inheritdoc/>
    public string Name => "softplus";

    /// <inheritdoc/>
    public IReadOnlyList<OperatorStep>? Operators => [new("Softplus")];

    /// <inheritdoc/>
    public (double Least, double Greatest)? Range => (0, double.PositiveInfinity);

    /// <inheritdoc/>
    public bool DerivativeNeedsPreActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T p) where T : unmanaged, IElement<T> => T.Softplus(p);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T> => T.Sigmoid(p);

    [ModuleInitializer]
    internal static void Register() => ActivationFunction.Register(ActivationFunction.From(new Softplus()));
}
