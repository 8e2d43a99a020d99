using System.Numerics;
using System.Runtime.CompilerServices;

namespace Backprop.Kernels;

/// <summary>
/// exp, log, tanh and their kin, once for float and double and every vector width: additions, multiplications, divisions and fused
/// multiply-adds in one order, so the bits are the same on every path. The series are Taylor's, cut where the next term is below a
/// quarter of a unit in the last place over the reduced range.
/// </summary>
internal static partial class ElementFunctions
{
    private static bool IsDouble<T>() => typeof(T) == typeof(double);

    /// <summary>The value that float or double has for a constant, by type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Pick<V, T>(double single, double @double) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.Create(IsDouble<T>() ? @double : single);

    /// <summary>Four terms of Horner's rule: (((sum·x + a)·x + b)·x + c)·x + d. Constants are arguments so that they are constants in the code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Horner<V>(V sum, V x, double a, double b, double c, double d) where V : unmanaged, IElement<V> => Horner(Horner(sum, x, a, b), x, c, d);

    /// <summary>Two terms: (sum·x + a)·x + b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Horner<V>(V sum, V x, double a, double b) where V : unmanaged, IElement<V> =>
        V.FusedMultiplyAdd(V.FusedMultiplyAdd(sum, x, V.Create(a)), x, V.Create(b));

    /// <summary>The first two: a·x + b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Horner<V>(V x, double a, double b) where V : unmanaged, IElement<V> => V.FusedMultiplyAdd(V.Create(a), x, V.Create(b));

