using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Backprop.Kernels;

/// <summary>Sums over lanes: 64 bytes of lanes are added in halves, i and i + 8, then i and i + 4, … (float), whatever the vector, so that the bits are the same.</summary>
internal static unsafe class LaneSums<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    /// <summary>The vectors that make 64 bytes.</summary>
    public static int Parts
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Layout.Quantum<T>() / V.Count;
    }

    /// <summary>sums[n] = Σ over lanes of the n-th vector, for as many vectors as one has lanes.</summary>
    /// <param name="from">The vectors, one after the other; overwritten where 64 bytes are several.</param>
    /// <param name="partStride">From a vector to the next part of the same 64 bytes.</param>
    /// <param name="scratch">Room for as many vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Run(T* from, nint partStride, T* scratch)
    {
        if (Avx512F.IsSupported && typeof(T) == typeof(float) && V.Count == Vector512<float>.Count)
        {
            return Unsafe.BitCast<Vector512<float>, V>(Sixteen((float*)from));
        }

        if (Avx512F.IsSupported && typeof(T) == typeof(double) && V.Count == Vector512<double>.Count)
        {
            return Unsafe.BitCast<Vector512<double>, V>(Eight((double*)from));
        }

        AddParts(from, partStride);
        Transposition.Run(from, V.Count, V.Count, V.Count, scratch, V.Count);
        for (int half = V.Count / 2; half > 0; half /= 2)
        {
            for (int n = 0; n < half; n++)
            {
                T* sum = scratch + (n * V.Count);
                (V.Load(sum) + V.Load(sum + (half * V.Count))).Store(sum);
            }
        }

        return V.Load(scratch);
    }

    private static void AddParts(T* from, nint partStride)
    {
        for (int half = Parts / 2; half > 0; half /= 2)
        {
            for (int part = 0; part < half; part++)
            {
                for (T* sum = from + (part * partStride), end = sum + (V.Count * V.Count); sum < end; sum += V.Count)
                {
                    (V.Load(sum) + V.Load(sum + (half * partStride))).Store(sum);
                }
            }
        }
    }

    /// <summary>Each level of additions halves the vectors as well as the lanes; they are taken in the order that leaves the sums in theirs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Sixteen(float* from)
    {
        Vector512<float> even = Inner(Outer(from, 0), Outer(from, 1)), odd = Inner(Outer(from, 2), Outer(from, 3));
        return Avx512F.Shuffle(even, odd, 0x88) + Avx512F.Shuffle(even, odd, 0xDD);
    }

    /// <summary>Vectors n, n + 4, n + 8 and n + 12, their sixteen lanes each added up to four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Outer(float* from, int n)
    {
        Vector512<float> a = Vector512.Load(from + (16 * n)), b = Vector512.Load(from + (16 * (n + 4)));
        Vector512<float> c = Vector512.Load(from + (16 * (n + 8))), d = Vector512.Load(from + (16 * (n + 12)));
        Vector512<float> ab = Avx512F.Shuffle4x128(a, b, 0x44) + Avx512F.Shuffle4x128(a, b, 0xEE);
        Vector512<float> cd = Avx512F.Shuffle4x128(c, d, 0x44) + Avx512F.Shuffle4x128(c, d, 0xEE);
        return Avx512F.Shuffle4x128(ab, cd, 0x88) + Avx512F.Shuffle4x128(ab, cd, 0xDD);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Inner(Vector512<float> left, Vector512<float> right) =>
        Avx512F.Shuffle(left, right, 0x44) + Avx512F.Shuffle(left, right, 0xEE);

    /// <inheritdoc cref="Sixteen"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Eight(double* from)
    {
        Vector512<double> even = Outer(from, 0), odd = Outer(from, 1);
        return Avx512F.UnpackLow(even, odd) + Avx512F.UnpackHigh(even, odd);
    }

    /// <summary>Vectors n, n + 2, n + 4 and n + 6, their eight lanes each added up to two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Outer(double* from, int n)
    {
        Vector512<double> a = Vector512.Load(from + (8 * n)), b = Vector512.Load(from + (8 * (n + 2)));
        Vector512<double> c = Vector512.Load(from + (8 * (n + 4))), d = Vector512.Load(from + (8 * (n + 6)));
        Vector512<double> ab = Avx512F.Shuffle4x128(a, b, 0x44) + Avx512F.Shuffle4x128(a, b, 0xEE);
        Vector512<double> cd = Avx512F.Shuffle4x128(c, d, 0x44) + Avx512F.Shuffle4x128(c, d, 0xEE);
        return Avx512F.Shuffle4x128(ab, cd, 0x88) + Avx512F.Shuffle4x128(ab, cd, 0xDD);
    }
}
