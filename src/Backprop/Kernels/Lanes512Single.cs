using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Backprop.Kernels;

/// <summary>
/// 512 bits of float. The other widths, and double, are made of this file by the build (see the project file): one type for each, not one
/// generic type, because what a method may inline is counted in the code that it looks at, and a formula is many small methods.
/// </summary>
internal readonly unsafe struct Lanes512Single(Vector512<float> value) : ILanes<Lanes512Single, float>
{
    private readonly Vector512<float> _value = value;

    public static int Count => Vector512<float>.Count;

    public static int TileRows => 12;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single Broadcast(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* destination) => _value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single Create(double value) => new(Vector512.Create((float)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single operator +(Lanes512Single left, Lanes512Single right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single operator -(Lanes512Single left, Lanes512Single right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single operator *(Lanes512Single left, Lanes512Single right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single operator /(Lanes512Single left, Lanes512Single right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single operator -(Lanes512Single value) => new(value._value ^ Vector512.Create(float.NegativeZero));

    // Asked here: what is not supported is left out before it counts as code to inline.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single FusedMultiplyAdd(Lanes512Single a, Lanes512Single b, Lanes512Single c) => new(Sse2.IsSupported && !Fma.IsSupported
        ? FusedVectors.InSoftware(a._value, b._value, c._value)
        : Vector512.FusedMultiplyAdd(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single IfLess(Lanes512Single left, Lanes512Single right, Lanes512Single whenLess, Lanes512Single otherwise) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(left._value, right._value), whenLess._value, otherwise._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool EqualsAll(Lanes512Single left, Lanes512Single right) => Vector512.EqualsAll(left._value, right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single Sqrt(Lanes512Single value) => new(Vector512.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single Abs(Lanes512Single value) => new(Vector512.AndNot(value._value, Vector512.Create(float.NegativeZero)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single CopySign(Lanes512Single magnitude, Lanes512Single sign) =>
        new(Vector512.ConditionalSelect(Vector512.Create(float.NegativeZero), sign._value, magnitude._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single Max(Lanes512Single a, Lanes512Single b) => new(X86Vectors.Greater(b._value, a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single Min(Lanes512Single a, Lanes512Single b) => new(X86Vectors.Lesser(b._value, a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single PowerOfTwo(Lanes512Single shifted) => new(Vector512.ShiftLeft(shifted._value.AsInt32(), SingleFormat.MantissaBits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single Scale(Lanes512Single x, Lanes512Single n) =>
        X86Vectors.CanScale ? new(X86Vectors.Scale(x._value, n._value)) : ElementFunctions.ScaleTwice<Lanes512Single, float>(x, n);

    // The exponent's bits under those of 2^p read as 2^p + exponent.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single Exponent(Lanes512Single x) =>
        new((Vector512.ShiftRightLogical(x._value.AsInt32() + Vector512.Create(SingleFormat.ToUnitMantissa), SingleFormat.MantissaBits) | Vector512.Create(SingleFormat.UnitSpacing).AsInt32()).AsSingle() - Vector512.Create(SingleFormat.UnitSpacing + SingleFormat.Bias));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single Mantissa(Lanes512Single x) =>
        new((((x._value.AsInt32() + Vector512.Create(SingleFormat.ToUnitMantissa)) & Vector512.Create(SingleFormat.MantissaMask)) + Vector512.Create(SingleFormat.LeastMantissa)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single NegateIfOdd(Lanes512Single x, Lanes512Single shifted) =>
        new((x._value.AsInt32() ^ Vector512.ShiftLeft(shifted._value.AsInt32(), SingleFormat.SignBit)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single ZeroIfBelow(ulong* counters, ulong offset, ulong limit, Lanes512Single x)
    {
        CounterVectors.AreBelow(counters, offset, limit, out Vector512<float> below);
        return new(Vector512.AndNot(x._value, below));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single Exp(Lanes512Single value) => ElementFunctions.Exp<Lanes512Single, float>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single ExpM1(Lanes512Single value) => ElementFunctions.ExpM1<Lanes512Single, float>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single Log(Lanes512Single value) => ElementFunctions.Log<Lanes512Single, float>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single LogP1(Lanes512Single value) => ElementFunctions.LogP1<Lanes512Single, float>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single Tanh(Lanes512Single value) => ElementFunctions.Tanh<Lanes512Single, float>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single Sigmoid(Lanes512Single value) => ElementFunctions.Sigmoid<Lanes512Single, float>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single Softplus(Lanes512Single value) => ElementFunctions.Softplus<Lanes512Single, float>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single Erf(Lanes512Single value) => ElementFunctions.Erf<Lanes512Single, float>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single NormalCdf(Lanes512Single value) => ElementFunctions.NormalCdf<Lanes512Single, float>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single Sin(Lanes512Single value) => ElementFunctions.Sin<Lanes512Single, float>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512Single Cos(Lanes512Single value) => ElementFunctions.Cos<Lanes512Single, float>(value);
}
