using Backprop.Kernels;

namespace Backprop.Activations;

/// <summary>
/// An activation of one number, value and derivative side by side. A function of your own implements this and becomes usable through
/// <see cref="ActivationFunction.From{TActivation}(TActivation)"/>, as fast as the built-in ones.
/// </summary>
public interface IActivation
{
    /// <summary>The name in network descriptions and model files, such as <c>leaky_relu</c>.</summary>
    string Name { get; }

    /// <summary>The parameter α, where the function has one.</summary>
    double? Alpha => null;

    /// <summary>f as other runtimes have it: a chain of ONNX's operators, the first of p; empty where f(p) = p. null: none, and a model with it cannot be exported.</summary>
    IReadOnlyList<OperatorStep>? Operators => null;

    /// <summary>Bounds of f's values, infinite where there is none; null where they are not known.</summary>
    (double Least, double Greatest)? Range => null;

    /// <summary>Whether <see cref="Derivative{T}"/> looks at p; otherwise the output alone is kept for the backward pass.</summary>
    bool DerivativeNeedsPreActivation => false;

    /// <summary>The points where the function is not smooth; empty where it is analytic everywhere.</summary>
    IReadOnlyList<double> Kinks => [];

    /// <summary>f(p).</summary>
    T Value<T>(T p) where T : unmanaged, IElement<T>;

    /// <summary>f′(p), given p and x = f(p). At a kink: the value that PyTorch takes.</summary>
    T Derivative<T>(T p, T x) where T : unmanaged, IElement<T>;
}
