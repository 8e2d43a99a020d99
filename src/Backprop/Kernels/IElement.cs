namespace Backprop.Kernels;

/// <summary>
/// What the formulas of this library are written on: one number, a vector of numbers (SIMD lanes), or a complex number.
/// An activation or a loss is written once over <typeparamref name="TSelf"/>; the engine runs it on lanes, the derivations run it on
/// one double, and the numerical derivative runs it on a complex number.
/// </summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface IElement<TSelf> where TSelf : unmanaged, IElement<TSelf>
{
    /// <summary>The same constant in every lane.</summary>
    static abstract TSelf Create(double value);

    /// <summary>a + b.</summary>
    static abstract TSelf operator +(TSelf left, TSelf right);

    /// <summary>a − b.</summary>
    static abstract TSelf operator -(TSelf left, TSelf right);

    /// <summary>a · b.</summary>
    static abstract TSelf operator *(TSelf left, TSelf right);

    /// <summary>a / b, correctly rounded.</summary>
    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary>−a.</summary>
    static abstract TSelf operator -(TSelf value);

    /// <summary>a · b + c, rounded once.</summary>
    static abstract TSelf FusedMultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>left &lt; right ? whenLess : otherwise, lane by lane; a NaN is not less. A complex number is compared by its real part.</summary>
    static abstract TSelf IfLess(TSelf left, TSelf right, TSelf whenLess, TSelf otherwise);

    /// <summary>√a, correctly rounded.</summary>
    static abstract TSelf Sqrt(TSelf value);

    /// <summary>eᵃ.</summary>
    static abstract TSelf Exp(TSelf value);

    /// <summary>eᵃ − 1, accurate near 0.</summary>
    static abstract TSelf ExpM1(TSelf value);

    /// <summary>The natural logarithm.</summary>
    static abstract TSelf Log(TSelf value);

    /// <summary>log(1 + a), accurate near 0.</summary>
    static abstract TSelf LogP1(TSelf value);

    /// <summary>The hyperbolic tangent.</summary>
    static abstract TSelf Tanh(TSelf value);

    /// <summary>1 / (1 + e⁻ᵃ), without overflow.</summary>
    static abstract TSelf Sigmoid(TSelf value);

    /// <summary>log(1 + eᵃ), without overflow.</summary>
    static abstract TSelf Softplus(TSelf value);

    /// <summary>The error function.</summary>
    static abstract TSelf Erf(TSelf value);

    /// <summary>The distribution function of the standard normal, Φ(a) = ½ erfc(−a/√2), accurate in the lower tail.</summary>
    static abstract TSelf NormalCdf(TSelf value);

    /// <summary>sin a.</summary>
    static abstract TSelf Sin(TSelf value);

    /// <summary>cos a.</summary>
    static abstract TSelf Cos(TSelf value);

    /// <summary>|a|; for a complex number a or −a, whichever has the non-negative real part.</summary>
    static virtual TSelf Abs(TSelf value) => TSelf.IfLess(value, TSelf.Create(0), -value, value);

    /// <summary>The greater of the two; the first where either is NaN.</summary>
    static virtual TSelf Max(TSelf a, TSelf b) => TSelf.IfLess(a, b, b, a);

    /// <summary>The lesser of the two; the first where either is NaN.</summary>
    static virtual TSelf Min(TSelf a, TSelf b) => TSelf.IfLess(b, a, b, a);

    /// <summary>−1, 0 or 1; a NaN stays.</summary>
    static virtual TSelf Sign(TSelf value)
    {
        TSelf zero = TSelf.Create(0);
        return TSelf.IfLess(value, zero, TSelf.Create(-1), TSelf.IfLess(zero, value, TSelf.Create(1), zero * value));
    }
}
