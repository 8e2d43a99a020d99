using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>f(p) = λp where p &gt; 0, else λα(eᵖ − 1); λ = 1.0507…, α = 1.6733… (Klambauer et al. 2017). f′ = λ where p &gt; 0, else λαeᵖ.</summary>
public readonly struct Selu : IActivation
{
    private const double Scale = 1.0507009873554804934193349852946, Alpha = 1.6732632423543772848170429916717;

    /// <inheritdoc/>
    public string Name => "selu";

    /// <inheritdoc/>
    public IReadOnlyList<OperatorStep>? Operators => [new("Selu") { Attributes = [new("alpha", Alpha), new("gamma", Scale)] }];

    /// <inheritdoc/>
    public (double Least, double Greatest)? Range => (-1.76, double.PositiveInfinity);

    /// <inheritdoc/>
    public bool DerivativeNeedsPreActivation => true;

    /// <inheritdoc/>
    public IReadOnlyList<double> Kinks => [0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T p) where T : unmanaged, IElement<T> => T.Create(Scale) * T.IfLess(T.Create(0), p, p, T.Create(Alpha) * T.ExpM1(p));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T p, T x) where T : unmanaged, IElement<T> => T.Create(Scale) * T.IfLess(T.Create(0), p, T.Create(1), T.Create(Alpha) * T.Exp(p));

    [ModuleInitializer]
    internal static void Register() => ActivationFunction.Register(ActivationFunction.From(new Selu()));
}
