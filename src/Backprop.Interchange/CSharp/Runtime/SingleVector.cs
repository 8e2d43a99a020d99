internal static class SingleVector
{
    private static Vector<float> Negate(Vector<float> a) => Vector.AsVectorSingle(Vector.AsVectorInt32(a) ^ Vector.Create(int.MinValue)); // 0 becomes -0

    private static Vector<float> CopySign(Vector<float> a, Vector<float> sign) => Vector.ConditionalSelect(Vector.Create(int.MinValue), sign, a);

    private static Vector<float> PowerOfTwo(Vector<float> shifted) => Vector.AsVectorSingle(Vector.ShiftLeft(Vector.AsVectorInt32(shifted), 23));

    private static Vector<float> Exponent(Vector<float> a) => Vector.ConvertToSingle(Vector.ShiftRightLogical(Vector.AsVectorInt32(a) + Vector.Create(0x00D55555), 23)) - Vector.Create(127f);

    private static Vector<float> Mantissa(Vector<float> a) => Vector.AsVectorSingle(((Vector.AsVectorInt32(a) + Vector.Create(0x00D55555)) & Vector.Create(0x007FFFFF)) + Vector.Create(0x3F2AAAAB));

    private static Vector<float> NegateIfOdd(Vector<float> a, Vector<float> shifted) => Vector.AsVectorSingle(Vector.AsVectorInt32(a) ^ Vector.ShiftLeft(Vector.AsVectorInt32(shifted), 31));
}
