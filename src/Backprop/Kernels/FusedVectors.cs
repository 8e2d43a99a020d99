using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Backprop.Kernels;

/// <summary>
/// a·b + c, rounded once, lane by lane, where the machine has no instruction for it: float goes by double, and double one number at a time through
/// the C library. The bits are the instruction's but for which NaN a NaN is.
/// </summary>
internal static class FusedVectors
{
    /// <summary>a·b + c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> InSoftware(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Vector512.Create(InSoftware(a.GetLower(), b.GetLower(), c.GetLower()), InSoftware(a.GetUpper(), b.GetUpper(), c.GetUpper()));

    /// <summary>a·b + c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> InSoftware(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Vector256.Create(InSoftware(a.GetLower(), b.GetLower(), c.GetLower()), InSoftware(a.GetUpper(), b.GetUpper(), c.GetUpper()));

    /// <summary>a·b + c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> InSoftware(Vector512<double> a, Vector512<double> b, Vector512<double> c) => Vector512.FusedMultiplyAdd(a, b, c);

    /// <summary>a·b + c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> InSoftware(Vector256<double> a, Vector256<double> b, Vector256<double> c) => Vector256.FusedMultiplyAdd(a, b, c);

    /// <summary>a·b + c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> InSoftware(Vector128<double> a, Vector128<double> b, Vector128<double> c) => Vector128.FusedMultiplyAdd(a, b, c);

    /// <summary>In double the product is exact, and the sum, rounded to odd, has bits enough that rounding it to float rounds a·b + c (Boldo and Melquiond 2008).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> InSoftware(Vector128<float> a, Vector128<float> b, Vector128<float> c)
    {
        (Vector128<double> lowA, Vector128<double> highA) = Vector128.Widen(a);
        (Vector128<double> lowB, Vector128<double> highB) = Vector128.Widen(b);
        (Vector128<double> lowC, Vector128<double> highC) = Vector128.Widen(c);
        return Vector128.Narrow(OddSum(lowA * lowB, lowC), OddSum(highA * highB, highC));
    }

    /// <summary>x + y, or the odd one of the two neighbours between which it lies: cut off towards 0, with the last bit set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> OddSum(Vector128<double> x, Vector128<double> y)
    {
        Vector128<double> sum = x + y, part = sum - x, lost = (x - (sum - part)) + (y - part);
        Vector128<long> tooLarge = Vector128.ShiftRightLogical((sum ^ lost).AsInt64(), 63); // 1 where what was lost has the other sign
        Vector128<long> odd = (sum.AsInt64() - tooLarge) | Vector128<long>.One;
        return Vector128.ConditionalSelect(Vector128.GreaterThan(Vector128.Abs(lost), Vector128<double>.Zero), odd.AsDouble(), sum); // NaN, where the sum is infinite, is not greater
    }
}
