using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>f(p) = tanh p. f′ = 1 − x², from the output.</summary>
public readonly struct Tanh : IActivation
{
    /// <inheritdoc/>
    public string Name => "tanh";

    /// <inheritdoc/>
    public IReadOnlyList<OperatorStep>? Operators => [new("Tanh")];

    /// <inheritdoc/>
    public (double Least, double Greatest)? Range => (-1, 1);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T p) where T : unmanaged, IElement<T> => T.Tanh(p);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T> => T.Create(1) - x * x;

    [ModuleInitializer]
    internal static void Register() => ActivationFunction.Register(ActivationFunction.From(new Tanh()));
}
