using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Backprop.Kernels;

/// <summary>512 bits of <typeparamref name="T"/>.</summary>
internal readonly unsafe struct Lanes512<T>(Vector512<T> value) : ILanes<Lanes512<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Vector512<T> _value = value;

    public static int Count => Vector512<T>.Count;

    public T this[int lane] => _value[lane];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Load(T* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Broadcast(T value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* destination) => _value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Create(double value) => new(Vector512.Create(T.CreateTruncating(value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator +(Lanes512<T> left, Lanes512<T> right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator -(Lanes512<T> left, Lanes512<T> right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator *(Lanes512<T> left, Lanes512<T> right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator /(Lanes512<T> left, Lanes512<T> right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator -(Lanes512<T> value) => new(value._value ^ Vector512.Create(T.NegativeZero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> FusedMultiplyAdd(Lanes512<T> a, Lanes512<T> b, Lanes512<T> c) => typeof(T) == typeof(float)
        ? new(Vector512.FusedMultiplyAdd(a._value.AsSingle(), b._value.AsSingle(), c._value.AsSingle()).As<float, T>())
        : new(Vector512.FusedMultiplyAdd(a._value.AsDouble(), b._value.AsDouble(), c._value.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> IfLess(Lanes512<T> left, Lanes512<T> right, Lanes512<T> whenLess, Lanes512<T> otherwise) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(left._value, right._value), whenLess._value, otherwise._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Sqrt(Lanes512<T> value) => new(Vector512.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Abs(Lanes512<T> value) => new(Vector512.AndNot(value._value, Vector512.Create(T.NegativeZero)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> CopySign(Lanes512<T> magnitude, Lanes512<T> sign) =>
        new(Vector512.ConditionalSelect(Vector512.Create(T.NegativeZero), sign._value, magnitude._value));

    // n + 1.5·2^p + bias has n + bias in its lowest bits; the shift moves them to the exponent and drops the rest.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> PowerOfTwo(Lanes512<T> n) => typeof(T) == typeof(float)
        ? new(Vector512.ShiftLeft((n._value.AsSingle() + Vector512.Create(12582912f + 127f)).AsInt32(), 23).As<int, T>())
        : new(Vector512.ShiftLeft((n._value.AsDouble() + Vector512.Create(6755399441055744d + 1023d)).AsInt64(), 52).As<long, T>());

    // The exponent's bits under those of 2^p read as 2^p + exponent.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Exponent(Lanes512<T> x) => typeof(T) == typeof(float)
        ? new(((Vector512.ShiftRightLogical(x._value.AsInt32(), 23) | Vector512.Create(8388608f).AsInt32()).AsSingle() - Vector512.Create(8388608f + 127f)).As<float, T>())
        : new(((Vector512.ShiftRightLogical(x._value.AsInt64(), 52) | Vector512.Create(4503599627370496d).AsInt64()).AsDouble() - Vector512.Create(4503599627370496d + 1023d)).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Mantissa(Lanes512<T> x) => typeof(T) == typeof(float)
        ? new(((x._value.AsInt32() & Vector512.Create(0x007FFFFF)) | Vector512.Create(1f).AsInt32()).As<int, T>())
        : new(((x._value.AsInt64() & Vector512.Create(0x000FFFFFFFFFFFFF)) | Vector512.Create(1d).AsInt64()).As<long, T>());

    public static Lanes512<T> Exp(Lanes512<T> value) => ElementFunctions.Exp<Lanes512<T>, T>(value);

    public static Lanes512<T> ExpM1(Lanes512<T> value) => ElementFunctions.ExpM1<Lanes512<T>, T>(value);

    public static Lanes512<T> Log(Lanes512<T> value) => ElementFunctions.Log<Lanes512<T>, T>(value);

    public static Lanes512<T> LogP1(Lanes512<T> value) => ElementFunctions.LogP1<Lanes512<T>, T>(value);

    public static Lanes512<T> Tanh(Lanes512<T> value) => ElementFunctions.Tanh<Lanes512<T>, T>(value);

    public static Lanes512<T> Sigmoid(Lanes512<T> value) => ElementFunctions.Sigmoid<Lanes512<T>, T>(value);

    public static Lanes512<T> Softplus(Lanes512<T> value) => ElementFunctions.Softplus<Lanes512<T>, T>(value);

    public static Lanes512<T> Erf(Lanes512<T> value) => ElementFunctions.Erf<Lanes512<T>, T>(value);

    public static Lanes512<T> NormalCdf(Lanes512<T> value) => ElementFunctions.NormalCdf<Lanes512<T>, T>(value);

    public static Lanes512<T> Sin(Lanes512<T> value) => ElementFunctions.Sin<Lanes512<T>, T>(value);

    public static Lanes512<T> Cos(Lanes512<T> value) => ElementFunctions.Cos<Lanes512<T>, T>(value);
}
