using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Backprop.Kernels;

/// <summary>One instruction of x86 for what takes several elsewhere, with the same bits.</summary>
internal static class X86Vectors
{
    /// <summary>Whether <c>Scale</c> may be called.</summary>
    public static bool CanScale => Avx512F.VL.IsSupported;

    /// <summary>x·2ⁿ, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Scale(Vector512<float> x, Vector512<float> n) => Avx512F.Scale(x, n);

    /// <summary>left &gt; right ? left : right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Greater(Vector512<float> left, Vector512<float> right) =>
        Avx512F.IsSupported ? Avx512F.Max(left, right) : Vector512.ConditionalSelect(Vector512.GreaterThan(left, right), left, right);

    /// <summary>left &lt; right ? left : right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Lesser(Vector512<float> left, Vector512<float> right) =>
        Avx512F.IsSupported ? Avx512F.Min(left, right) : Vector512.ConditionalSelect(Vector512.LessThan(left, right), left, right);

    /// <summary>x·2ⁿ, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Scale(Vector512<double> x, Vector512<double> n) => Avx512F.Scale(x, n);

    /// <summary>left &gt; right ? left : right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Greater(Vector512<double> left, Vector512<double> right) =>
        Avx512F.IsSupported ? Avx512F.Max(left, right) : Vector512.ConditionalSelect(Vector512.GreaterThan(left, right), left, right);

    /// <summary>left &lt; right ? left : right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Lesser(Vector512<double> left, Vector512<double> right) =>
        Avx512F.IsSupported ? Avx512F.Min(left, right) : Vector512.ConditionalSelect(Vector512.LessThan(left, right), left, right);

    /// <summary>x·2ⁿ, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scale(Vector256<float> x, Vector256<float> n) => Avx512F.VL.Scale(x, n);

    /// <summary>left &gt; right ? left : right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Greater(Vector256<float> left, Vector256<float> right) =>
        Avx.IsSupported ? Avx.Max(left, right) : Vector256.ConditionalSelect(Vector256.GreaterThan(left, right), left, right);

    /// <summary>left &lt; right ? left : right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Lesser(Vector256<float> left, Vector256<float> right) =>
        Avx.IsSupported ? Avx.Min(left, right) : Vector256.ConditionalSelect(Vector256.LessThan(left, right), left, right);

    /// <summary>x·2ⁿ, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Scale(Vector256<double> x, Vector256<double> n) => Avx512F.VL.Scale(x, n);

    /// <summary>left &gt; right ? left : right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Greater(Vector256<double> left, Vector256<double> right) =>
        Avx.IsSupported ? Avx.Max(left, right) : Vector256.ConditionalSelect(Vector256.GreaterThan(left, right), left, right);

    /// <summary>left &lt; right ? left : right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Lesser(Vector256<double> left, Vector256<double> right) =>
        Avx.IsSupported ? Avx.Min(left, right) : Vector256.ConditionalSelect(Vector256.LessThan(left, right), left, right);

    /// <summary>x·2ⁿ, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Scale(Vector128<float> x, Vector128<float> n) => Avx512F.VL.Scale(x, n);

    /// <summary>left &gt; right ? left : right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Greater(Vector128<float> left, Vector128<float> right) =>
        Sse.IsSupported ? Sse.Max(left, right) : Vector128.ConditionalSelect(Vector128.GreaterThan(left, right), left, right);

    /// <summary>left &lt; right ? left : right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Lesser(Vector128<float> left, Vector128<float> right) =>
        Sse.IsSupported ? Sse.Min(left, right) : Vector128.ConditionalSelect(Vector128.LessThan(left, right), left, right);

    /// <summary>x·2ⁿ, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Scale(Vector128<double> x, Vector128<double> n) => Avx512F.VL.Scale(x, n);

    /// <summary>left &gt; right ? left : right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Greater(Vector128<double> left, Vector128<double> right) =>
        Sse2.IsSupported ? Sse2.Max(left, right) : Vector128.ConditionalSelect(Vector128.GreaterThan(left, right), left, right);

    /// <summary>left &lt; right ? left : right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Lesser(Vector128<double> left, Vector128<double> right) =>
        Sse2.IsSupported ? Sse2.Min(left, right) : Vector128.ConditionalSelect(Vector128.LessThan(left, right), left, right);
}
