internal static class Fused
{
    /// <summary>a·b + c, rounded once, whether the machine and the framework have it or not.</summary>
    private static float Fma(float a, float b, float c)
    {
#if NETCOREAPP3_0_OR_GREATER
        return MathF.FusedMultiplyAdd(a, b, c);
#else
        // The product is exact in double. The sum is rounded to odd there, which leaves what a float has to be rounded by.
        return (float)OddSum((double)a * b, c);
#endif
    }

    /// <inheritdoc cref="Fma(float, float, float)"/>
    private static double Fma(double a, double b, double c)
    {
#if NETCOREAPP3_0_OR_GREATER
        return Math.FusedMultiplyAdd(a, b, c);
#else
        if (!IsFinite(a) || !IsFinite(b) || a == 0 || b == 0)
        {
            return (a * b) + c;
        }

        if (c == 0 || !IsFinite(c))
        {
            return c == 0 ? a * b : c;
        }

        // a and b as numbers of [1, 2) by a power of two, c by the same: nothing of it is lost unless it cannot count.
        int exponent = Split(ref a) + Split(ref b), ofC = Split(ref c) - exponent;
        if (ofC > 120)
        {
            return ScaledBy(c, ofC + exponent);
        }

        c = ScaledBy(c, Math.Max(ofC, -200)); // what is less than the product's last place counts by its sign alone

        // Boldo and Melquiond, Emulation of FMA and correctly rounded sums, 2008
        double high = a * b, low = ProductError(a, b, high);
        double middle = c + low, rest = SumError(c, low, middle);
        double top = high + middle, lost = SumError(high, middle, top);
        double odd = OddSum(rest, lost), sum = top + odd;
        if (sum == 0 || exponent + Exponent2(sum) >= -1022)
        {
            return ScaledBy(sum, exponent);
        }

        // A subnormal result has fewer bits: the sum is rounded at the place where they end.
        double shift = CopySign(ScaledBy(1, -1022 - exponent), sum);
        double shifted = shift + top, left = SumError(shift, top, shifted);
        double rounded = (shifted + OddSum(left, odd)) - shift;
        return rounded == 0 ? CopySign(0, sum) : ScaledBy(rounded, exponent);
#endif
    }

#if !NETCOREAPP3_0_OR_GREATER
    /// <summary>x + y, or the odd one of the two neighbours between which it lies: cut off towards 0, with the last bit set.</summary>
    private static double OddSum(double x, double y)
    {
        double sum = x + y, lost = SumError(x, y, sum);
        if (!(Math.Abs(lost) > 0))
        {
            return sum;
        }

        long bits = BitConverter.DoubleToInt64Bits(sum), ofLost = BitConverter.DoubleToInt64Bits(lost);
        return BitConverter.Int64BitsToDouble((bits - (long)((ulong)(bits ^ ofLost) >> 63)) | 1);
    }

    /// <summary>What rounding took from x + y.</summary>
    private static double SumError(double x, double y, double sum)
    {
        double part = sum - x;
        return (x - (sum - part)) + (y - part);
    }

    /// <summary>What rounding took from x·y, for both from 1 to 2.</summary>
    private static double ProductError(double x, double y, double product)
    {
        double xHigh = Upper(x), yHigh = Upper(y), xLow = x - xHigh, yLow = y - yHigh;
        return (((xHigh * yHigh) - product) + (xHigh * yLow) + (xLow * yHigh)) + (xLow * yLow);
    }

    /// <summary>The upper 26 bits.</summary>
    private static double Upper(double x)
    {
        double shifted = 134217729 * x;
        return shifted - (shifted - x);
    }

    /// <summary>x becomes a number from 1 to 2 (or from −2 to −1) that is it by the power of two returned. Not of 0.</summary>
    private static int Split(ref double x)
    {
        int exponent = Exponent2(x);
        x = ScaledBy(x, -exponent);
        return exponent;
    }

    private static int Exponent2(double x)
    {
        int exponent = (int)((BitConverter.DoubleToInt64Bits(x) >> 52) & 0x7FF);
        return exponent != 0 ? exponent - 1023 : (int)((BitConverter.DoubleToInt64Bits(x * 18014398509481984) >> 52) & 0x7FF) - 1023 - 54;
    }

    /// <summary>x·2ⁿ, where it is a double.</summary>
    private static double ScaledBy(double x, int n)
    {
        for (; n > 1000; n -= 1000)
        {
            x *= 1.0715086071862673e301; // 2^1000
        }

        for (; n < -1000; n += 1000)
        {
            x *= 9.3326361850321888e-302;
        }

        return x * BitConverter.Int64BitsToDouble((long)(n + 1023) << 52);
    }

    private static bool IsFinite(double x) => !(double.IsNaN(x) || double.IsInfinity(x));
#endif
}
