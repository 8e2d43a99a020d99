using System.Numerics;
using System.Runtime.CompilerServices;

namespace Backprop.Kernels;

/// <summary>erf and the normal distribution.</summary>
internal static partial class ElementFunctions
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Erf<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V size = V.Min(V.Abs(x), Pick<V, T>(4, 8)), z = size * size, one = V.Create(1), near, far;
        if (typeof(T) == typeof(double))
        {
            near = Horner(Horner(Horner(z, -7.6086714888774534e-10, 1.3617125804174874e-8), z, -1.6184081180429911e-7, 1.6444161107608597e-6), z, -1.4924466388882809e-5, 1.2055280529849969e-4, -8.5483254859133407e-4, 5.2239775967506917e-3);
            near = V.FusedMultiplyAdd(size, Horner(near, z, -0.0268661706419604, 0.11283791670936955, -0.37612638903183343, 0.12837916709551256), size);
            (V n, V r) = ReducedPower<V, T>(-z, V.FusedMultiplyAdd(-size, size, z));
            far = one - V.PowerOfTwo(n + V.Create(DoubleFormat.RoundingShift + DoubleFormat.Bias + 1)) * NormalTail<V, T>(size * V.Create(1.4142135623730951), r);
        }
        else
        {
            near = V.FusedMultiplyAdd(size, Horner(Horner(z, -6.08639093e-4, 5.01123397e-3), z, -0.0267784446, 0.112821288, -0.376125216, 0.128379151), size);
            // erfc(x) = 2^(x·P(x))
            V power = size * Horner(Horner(size, -1.50474461e-5, 4.54209687e-4, -5.20850858e-3), size, 0.0341838337, -0.153154939, -0.916397154, -1.62827909);
            V shift = V.Create(SingleFormat.RoundingShift + SingleFormat.Bias), shifted = power + shift, r = power - (shifted - shift);
            far = one - V.PowerOfTwo(shifted) * Horner(Horner(r, 1.36363099e-3, 9.68478434e-3), r, 0.055497583, 0.240219206, 0.693147421, 1.00000012);
        }

        return V.CopySign(V.IfLess(size, Pick<V, T>(0.9, 1), near, far), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V NormalCdf<V, T>(V x) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V size = V.Min(V.Abs(x), Pick<V, T>(14.8, 38.8)), half = size * V.Create(-0.5), power = half * size; // −x²/2
        (V n, V r) = ReducedPower<V, T>(power, V.FusedMultiplyAdd(half, size, -power));
        V tail = V.Scale(NormalTail<V, T>(size, r), n);
        return V.IfLess(x, V.Create(0), tail, V.Create(1) - tail);
    }

    /// <summary>x + lost = n·ln 2 + r, where what is lost is small.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (V N, V R) ReducedPower<V, T>(V x, V lost) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V shift = Pick<V, T>(SingleFormat.RoundingShift, DoubleFormat.RoundingShift);
        V n = V.FusedMultiplyAdd(x, V.Create(1.4426950408889634), shift) - shift;
        V r = V.FusedMultiplyAdd(n, Pick<V, T>(-0.693147182464599609375, -0.693147180559945286), x);
        return (n, r + V.FusedMultiplyAdd(n, Pick<V, T>(1.904654299957768e-9, -2.319046813846300e-17), lost));
    }

    /// <summary>eʳ · ½ e^(x²/2) erfc(x/√2) for x from 0 on: eʳ / √(2π) / (x + 0.8) · (1 + w) with w below 0.18, so that its error hardly counts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V NormalTail<V, T>(V x, V r) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        V above, below;
        if (typeof(T) == typeof(double))
        {
            above = Horner(Horner(Horner(x, 5.7628422214535227e-7, 1.6482141785075169e-5, 2.3268532164428106e-4), x, 2.0941533905437008e-3, 0.013136282940332131, 0.059355067565241774, 0.19321736993218422), x, 0.43875382171121413, 0.63674952702165866, 0.45990997757130198, 2.6513098524001935e-3);
            below = Horner(Horner(Horner(x, 7.2035527768405671e-7, 2.1503121327944379e-5), x, 3.1845590904201764e-4, 3.0345634106265706e-3, 0.020449216193441706, 0.10154470232035004), x, 0.37698089166999116, 1.0416225397976642, 2.0916017361372816, 2.8982183371114365);
            below = Horner(below, x, 2.4877666598758394, 1);
        }
        else
        {
            above = Horner(Horner(x, 0.011471469, 0.0861566663, 0.29449448), x, 0.457933545, 2.65128934e-3);
            below = Horner(Horner(x, 0.0143403355, 0.125574559), x, 0.540363371, 1.30904317, 1.74207675, 1);
        }

        // t is 1/√(2π)/h; rest is what rounding took from h and t, as a part of t
        V more = V.Create(0.8), density = V.Create(0.3989422804014327), h = x + more, t = density / h;
        V part = h - x, lost = (x - (h - part)) + (more - part);
        V rest = V.FusedMultiplyAdd(-t, lost, V.FusedMultiplyAdd(-t, h, density));

        V q = ReducedExpM1<V, T>(r), w = V.FusedMultiplyAdd(rest, V.Create(2.5066282746310002), above / below);
        return V.FusedMultiplyAdd(t, q + V.FusedMultiplyAdd(q, w, w), t);
    }
}
