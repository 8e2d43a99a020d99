using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Backprop.Kernels;

/// <summary>256 bits of <typeparamref name="T"/>.</summary>
internal readonly unsafe struct Lanes256<T>(Vector256<T> value) : ILanes<Lanes256<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Vector256<T> _value = value;

    public static int Count => Vector256<T>.Count;

    public T this[int lane] => _value[lane];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Load(T* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Broadcast(T value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* destination) => _value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Create(double value) => new(Vector256.Create(T.CreateTruncating(value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator +(Lanes256<T> left, Lanes256<T> right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator -(Lanes256<T> left, Lanes256<T> right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator *(Lanes256<T> left, Lanes256<T> right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator /(Lanes256<T> left, Lanes256<T> right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator -(Lanes256<T> value) => new(value._value ^ Vector256.Create(T.NegativeZero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> FusedMultiplyAdd(Lanes256<T> a, Lanes256<T> b, Lanes256<T> c) => typeof(T) == typeof(float)
        ? new(Vector256.FusedMultiplyAdd(a._value.AsSingle(), b._value.AsSingle(), c._value.AsSingle()).As<float, T>())
        : new(Vector256.FusedMultiplyAdd(a._value.AsDouble(), b._value.AsDouble(), c._value.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> IfLess(Lanes256<T> left, Lanes256<T> right, Lanes256<T> whenLess, Lanes256<T> otherwise) =>
        new(Vector256.ConditionalSelect(Vector256.LessThan(left._value, right._value), whenLess._value, otherwise._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Sqrt(Lanes256<T> value) => new(Vector256.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Abs(Lanes256<T> value) => new(Vector256.AndNot(value._value, Vector256.Create(T.NegativeZero)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> CopySign(Lanes256<T> magnitude, Lanes256<T> sign) =>
        new(Vector256.ConditionalSelect(Vector256.Create(T.NegativeZero), sign._value, magnitude._value));

    // n + 1.5·2^p + bias has n + bias in its lowest bits; the shift moves them to the exponent and drops the rest.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> PowerOfTwo(Lanes256<T> n) => typeof(T) == typeof(float)
        ? new(Vector256.ShiftLeft((n._value.AsSingle() + Vector256.Create(12582912f + 127f)).AsInt32(), 23).As<int, T>())
        : new(Vector256.ShiftLeft((n._value.AsDouble() + Vector256.Create(6755399441055744d + 1023d)).AsInt64(), 52).As<long, T>());

    // The exponent's bits under those of 2^p read as 2^p + exponent.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Exponent(Lanes256<T> x) => typeof(T) == typeof(float)
        ? new(((Vector256.ShiftRightLogical(x._value.AsInt32(), 23) | Vector256.Create(8388608f).AsInt32()).AsSingle() - Vector256.Create(8388608f + 127f)).As<float, T>())
        : new(((Vector256.ShiftRightLogical(x._value.AsInt64(), 52) | Vector256.Create(4503599627370496d).AsInt64()).AsDouble() - Vector256.Create(4503599627370496d + 1023d)).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Mantissa(Lanes256<T> x) => typeof(T) == typeof(float)
        ? new(((x._value.AsInt32() & Vector256.Create(0x007FFFFF)) | Vector256.Create(1f).AsInt32()).As<int, T>())
        : new(((x._value.AsInt64() & Vector256.Create(0x000FFFFFFFFFFFFF)) | Vector256.Create(1d).AsInt64()).As<long, T>());

    public static Lanes256<T> Exp(Lanes256<T> value) => ElementFunctions.Exp<Lanes256<T>, T>(value);

    public static Lanes256<T> ExpM1(Lanes256<T> value) => ElementFunctions.ExpM1<Lanes256<T>, T>(value);

    public static Lanes256<T> Log(Lanes256<T> value) => ElementFunctions.Log<Lanes256<T>, T>(value);

    public static Lanes256<T> LogP1(Lanes256<T> value) => ElementFunctions.LogP1<Lanes256<T>, T>(value);

    public static Lanes256<T> Tanh(Lanes256<T> value) => ElementFunctions.Tanh<Lanes256<T>, T>(value);

    public static Lanes256<T> Sigmoid(Lanes256<T> value) => ElementFunctions.Sigmoid<Lanes256<T>, T>(value);

    public static Lanes256<T> Softplus(Lanes256<T> value) => ElementFunctions.Softplus<Lanes256<T>, T>(value);

    public static Lanes256<T> Erf(Lanes256<T> value) => ElementFunctions.Erf<Lanes256<T>, T>(value);

    public static Lanes256<T> NormalCdf(Lanes256<T> value) => ElementFunctions.NormalCdf<Lanes256<T>, T>(value);

    public static Lanes256<T> Sin(Lanes256<T> value) => ElementFunctions.Sin<Lanes256<T>, T>(value);

    public static Lanes256<T> Cos(Lanes256<T> value) => ElementFunctions.Cos<Lanes256<T>, T>(value);
}
