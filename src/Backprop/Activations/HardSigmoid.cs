using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>f(p) = p/6 + ½ within [0, 1]. f′ = 1/6 inside, 0 outside.</summary>
public readonly struct HardSigmoid : IActivation
{
    /// <inheritdoc/>
    public string Name => "hard_sigmoid";

    /// <inheritdoc/>
    public IReadOnlyList<OperatorStep>? Operators => [new("HardSigmoid") { Attributes = [new("alpha", 1.0 / 6), new("beta", 0.5)] }];

    /// <inheritdoc/>
    public (double Least, double Greatest)? Range => (0, 1);

    /// <inheritdoc/>
    public bool DerivativeNeedsPreActivation => true;

    /// <inheritdoc/>
    public IReadOnlyList<double> Kinks => [-3, 3];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T p) where T : unmanaged, IElement<T> => T.Min(T.Max(p / T.Create(6) + T.Create(0.5), T.Create(0)), T.Create(1));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T> => T.IfLess(T.Abs(p), T.Create(3), T.Create(1.0 / 6), T.Create(0));

    [ModuleInitializer]
    internal static void Register() => ActivationFunction.Register(ActivationFunction.From(new HardSigmoid()));
}
