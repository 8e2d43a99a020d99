using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>f(p) = max(0, p); a NaN stays NaN. f′ = 1 where p &gt; 0, else 0; taken from the output.</summary>
public readonly struct Relu : IActivation
{
    /// <inheritdoc/>
    public string Name => "relu";

    /// <inheritdoc/>
    public IReadOnlyList<OperatorStep>? Operators => [new("Relu")];

    /// <inheritdoc/>
    public (double Least, double Greatest)? Range => (0, double.PositiveInfinity);

    /// <inheritdoc/>
    public IReadOnlyList<double> Kinks => [0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T p) where T : unmanaged, IElement<T> => T.IfLess(p, T.Create(0), T.Create(0), p);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T> => T.IfLess(T.Create(0), x, T.Create(1), T.Create(0));

    [ModuleInitializer]
    internal static void Register() => ActivationFunction.Register(ActivationFunction.From(new Relu()));
}
