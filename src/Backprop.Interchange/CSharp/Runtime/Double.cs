internal static class Double
{
    // Operations of the formulas on double.
    private static double Sqrt(double a) => Math.Sqrt(a);

    private static double CopySign(double a, double sign) => DoubleOf((BitsOf(a) & long.MaxValue) | (BitsOf(sign) & long.MinValue));

    /// <summary>2ⁿ where n + 1023 stands in the lowest bits.</summary>
    private static double PowerOfTwo(double shifted) => DoubleOf(BitsOf(shifted) << 52);

    /// <summary>e of a = m·2ᵉ with m from √½ to √2.</summary>
    private static double Exponent(double a) => (long)((ulong)(BitsOf(a) + 0x00095F619980C433) >> 52) - 1023.0;

    private static double Mantissa(double a) => DoubleOf(((BitsOf(a) + 0x00095F619980C433) & 0x000FFFFFFFFFFFFF) + 0x3FE6A09E667F3BCD);

    private static double NegateIfOdd(double a, double shifted) => DoubleOf(BitsOf(a) ^ (BitsOf(shifted) << 63));

    private static long BitsOf(double a) => BitConverter.DoubleToInt64Bits(a);

    private static double DoubleOf(long bits) => BitConverter.Int64BitsToDouble(bits);
}
