using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>f(p) = p where p &gt; 0, else αp. f′ = 1 where p &gt; 0, else α.</summary>
/// <param name="alpha">α, 0.01 unless given.</param>
public readonly struct LeakyRelu(double alpha) : IActivation
{
    /// <inheritdoc/>
    public string Name => "leaky_relu";

    /// <inheritdoc/>
    public IReadOnlyList<OperatorStep>? Operators => [new("LeakyRelu") { Attributes = [new("alpha", alpha)] }];

    /// <inheritdoc/>
    public (double Least, double Greatest)? Range => alpha > 0 ? (double.NegativeInfinity, double.PositiveInfinity) : (0, double.PositiveInfinity);

    /// <inheritdoc/>
    public double? Alpha => alpha;

    /// <inheritdoc/>
    public bool DerivativeNeedsPreActivation => true;

    /// <inheritdoc/>
    public IReadOnlyList<double> Kinks => [0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T p) where T : unmanaged, IElement<T> => T.IfLess(T.Create(0), p, p, T.Create(alpha) * p);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T> => T.IfLess(T.Create(0), p, T.Create(1), T.Create(alpha));

    [ModuleInitializer]
    internal static void Register() => ActivationFunction.Register("leaky_relu", alpha => ActivationFunction.From(new LeakyRelu(alpha ?? 0.01)));
}
