using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>f(p) = eᵖ. f′ = x, the output itself.</summary>
public readonly struct Exponential : IActivation
{
    /// <inheritdoc/>
    public string Name => "exponential";

    /// <inheritdoc/>
    public IReadOnlyList<OperatorStep>? Operators => [new("Exp")];

    /// <inheritdoc/>
    public (double Least, double Greatest)? Range => (0, double.PositiveInfinity);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T p) where T : unmanaged, IElement<T> => T.Exp(p);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T> => x;

    [ModuleInitializer]
    internal static void Register() => ActivationFunction.Register(ActivationFunction.From(new Exponential()));
}
