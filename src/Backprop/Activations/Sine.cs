using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>f(p) = sin p. f′ = cos p.</summary>
public readonly struct Sine : IActivation
{
    /// <inheritdoc/>
    public string Name => "sine";

    /// <inheritdoc/>
    public IReadOnlyList<OperatorStep>? Operators => [new("Sin")];

    /// <inheritdoc/>
    public (double Least, double Greatest)? Range => (-1, 1);

    /// <inheritdoc/>
    public bool DerivativeNeedsPreActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T p) where T : unmanaged, IElement<T> => T.Sin(p);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T> => T.Cos(p);

    [ModuleInitializer]
    internal static void Register() => ActivationFunction.Register(ActivationFunction.From(new Sine()));
}
