using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Backprop.Kernels;

/// <summary>128 bits of <typeparamref name="T"/>.</summary>
internal readonly unsafe struct Lanes128<T>(Vector128<T> value) : ILanes<Lanes128<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Vector128<T> _value = value;

    public static int Count => Vector128<T>.Count;

    public T this[int lane] => _value[lane];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Load(T* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Broadcast(T value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* destination) => _value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Create(double value) => new(Vector128.Create(T.CreateTruncating(value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator +(Lanes128<T> left, Lanes128<T> right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator -(Lanes128<T> left, Lanes128<T> right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator *(Lanes128<T> left, Lanes128<T> right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator /(Lanes128<T> left, Lanes128<T> right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator -(Lanes128<T> value) => new(value._value ^ Vector128.Create(T.NegativeZero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> FusedMultiplyAdd(Lanes128<T> a, Lanes128<T> b, Lanes128<T> c) => typeof(T) == typeof(float)
        ? new(Vector128.FusedMultiplyAdd(a._value.AsSingle(), b._value.AsSingle(), c._value.AsSingle()).As<float, T>())
        : new(Vector128.FusedMultiplyAdd(a._value.AsDouble(), b._value.AsDouble(), c._value.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> IfLess(Lanes128<T> left, Lanes128<T> right, Lanes128<T> whenLess, Lanes128<T> otherwise) =>
        new(Vector128.ConditionalSelect(Vector128.LessThan(left._value, right._value), whenLess._value, otherwise._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Sqrt(Lanes128<T> value) => new(Vector128.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Abs(Lanes128<T> value) => new(Vector128.AndNot(value._value, Vector128.Create(T.NegativeZero)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> CopySign(Lanes128<T> magnitude, Lanes128<T> sign) =>
        new(Vector128.ConditionalSelect(Vector128.Create(T.NegativeZero), sign._value, magnitude._value));

    // n + 1.5·2^p + bias has n + bias in its lowest bits; the shift moves them to the exponent and drops the rest.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> PowerOfTwo(Lanes128<T> n) => typeof(T) == typeof(float)
        ? new(Vector128.ShiftLeft((n._value.AsSingle() + Vector128.Create(12582912f + 127f)).AsInt32(), 23).As<int, T>())
        : new(Vector128.ShiftLeft((n._value.AsDouble() + Vector128.Create(6755399441055744d + 1023d)).AsInt64(), 52).As<long, T>());

    // The exponent's bits under those of 2^p read as 2^p + exponent.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Exponent(Lanes128<T> x) => typeof(T) == typeof(float)
        ? new(((Vector128.ShiftRightLogical(x._value.AsInt32(), 23) | Vector128.Create(8388608f).AsInt32()).AsSingle() - Vector128.Create(8388608f + 127f)).As<float, T>())
        : new(((Vector128.ShiftRightLogical(x._value.AsInt64(), 52) | Vector128.Create(4503599627370496d).AsInt64()).AsDouble() - Vector128.Create(4503599627370496d + 1023d)).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Mantissa(Lanes128<T> x) => typeof(T) == typeof(float)
        ? new(((x._value.AsInt32() & Vector128.Create(0x007FFFFF)) | Vector128.Create(1f).AsInt32()).As<int, T>())
        : new(((x._value.AsInt64() & Vector128.Create(0x000FFFFFFFFFFFFF)) | Vector128.Create(1d).AsInt64()).As<long, T>());

    public static Lanes128<T> Exp(Lanes128<T> value) => ElementFunctions.Exp<Lanes128<T>, T>(value);

    public static Lanes128<T> ExpM1(Lanes128<T> value) => ElementFunctions.ExpM1<Lanes128<T>, T>(value);

    public static Lanes128<T> Log(Lanes128<T> value) => ElementFunctions.Log<Lanes128<T>, T>(value);

    public static Lanes128<T> LogP1(Lanes128<T> value) => ElementFunctions.LogP1<Lanes128<T>, T>(value);

    public static Lanes128<T> Tanh(Lanes128<T> value) => ElementFunctions.Tanh<Lanes128<T>, T>(value);

    public static Lanes128<T> Sigmoid(Lanes128<T> value) => ElementFunctions.Sigmoid<Lanes128<T>, T>(value);

    public static Lanes128<T> Softplus(Lanes128<T> value) => ElementFunctions.Softplus<Lanes128<T>, T>(value);

    public static Lanes128<T> Erf(Lanes128<T> value) => ElementFunctions.Erf<Lanes128<T>, T>(value);

    public static Lanes128<T> NormalCdf(Lanes128<T> value) => ElementFunctions.NormalCdf<Lanes128<T>, T>(value);

    public static Lanes128<T> Sin(Lanes128<T> value) => ElementFunctions.Sin<Lanes128<T>, T>(value);

    public static Lanes128<T> Cos(Lanes128<T> value) => ElementFunctions.Cos<Lanes128<T>, T>(value);
}
