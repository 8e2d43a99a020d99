using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>f(p) = p within [−1, 1]. f′ = 1 inside, 0 outside.</summary>
public readonly struct HardTanh : IActivation
{
    /// <inheritdoc/>
    public string Name => "hard_tanh";

    /// <inheritdoc/>
    public IReadOnlyList<OperatorStep>? Operators => [new("Clip", -1, 1)];

    /// <inheritdoc/>
    public (double Least, double Greatest)? Range => (-1, 1);

    /// <inheritdoc/>
    public bool DerivativeNeedsPreActivation => true;

    /// <inheritdoc/>
    public IReadOnlyList<double> Kinks => [-1, 1];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T p) where T : unmanaged, IElement<T> => T.Min(T.Max(p, T.Create(-1)), T.Create(1));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T> => T.IfLess(T.Abs(p), T.Create(1), T.Create(1), T.Create(0));

    [ModuleInitializer]
    internal static void Register() => ActivationFunction.Register(ActivationFunction.From(new HardTanh()));
}
