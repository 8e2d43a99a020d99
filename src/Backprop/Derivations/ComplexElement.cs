using System.Numerics;
using Backprop.Kernels;

namespace Backprop.Derivations;

/// <summary>
/// A complex number for the complex step Im L(w + ih)/h, h = 10⁻¹⁰⁰: no difference is taken, so nothing cancels (Squire and Trapp 1998).
/// Elementary functions are the platform's; only erf, which it lacks, is continued to first order in the imaginary part, exact at such h.
/// </summary>
internal readonly struct ComplexElement(double real, double imaginary) : IElement<ComplexElement>
{
    public readonly double Real = real, Imaginary = imaginary;

    private ComplexElement(Complex value) : this(value.Real, value.Imaginary)
    {
    }

    public static ComplexElement Create(double value) => new(value, 0);

    public static ComplexElement operator +(ComplexElement left, ComplexElement right) => new(left.Real + right.Real, left.Imaginary + right.Imaginary);

    public static ComplexElement operator -(ComplexElement left, ComplexElement right) => new(left.Real - right.Real, left.Imaginary - right.Imaginary);

    public static ComplexElement operator *(ComplexElement left, ComplexElement right) =>
        new((left.Real * right.Real) - (left.Imaginary * right.Imaginary), (left.Real * right.Imaginary) + (left.Imaginary * right.Real));

    public static ComplexElement operator /(ComplexElement left, ComplexElement right) => new(left.AsComplex() / right.AsComplex());

    public static ComplexElement operator -(ComplexElement value) => new(-value.Real, -value.Imaginary);

    public static ComplexElement FusedMultiplyAdd(ComplexElement a, ComplexElement b, ComplexElement c) => (a * b) + c;

    public static ComplexElement IfLess(ComplexElement left, ComplexElement right, ComplexElement whenLess, ComplexElement otherwise) => left.Real < right.Real ? whenLess : otherwise;

    public static ComplexElement Sqrt(ComplexElement value) => new(Complex.Sqrt(value.AsComplex()));

    public static ComplexElement Exp(ComplexElement value)
    {
        double size = Math.Exp(value.Real);
        return new(size * Math.Cos(value.Imaginary), ImaginaryOfExp(value));
    }

    // eᵃ⁺ⁱᵇ − 1 = (eᵃ − 1) cos b − 2 sin²(b/2) + i eᵃ sin b; eᵃ − 1 = 2 sinh(a/2) e^(a/2), which is −1 long before sinh overflows
    public static ComplexElement ExpM1(ComplexElement value)
    {
        double half = Math.Sin(value.Imaginary / 2);
        double real = value.Real < -40 ? -1 : 2 * Math.Sinh(value.Real / 2) * Math.Exp(value.Real / 2);
        return new((real * Math.Cos(value.Imaginary)) - (2 * half * half), ImaginaryOfExp(value));
    }

    public static ComplexElement Log(ComplexElement value) => new(Math.Log(Complex.Abs(value.AsComplex())), Math.Atan2(value.Imaginary, value.Real));

    // near 0: log |1 + z| = ½ log(1 + s), s = 2a + a² + b², and log(1 + s) = s log u / (u − 1) with u = 1 + s as it is rounded
    public static ComplexElement LogP1(ComplexElement value)
    {
        if (Math.Abs(value.Real) > 0.25 || Math.Abs(value.Imaginary) > 0.25)
        {
            return Log(Create(1) + value);
        }

        double s = (value.Real * (2 + value.Real)) + (value.Imaginary * value.Imaginary), u = 1 + s;
        return new(0.5 * (u == 1 ? s : s * Math.Log(u) / (u - 1)), Math.Atan2(value.Imaginary, 1 + value.Real));
    }

    // tanh z = (1 − e^(−2z)) / (1 + e^(−2z)) for Re z ≥ 0, and odd
    public static ComplexElement Tanh(ComplexElement value)
    {
        if (value.Real < 0)
        {
            return -Tanh(-value);
        }

        ComplexElement twice = new(-2 * value.Real, -2 * value.Imaginary);
        return -ExpM1(twice) / (Create(1) + Exp(twice));
    }

    public static ComplexElement Sigmoid(ComplexElement value)
    {
        ComplexElement one = Create(1);
        if (value.Real >= 0)
        {
            return one / (one + Exp(-value));
        }

        ComplexElement e = Exp(value);
        return e / (one + e);
    }

    public static ComplexElement Softplus(ComplexElement value) => value.Real > 0 ? value + LogP1(Exp(-value)) : LogP1(Exp(value));

    public static ComplexElement Erf(ComplexElement value) =>
        new(Lane<double>.Erf(new(value.Real)).Value, value.Imaginary * 1.1283791670955126 * Math.Exp(-value.Real * value.Real));

    public static ComplexElement NormalCdf(ComplexElement value) =>
        new(Lane<double>.NormalCdf(new(value.Real)).Value, value.Imaginary * 0.3989422804014327 * Math.Exp(-0.5 * value.Real * value.Real));

    public static ComplexElement Sin(ComplexElement value) => new(Math.Sin(value.Real) * Math.Cosh(value.Imaginary), Math.Cos(value.Real) * Math.Sinh(value.Imaginary));

    public static ComplexElement Cos(ComplexElement value) => new(Math.Cos(value.Real) * Math.Cosh(value.Imaginary), -Math.Sin(value.Real) * Math.Sinh(value.Imaginary));

    /// <summary>eᵃ sin b; a real number stays one, however large.</summary>
    private static double ImaginaryOfExp(ComplexElement value) => value.Imaginary == 0 ? 0 : Math.Exp(value.Real) * Math.Sin(value.Imaginary);

    private Complex AsComplex() => new(Real, Imaginary);
}
