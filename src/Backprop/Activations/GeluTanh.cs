using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>f(p) = ½p·(1 + tanh u), u = √(2/π)·(p + 0.044715p³). f′ = ½(1 + tanh u) + ½p·(1 − tanh² u)·u′.</summary>
public readonly struct GeluTanh : IActivation
{
    /// <inheritdoc/>
    public string Name => "gelu_tanh";

    /// <inheritdoc/>
    public IReadOnlyList<OperatorStep>? Operators => [new("Mul", OperatorStep.P), new("Mul", Cubic), new("Add", 1), new("Mul", OperatorStep.P), new("Mul", RootTwoOverPi), new("Tanh"), new("Add", 1), new("Mul", OperatorStep.P), new("Mul", 0.5)];

    /// <inheritdoc/>
    public (double Least, double Greatest)? Range => (-0.171, double.PositiveInfinity);

    /// <inheritdoc/>
    public bool DerivativeNeedsPreActivation => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T p) where T : unmanaged, IElement<T> => T.Create(0.5) * p * (T.Create(1) + T.Tanh(Inner(p)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T>
    {
        T tanh = T.Tanh(Inner(p)), one = T.Create(1), half = T.Create(0.5);
        T slope = T.Create(RootTwoOverPi) * T.FusedMultiplyAdd(T.Create(3 * Cubic) * p, p, one);
        return T.FusedMultiplyAdd(half * p * (one - tanh * tanh), slope, half * (one + tanh));
    }

    private const double RootTwoOverPi = 0.79788456080286536, Cubic = 0.044715;

    private static T Inner<T>(T p) where T : unmanaged, IElement<T> =>
        T.Create(RootTwoOverPi) * T.FusedMultiplyAdd(T.Create(Cubic) * p * p, p, p);

    [ModuleInitializer]
    internal static void Register() => ActivationFunction.Register(ActivationFunction.From(new GeluTanh()));
}