    /// <summary>To the nearest whole number, ties to even, for |x| &lt; 2²² (float) or 2⁵¹ (double).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Round<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V shift = Pick<V, T>(SingleFormat.RoundingShift, DoubleFormat.RoundingShift);
        return (x + shift) - shift;
    }

    /// <summary>x = n·ln 2 + r with |r| ≤ ½ ln 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V N, V R) ReduceByLn2<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V shift = Pick<V, T>(SingleFormat.RoundingShift, DoubleFormat.RoundingShift);
        V n = V.FusedMultiplyAdd(x, V.Create(1.4426950408889634), shift) - shift;
        V r = V.FusedMultiplyAdd(-n, Pick<V, T>(0.693147182464599609375, 0.693147180559945286), x);
        return (n, V.FusedMultiplyAdd(-n, Pick<V, T>(-1.904654299957768e-9, 2.319046813846300e-17), r));
    }

    /// <summary>eʳ − 1 = r + r²·(1/2! + r/3! + …) for the reduced r.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ReducedExpM1<V, T>(V r) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.FusedMultiplyAdd(
            r * r,
            IsDouble<T>()
                ? Horner(Horner(Horner(Horner(r, 1.0 / 6227020800, 1.0 / 479001600), r, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320), r, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24), r, 1.0 / 6, 1.0 / 2)
                : Horner(Horner(r, 1.0 / 5040, 1.0 / 720), r, 1.0 / 120, 1.0 / 24, 1.0 / 6, 1.0 / 2),
            r);

    /// <summary>Keeps x within the limits; a NaN stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Clamp<V>(V x, V low, V high) where V : unmanaged, IElement<V> => V.IfLess(high, x, high, V.IfLess(x, low, low, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x = Clamp(x, Pick<V, T>(-104.5, -746), Pick<V, T>(89.5, 710.5));
        (V n, V r) = ReduceByLn2<V, T>(x);
        V half = Round<V, T>(n * V.Create(0.5)); // two factors: 2ⁿ itself may be subnormal or beyond the largest number
        return ((ReducedExpM1<V, T>(r) + V.Create(1)) * V.PowerOfTwo(half)) * V.PowerOfTwo(n - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpM1<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V top = Pick<V, T>(60, 400);
        V clamped = Clamp(x, Pick<V, T>(-40, -80), top);
        (V n, V r) = ReduceByLn2<V, T>(clamped);
        V scale = V.PowerOfTwo(n);
        V near = V.FusedMultiplyAdd(scale, ReducedExpM1<V, T>(r), scale - V.Create(1));
        return V.IfLess(top, x, Exp<V, T>(x), near);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V zero = V.Create(0), one = V.Create(1), smallest = Pick<V, T>(1.1754943508222875e-38, 2.2250738585072014e-308);
        V normal = V.IfLess(x, smallest, x * Pick<V, T>(33554432, 18014398509481984), x);
        V exponent = V.Exponent(normal) - V.IfLess(x, smallest, Pick<V, T>(25, 54), zero);
        V mantissa = V.Mantissa(normal);
        V root = V.Create(1.4142135623730951);
        exponent = V.IfLess(root, mantissa, exponent + one, exponent);
        mantissa = V.IfLess(root, mantissa, mantissa * V.Create(0.5), mantissa);

        V f = mantissa - one;
        V s = f / (V.Create(2) + f);
        V z = s * s;
        V series = z * (IsDouble<T>() // log(1 + f) = 2s + s·(2/3·s² + 2/5·s⁴ + …), |s| ≤ 0.1716
            ? Horner(Horner(Horner(z, 2.0 / 21, 2.0 / 19), z, 2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11), z, 2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3)
            : Horner(Horner(z, 2.0 / 9, 2.0 / 7), z, 2.0 / 5, 2.0 / 3));
        V halfSquare = V.Create(0.5) * f * f;
        V low = V.FusedMultiplyAdd(exponent, Pick<V, T>(-2.12194440e-4, 1.90821492927058770e-10), s * (halfSquare + series));
        V log = V.FusedMultiplyAdd(exponent, Pick<V, T>(0.693359375, 6.93147180369123816490e-01), f - (halfSquare - low));

        V infinity = V.Create(double.PositiveInfinity);
        V atMostZero = V.IfLess(x, zero, V.Create(double.NaN), x - infinity); // −0 and 0 → −∞, NaN → NaN
        return V.IfLess(zero, x, V.IfLess(x, infinity, log, x), atMostZero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LogP1<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V one = V.Create(1), zero = V.Create(0);
        V sum = one + x;
        V lost = ((sum - one) - x) / sum; // what 1 + x rounded away
        V correction = V.IfLess(zero, sum, V.IfLess(sum, Pick<V, T>(33554432, 18014398509481984), lost, zero), zero);
        return V.IfLess(V.Abs(x), Pick<V, T>(1e-10, 1e-20), x, Log<V, T>(sum) - correction);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V size = V.Abs(x), limit = Pick<V, T>(10, 20); // beyond it tanh is 1
        size = V.IfLess(limit, size, limit, size);
        (V n, V r) = ReduceByLn2<V, T>(size + size);
        V scale = V.PowerOfTwo(n);
        V e = V.FusedMultiplyAdd(scale, ReducedExpM1<V, T>(r), scale - V.Create(1)); // e^(2|x|) − 1
        return V.CopySign(e / (e + V.Create(2)), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V one = V.Create(1);
        V e = Exp<V, T>(-V.Abs(x));
        return V.IfLess(x, V.Create(0), e, one) / (one + e);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Softplus<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V zero = V.Create(0);
        return V.IfLess(zero, x, x, zero) + LogP1<V, T>(Exp<V, T>(-V.Abs(x)));
    }

    /// <summary>Accurate while |x| stays below about 10⁵ (float) or 10⁹ (double): the reduction by π/2 has three parts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sin<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T> => SinOfQuadrant<V, T>(x, V.Create(0));

    /// <inheritdoc cref="Sin{V, T}(V)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Cos<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T> => SinOfQuadrant<V, T>(x, V.Create(1));

    /// <summary>sin(x + quarter·π/2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V SinOfQuadrant<V, T>(V x, V quarter) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V n = Round<V, T>(x * V.Create(0.63661977236758134));
        V r = V.FusedMultiplyAdd(-n, Pick<V, T>(1.57079637050628662109375, 1.5707963267948966), x);
        r = V.FusedMultiplyAdd(-n, Pick<V, T>(-4.371138828673793e-08, 6.1232339957367660e-17), r);
        r = V.FusedMultiplyAdd(-n, Pick<V, T>(-1.7151245100058819e-15, -1.4973849048591833e-33), r);
        V z = r * r;
        V sin = V.FusedMultiplyAdd(
            r * z,
            IsDouble<T>()
                ? Horner(Horner(Horner(z, 1.0 / 355687428096000, -1.0 / 1307674368000), z, 1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880, -1.0 / 5040), z, 1.0 / 120, -1.0 / 6)
                : Horner(Horner(z, 1.0 / 362880, -1.0 / 5040), z, 1.0 / 120, -1.0 / 6),
            r);
        V cos = V.FusedMultiplyAdd(
            z,
            IsDouble<T>()
                ? Horner(Horner(Horner(z, 1.0 / 20922789888000, -1.0 / 87178291200), z, 1.0 / 479001600, -1.0 / 3628800, 1.0 / 40320, -1.0 / 720), z, 1.0 / 24, -1.0 / 2)
                : V.FusedMultiplyAdd(Horner(Horner(z, -1.0 / 3628800, 1.0 / 40320), z, -1.0 / 720, 1.0 / 24), z, V.Create(-1.0 / 2)),
            V.Create(1));

        V turn = n + quarter;
        V quadrant = turn - V.Create(4) * Round<V, T>(turn * V.Create(0.25)); // −2 … 2
        V size = V.Abs(quadrant), half = V.Create(0.5), threeHalves = V.Create(1.5);
        V value = V.IfLess(half, size, V.IfLess(size, threeHalves, cos, sin), sin);
        V negated = V.IfLess(quadrant, -half, -value, V.IfLess(threeHalves, quadrant, -value, value));
        return negated;
    }
}
