using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>f(p) = p·tanh(softplus(p)). f′ = t + p·(1 − t²)·σ(p), t = tanh(softplus(p)).</summary>
public readonly struct Mish : IActivation
{
    /// <inheritdoc/>
    public string Name => "mish";

    /// <inheritdoc/>
    public IReadOnlyList<OperatorStep>? Operators => [new("Softplus"), new("Tanh"), new("Mul", OperatorStep.P)];

    /// <inheritdoc/>
    public (double Least, double Greatest)? Range => (-0.309, double.PositiveInfinity);

    /// <inheritdoc/>
    public bool DerivativeNeedsPreActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T p) where T : unmanaged, IElement<T> => p * T.Tanh(T.Softplus(p));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T>
    {
        T t = T.Tanh(T.Softplus(p));
        return T.FusedMultiplyAdd(p * (T.Create(1) - t * t), T.Sigmoid(p), t);
    }

    [ModuleInitializer]
    internal static void Register() => ActivationFunction.Register(ActivationFunction.From(new Mish()));
}
