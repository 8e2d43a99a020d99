using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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

    /// <summary>a·b + c.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static Vector128<float> InSoftware(Vector128<float> a, Vector128<float> b, Vector128<float> c)
    {
        Vector128<double> low = Vector128.WidenLower(c), high = Vector128.WidenUpper(c);
        Add(Vector128.WidenLower(a) * Vector128.WidenLower(b), Vector128.WidenUpper(a) * Vector128.WidenUpper(b), ref low, ref high);
        return Vector128.Narrow(low, high);
    }

    /// <summary>
    /// Adds products of floats, exact in double, to floats, and rounds to floats; all as doubles. Rounding the sum to double first is right but where
    /// that lies halfway between two floats and is not the sum itself: rounded to odd it has bits enough (Boldo and Melquiond 2008).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(Vector128<double> low, Vector128<double> high, ref Vector128<double> lowSum, ref Vector128<double> highSum)
    {
        Vector128<double> newLow = low + lowSum, newHigh = high + highSum;
        if (MayLieHalfway(newLow, newHigh))
        {
            newLow = OddSum(low, lowSum);
            newHigh = OddSum(high, highSum);
        }

        lowSum = ToFloats(newLow);
        highSum = ToFloats(newHigh);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> ToFloats(Vector128<double> x) =>
        Sse2.IsSupported ? Sse2.ConvertToVector128Double(Sse2.ConvertToVector128Single(x)) : Vector128.WidenLower(Vector128.Narrow(x, x));

    /// <summary>Whether of the 29 bits that a float lacks of one of these the first alone is set, or one is within the subnormal floats, which lack more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MayLieHalfway(Vector128<double> low, Vector128<double> high)
    {
        const int Lacking = 29, Least = 0x3810_0000; // the upper half of the least normal float
        Vector128<int> lower = Sse.IsSupported ? Sse.Shuffle(low.AsSingle(), high.AsSingle(), 0x88).AsInt32() : Vector128.Narrow(low.AsInt64(), high.AsInt64());
        Vector128<int> upper = Sse.IsSupported ? Sse.Shuffle(low.AsSingle(), high.AsSingle(), 0xDD).AsInt32() : Vector128.Narrow(low.AsInt64() >> 32, high.AsInt64() >> 32);
        Vector128<int> halfway = Vector128.Equals(lower << (32 - Lacking), Vector128.Create(int.MinValue));
        Vector128<int> tiny = Vector128.LessThan((upper << 1) + Vector128.Create(int.MaxValue), Vector128.Create(unchecked((2 * Least) + int.MaxValue))); // 0 is the greatest
        return (halfway | tiny).ExtractMostSignificantBits() != 0;
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
