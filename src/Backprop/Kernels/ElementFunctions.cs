using System.Numerics;
using System.Runtime.CompilerServices;

namespace Backprop.Kernels;

/// <summary>
/// exp, log, tanh and their kin, once for float and double and every vector width: additions, multiplications, divisions and fused
/// multiply-adds in one order, so the bits are the same on every path. The polynomials are fitted by fit_functions.py beside this file.
/// </summary>
internal static partial class ElementFunctions
{
    /// <summary>The value that float or double has for a constant, by type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Pick<V, T>(double single, double @double) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.Create(typeof(T) == typeof(double) ? @double : single);

    /// <summary>Four terms of Horner's rule: (((sum·x + a)·x + b)·x + c)·x + d. Constants are arguments so that they are constants in the code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Horner<V>(V sum, V x, double a, double b, double c, double d) where V : unmanaged, IElement<V> =>
        V.FusedMultiplyAdd(V.FusedMultiplyAdd(V.FusedMultiplyAdd(V.FusedMultiplyAdd(sum, x, V.Create(a)), x, V.Create(b)), x, V.Create(c)), x, V.Create(d));

    /// <summary>Two terms: (sum·x + a)·x + b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Horner<V>(V sum, V x, double a, double b) where V : unmanaged, IElement<V> =>
        V.FusedMultiplyAdd(V.FusedMultiplyAdd(sum, x, V.Create(a)), x, V.Create(b));

    /// <summary>The first two: a·x + b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Horner<V>(V x, double a, double b) where V : unmanaged, IElement<V> => V.FusedMultiplyAdd(V.Create(a), x, V.Create(b));

    /// <summary>The first three: (a·x + b)·x + c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Horner<V>(V x, double a, double b, double c) where V : unmanaged, IElement<V> =>
        V.FusedMultiplyAdd(V.FusedMultiplyAdd(V.Create(a), x, V.Create(b)), x, V.Create(c));

    /// <summary>Two terms at once, half as deep: sum·x² + (a·x + b).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Pair<V>(V sum, V x, V square, double a, double b) where V : unmanaged, IElement<V> =>
        V.FusedMultiplyAdd(sum, square, V.FusedMultiplyAdd(V.Create(a), x, V.Create(b)));

