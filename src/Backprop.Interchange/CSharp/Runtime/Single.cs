internal static class Single
{
    // Operations of the formulas on float: each rounded to float, whatever the machine computes in.
    private static float Sqrt(float a) => (float)Math.Sqrt(a);

    private static float CopySign(float a, float sign) => FloatOf((BitsOf(a) & int.MaxValue) | (BitsOf(sign) & int.MinValue));

    /// <summary>2ⁿ where n + 127 stands in the lowest bits.</summary>
    private static float PowerOfTwo(float shifted) => FloatOf(BitsOf(shifted) << 23);

    /// <summary>e of a = m·2ᵉ with m from ⅔ to 4⁄3.</summary>
    private static float Exponent(float a) => (int)((uint)(BitsOf(a) + 0x00D55555) >> 23) - 127;

    private static float Mantissa(float a) => FloatOf(((BitsOf(a) + 0x00D55555) & 0x007FFFFF) + 0x3F2AAAAB);

    private static float NegateIfOdd(float a, float shifted) => FloatOf(BitsOf(a) ^ (BitsOf(shifted) << 31));

    private static int BitsOf(float a) => BitConverter.SingleToInt32Bits(a);

    private static float FloatOf(int bits) => BitConverter.Int32BitsToSingle(bits);
}
