using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>f(p) = 1 / (1 + e⁻ᵖ). f′ = x(1 − x), from the output.</summary>
public readonly struct Sigmoid : IActivation
{
    /// <inheritdoc/>
    public string Name => "sigmoid";

    /// <inheritdoc/>
    public IReadOnlyList<OperatorStep>? Operators => [new("Sigmoid")];

    /// <inheritdoc/>
    public (double Least, double Greatest)? Range => (0, 1);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T p) where T : unmanaged, IElement<T> => T.Sigmoid(p);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T> => x * (T.Create(1) - x);

    [ModuleInitializer]
    internal static void Register() => ActivationFunction.Register(ActivationFunction.From(new Sigmoid()));
}
