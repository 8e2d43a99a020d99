using System.Numerics;
using System.Runtime.CompilerServices;

namespace Backprop.Kernels;

/// <summary>One number: the path without vectors, and the scalar arithmetic of everything outside the loops.</summary>
internal readonly unsafe struct Lane<T>(T value) : ILanes<Lane<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public readonly T Value = value;

    public static int Count => 1;

    public static int TileRows => 4;

    public static Lane<T> Load(T* source) => new(*source);

    public static Lane<T> Broadcast(T value) => new(value);

    public void Store(T* destination) => *destination = Value;

    public static Lane<T> Create(double value) => new(T.CreateTruncating(value));

    public static Lane<T> operator +(Lane<T> left, Lane<T> right) => new(left.Value + right.Value);

    public static Lane<T> operator -(Lane<T> left, Lane<T> right) => new(left.Value - right.Value);

    public static Lane<T> operator *(Lane<T> left, Lane<T> right) => new(left.Value * right.Value);

    public static Lane<T> operator /(Lane<T> left, Lane<T> right) => new(left.Value / right.Value);

    public static Lane<T> operator -(Lane<T> value) => new(-value.Value);

    public static Lane<T> FusedMultiplyAdd(Lane<T> a, Lane<T> b, Lane<T> c) => new(T.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    public static Lane<T> IfLess(Lane<T> left, Lane<T> right, Lane<T> whenLess, Lane<T> otherwise) => left.Value < right.Value ? whenLess : otherwise;

    public static bool EqualsAll(Lane<T> left, Lane<T> right) => left.Value == right.Value;

    public static Lane<T> Sqrt(Lane<T> value) => new(T.Sqrt(value.Value));

    public static Lane<T> Abs(Lane<T> value) => new(T.Abs(value.Value));

    public static Lane<T> CopySign(Lane<T> magnitude, Lane<T> sign) => new(T.CopySign(magnitude.Value, sign.Value));

    public static Lane<T> PowerOfTwo(Lane<T> shifted) => typeof(T) == typeof(float)
        ? new(Unsafe.BitCast<int, T>(Unsafe.BitCast<T, int>(shifted.Value) << SingleFormat.MantissaBits))
        : new(Unsafe.BitCast<long, T>(Unsafe.BitCast<T, long>(shifted.Value) << DoubleFormat.MantissaBits));

    public static Lane<T> Scale(Lane<T> x, Lane<T> n) => ElementFunctions.ScaleTwice<Lane<T>, T>(x, n);

    public static Lane<T> Exponent(Lane<T> x) => typeof(T) == typeof(float)
        ? Create(((Unsafe.BitCast<T, int>(x.Value) + SingleFormat.ToUnitMantissa) >>> SingleFormat.MantissaBits) - (double)SingleFormat.Bias)
        : Create(((Unsafe.BitCast<T, long>(x.Value) + DoubleFormat.ToUnitMantissa) >>> DoubleFormat.MantissaBits) - DoubleFormat.Bias);

    public static Lane<T> Mantissa(Lane<T> x) => typeof(T) == typeof(float)
        ? new(Unsafe.BitCast<int, T>(((Unsafe.BitCast<T, int>(x.Value) + SingleFormat.ToUnitMantissa) & SingleFormat.MantissaMask) + SingleFormat.LeastMantissa))
        : new(Unsafe.BitCast<long, T>(((Unsafe.BitCast<T, long>(x.Value) + DoubleFormat.ToUnitMantissa) & DoubleFormat.MantissaMask) + DoubleFormat.LeastMantissa));

    public static Lane<T> NegateIfOdd(Lane<T> x, Lane<T> shifted) => typeof(T) == typeof(float)
        ? new(Unsafe.BitCast<int, T>(Unsafe.BitCast<T, int>(x.Value) ^ (Unsafe.BitCast<T, int>(shifted.Value) << SingleFormat.SignBit)))
        : new(Unsafe.BitCast<long, T>(Unsafe.BitCast<T, long>(x.Value) ^ (Unsafe.BitCast<T, long>(shifted.Value) << DoubleFormat.SignBit)));

    public static Lane<T> ZeroIfBelow(ulong* counters, ulong offset, ulong limit, Lane<T> x) => CounterRandom.Mix(*counters + offset) < limit ? new(T.Zero) : x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<T> Exp(Lane<T> value) => ElementFunctions.Exp<Lane<T>, T>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<T> ExpM1(Lane<T> value) => ElementFunctions.ExpM1<Lane<T>, T>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<T> Log(Lane<T> value) => ElementFunctions.Log<Lane<T>, T>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<T> LogP1(Lane<T> value) => ElementFunctions.LogP1<Lane<T>, T>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<T> Tanh(Lane<T> value) => ElementFunctions.Tanh<Lane<T>, T>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<T> Sigmoid(Lane<T> value) => ElementFunctions.Sigmoid<Lane<T>, T>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<T> Softplus(Lane<T> value) => ElementFunctions.Softplus<Lane<T>, T>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<T> Erf(Lane<T> value) => ElementFunctions.Erf<Lane<T>, T>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<T> NormalCdf(Lane<T> value) => ElementFunctions.NormalCdf<Lane<T>, T>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<T> Sin(Lane<T> value) => ElementFunctions.Sin<Lane<T>, T>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane<T> Cos(Lane<T> value) => ElementFunctions.Cos<Lane<T>, T>(value);
}
