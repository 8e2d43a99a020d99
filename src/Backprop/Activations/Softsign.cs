using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>f(p) = p / (1 + |p|). f′ = 1 / (1 + |p|)².</summary>
public readonly struct Softsign : IActivation
{
    /// <inheritdoc/>
    public string Name => "softsign";

    /// <inheritdoc/>
    public IReadOnlyList<OperatorStep>? Operators => [new("Softsign")];

    /// <inheritdoc/>
    public (double Least, double Greatest)? Range => (-1, 1);

    /// <inheritdoc/>
    public bool DerivativeNeedsPreActivation => true;

    /// <inheritdoc/>
    public IReadOnlyList<double> Kinks => [0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T p) where T : unmanaged, IElement<T> => p / (T.Create(1) + T.Abs(p));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T>
    {
        T d = T.Create(1) + T.Abs(p);
        return T.Create(1) / (d * d);
    }

    [ModuleInitializer]
    internal static void Register() => ActivationFunction.Register(ActivationFunction.From(new Softsign()));
}