    /// <summary>x·2ⁿ by two factors, of which the first is exact: 2ⁿ itself may be subnormal or beyond the largest number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ScaleTwice<V, T>(V x, V n) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V shift = Pick<V, T>(SingleFormat.RoundingShift + SingleFormat.Bias, DoubleFormat.RoundingShift + DoubleFormat.Bias);
        V half = V.FusedMultiplyAdd(n, V.Create(0.5), shift);
        return (x * V.PowerOfTwo(half)) * V.PowerOfTwo((n - (half - shift)) + shift);
    }

    /// <summary>x = n·ln 2 + r with |r| ≤ ½ ln 2; V.PowerOfTwo(shifted) is 2^(n + more), more by type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V Shifted, V N, V R) ReduceByLn2<V, T>(V x, double moreSingle = 0, double moreDouble = 0) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V shift = Pick<V, T>(SingleFormat.RoundingShift + SingleFormat.Bias + moreSingle, DoubleFormat.RoundingShift + DoubleFormat.Bias + moreDouble);
        V shifted = V.FusedMultiplyAdd(x, V.Create(1.4426950408889634), shift);
        V n = shifted - shift;
        V r = V.FusedMultiplyAdd(n, Pick<V, T>(-0.693147182464599609375, -0.693147180559945286), x);
        return (shifted, n, V.FusedMultiplyAdd(n, Pick<V, T>(1.904654299957768e-9, -2.319046813846300e-17), r));
    }

    /// <summary>eʳ − 1 for the reduced r.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ReducedExpM1<V, T>(V r) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V z = r * r;
        return V.FusedMultiplyAdd(
            z,
            typeof(T) == typeof(double)
                ? Pair(Pair(Pair(Pair(Horner(r, 2.50002004500633e-8, 2.7630680561962103e-7), r, z, 2.7557588242391213e-6, 2.4801491980297639e-5), r, z, 1.9841269501940281e-4, 1.3888888944607169e-3), r, z, 8.3333333334977451e-3, 0.041666666666526901), r, z, 0.16666666666666405, 0.50000000000000111)
                : Pair(Pair(V.Create(1.38421531e-3), r, z, 8.36951286e-3, 0.0416680649), r, z, 0.166665137, 0.49999994),
            r);
    }

    /// <summary>Keeps x within the limits; a NaN stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Clamp<V>(V x, V low, V high) where V : unmanaged, IElement<V> => V.Min(V.Max(x, low), high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (_, V n, V r) = ReduceByLn2<V, T>(Clamp(x, Pick<V, T>(-104.5, -746), Pick<V, T>(89.5, 710.5)));
        return V.Scale(ReducedExpM1<V, T>(r) + V.Create(1), n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpM1<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Half of it first: 2ⁿ is beyond the largest number where eˣ − 1 is not.
        (V shifted, _, V r) = ReduceByLn2<V, T>(Clamp(x, Pick<V, T>(-30, -60), Pick<V, T>(88.73, 709.79)), -1, -1);
        V scale = V.PowerOfTwo(shifted);
        V half = V.FusedMultiplyAdd(scale, ReducedExpM1<V, T>(r), scale - V.Create(0.5));
        return V.CopySign(half + half, x);
    }

    /// <summary>exponent·ln 2 + log(1 + f) for f within the mantissas − 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogOfParts<V, T>(V exponent, V f) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(double))
        {
            // log(1 + f) = 2s + s³·P(s²) with s = f/(2 + f), and 2s = f − s·f; ln 2 in two parts (FreeBSD's e_log.c)
            V s = f / (f + V.Create(2)), z = s * s;
            V series = z * Horner(Horner(z, 0.14798682496091106, 0.15313795857730522, 0.18183573524855007), z, 0.22222198411543451, 0.28571428743803928, 0.39999999999409075, 0.66666666666667351);
            V halfSquare = V.Create(0.5) * f * f;
            V low = V.FusedMultiplyAdd(exponent, V.Create(1.90821492927058770e-10), s * (halfSquare + series));
            return V.FusedMultiplyAdd(exponent, V.Create(6.93147180369123816490e-01), f - (halfSquare - low));
        }

        V square = f * f;
        V log = V.FusedMultiplyAdd(square, Pair(Pair(Pair(Pair(V.Create(-0.124936946), f, square, 0.140591174, -0.122727908), f, square, 0.139898211, -0.166744649), f, square, 0.20011431, -0.249999195), f, square, 0.333331972, -0.5), f);
        return V.FusedMultiplyAdd(exponent, V.Create(0.69314718055994531), log);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V zero = V.Create(0), smallest = Pick<V, T>(1.1754943508222875e-38, 2.2250738585072014e-308), infinity = V.Create(double.PositiveInfinity);
        V normal = V.IfLess(x, smallest, x * Pick<V, T>(33554432, 18014398509481984), x);
        V exponent = V.Exponent(normal) - V.IfLess(x, smallest, Pick<V, T>(25, 54), zero);
        V log = LogOfParts<V, T>(exponent, V.Mantissa(normal) - V.Create(1));
        log = V.IfLess(x, infinity, log, x); // infinity and NaN stay
        return V.IfLess(x, Pick<V, T>(1.4012984643248171e-45, 4.9406564584124654e-324), V.IfLess(x, zero, V.Create(double.NaN), -infinity), log);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LogP1<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V zero = V.Create(0), one = V.Create(1), infinity = V.Create(double.PositiveInfinity);
        V sum = one + x, exponent = V.Exponent(sum);
        V scale = V.PowerOfTwo(Pick<V, T>(SingleFormat.RoundingShift + SingleFormat.Bias, DoubleFormat.RoundingShift + DoubleFormat.Bias) - exponent);
        V f = V.IfLess(x, V.Create(1e30), V.FusedMultiplyAdd(scale, x, scale - one), V.Mantissa(sum) - one); // the scale of the largest is subnormal
        V log = LogOfParts<V, T>(exponent, f);
        log = V.CopySign(V.IfLess(x, infinity, log, x), x);
        return V.IfLess(zero, sum, log, V.IfLess(x, V.Create(-1), V.Create(double.NaN), x - infinity)); // −1 → −∞, NaN → NaN
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // e^(−2|x|) − 1 rather than e^(2|x|) − 1: for small x it and what it is divided by are rounded more finely
        V size = V.Min(V.Abs(x), Pick<V, T>(10, 20)), one = V.Create(1); // beyond it tanh is 1
        V shift = Pick<V, T>(SingleFormat.RoundingShift + SingleFormat.Bias, DoubleFormat.RoundingShift + DoubleFormat.Bias);
        V shifted = V.FusedMultiplyAdd(size, V.Create(-2 * 1.4426950408889634), shift);
        V r = V.FusedMultiplyAdd(shifted - shift, V.Create(-0.69314718055994531), -(size + size)); // what ln 2 lacks matters less as tanh nears 1
        V scale = V.PowerOfTwo(shifted), q = ReducedExpM1<V, T>(r);
        return V.CopySign(V.FusedMultiplyAdd(scale, q, scale - one) / V.FusedMultiplyAdd(scale, q, scale + one), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // a / (a + a·e⁻ˣ), where a = 2⁻³⁰ (2⁻⁶⁰) keeps the divisor finite as long as the quotient is above 0
        (V shifted, _, V r) = ReduceByLn2<V, T>(Clamp(-x, Pick<V, T>(-30, -60), Pick<V, T>(105, 746)), -30, -60);
        V scale = V.PowerOfTwo(shifted), a = Pick<V, T>(9.3132257461547852e-10, 8.6736173798840355e-19);
        V sum = scale + a, lost = a - (sum - scale); // lost where e⁻ˣ is large
        return a / (V.FusedMultiplyAdd(scale, ReducedExpM1<V, T>(r), lost) + sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Softplus<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V zero = V.Create(0), half = V.Create(0.5), third = Pick<V, T>(0.33333334, 0.41421356237309503);
        (_, V n, V r) = ReduceByLn2<V, T>(V.Max(-V.Abs(x), Pick<V, T>(-104.5, -746)));
        V e = V.Scale(ReducedExpM1<V, T>(r) + V.Create(1), n); // e^−|x|
        V f = V.IfLess(third, e, V.FusedMultiplyAdd(e, half, -half), e); // 1 + e or half of it is 1 + f
        return V.Max(x, zero) + LogOfParts<V, T>(V.IfLess(third, e, V.Create(1), zero), f);
    }

    /// <summary>Accurate while |x| ≤ 2²⁰ (float) or 2⁴⁵ (double), NaN beyond: the reduction by π has three parts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sin<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V shift = Pick<V, T>(SingleFormat.RoundingShift, DoubleFormat.RoundingShift);
        V shifted = V.FusedMultiplyAdd(x, V.Create(0.31830988618379067), shift);
        return V.IfLess(V.Abs(x), V.Create(1e-9), x, SinOfHalfTurns<V, T>(x, shifted, shifted - shift)); // −0 stays
    }

    /// <inheritdoc cref="Sin{V, T}(V)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Cos<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V shift = Pick<V, T>(SingleFormat.RoundingShift, DoubleFormat.RoundingShift), half = V.Create(0.5);
        V shifted = V.FusedMultiplyAdd(x, V.Create(0.31830988618379067), half) + shift;
        return SinOfHalfTurns<V, T>(x, shifted, (shifted - shift) - half);
    }

    /// <summary>sin(x − n·π), negated where the whole number in the lowest bits of `shifted` is odd.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V SinOfHalfTurns<V, T>(V x, V shifted, V n) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V r = V.FusedMultiplyAdd(n, Pick<V, T>(-3.1415927410125732421875, -3.1415926535897931), x);
        r = V.FusedMultiplyAdd(n, Pick<V, T>(8.742277657347586e-08, -1.2246467991473532e-16), r);
        r = V.FusedMultiplyAdd(n, Pick<V, T>(3.4302490200117638e-15, 2.9947698097183397e-33), r);
        r = V.NegateIfOdd(r, shifted);
        V z = r * r;
        V series = typeof(T) == typeof(double)
            ? Horner(Horner(Horner(z, 2.7214138174954257e-15, -7.643018944357232e-13), z, 1.6058940990048114e-10, -2.5052106904254489e-8), z, 2.7557319211568381e-6, -1.9841269841212476e-4, 8.3333333333332066e-3, -0.16666666666666666)
            : Horner(Horner(z, -2.55025956e-8, 2.76270498e-6, -1.98430935e-4), z, 8.33335053e-3, -0.166666672);
        V one = V.Create(1), sin = Clamp(V.FusedMultiplyAdd(r * z, series, r), -one, one);
        return V.IfLess(V.Abs(x), Pick<V, T>(1048577, 35184372088833), sin, V.Create(double.NaN));
    }
}
