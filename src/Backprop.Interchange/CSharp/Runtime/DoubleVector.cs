internal static class DoubleVector
{
    private static Vector<double> Negate(Vector<double> a) => Vector.AsVectorDouble(Vector.AsVectorInt64(a) ^ Vector.Create(long.MinValue)); // 0 becomes -0

    private static Vector<double> CopySign(Vector<double> a, Vector<double> sign) => Vector.ConditionalSelect(Vector.Create(long.MinValue), sign, a);

    private static Vector<double> PowerOfTwo(Vector<double> shifted) => Vector.AsVectorDouble(Vector.ShiftLeft(Vector.AsVectorInt64(shifted), 52));

    private static Vector<double> Exponent(Vector<double> a) => Vector.ConvertToDouble(Vector.ShiftRightLogical(Vector.AsVectorInt64(a) + Vector.Create(0x00095F619980C433), 52)) - Vector.Create(1023.0);

    private static Vector<double> Mantissa(Vector<double> a) => Vector.AsVectorDouble(((Vector.AsVectorInt64(a) + Vector.Create(0x00095F619980C433)) & Vector.Create(0x000FFFFFFFFFFFFF)) + Vector.Create(0x3FE6A09E667F3BCD));

    private static Vector<double> NegateIfOdd(Vector<double> a, Vector<double> shifted) => Vector.AsVectorDouble(Vector.AsVectorInt64(a) ^ Vector.ShiftLeft(Vector.AsVectorInt64(shifted), 63));
}
