using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>f(p) = p·σ(p). f′ = σ(p)·(1 + p·(1 − σ(p))).</summary>
public readonly struct Silu : IActivation
{
    /// <inheritdoc/>
    public string Name => "silu";

    /// <inheritdoc/>
    public IReadOnlyList<OperatorStep>? Operators => [new("Sigmoid"), new("Mul", OperatorStep.P)];

    /// <inheritdoc/>
    public (double Least, double Greatest)? Range => (-0.279, double.PositiveInfinity);

    /// <inheritdoc/>
    public bool DerivativeNeedsPreActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T p) where T : unmanaged, IElement<T> => p * T.Sigmoid(p);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T>
    {
        T s = T.Sigmoid(p), one = T.Create(1);
        return s * T.FusedMultiplyAdd(p, one - s, one);
    }

    [ModuleInitializer]
    internal static void Register() => ActivationFunction.Register(ActivationFunction.From(new Silu()));
}
