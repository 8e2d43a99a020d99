using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Backprop.Kernels;

/// <summary><see cref="CounterRandom.Mix"/> of a vector of counters at once.</summary>
internal static unsafe class CounterVectors
{
    /// <summary>All bits of a lane of 64 bits where the hash of counters[lane] + offset is below the limit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AreBelow(ulong* counters, ulong offset, ulong limit, out Vector512<double> below)
    {
        Vector512<ulong> z = Vector512.Load(counters) + Vector512.Create(offset);
        z = (z ^ Vector512.ShiftRightLogical(z, 30)) * Vector512.Create(CounterRandom.FirstFactor);
        z = (z ^ Vector512.ShiftRightLogical(z, 27)) * Vector512.Create(CounterRandom.SecondFactor);
        below = Vector512.LessThan(z ^ Vector512.ShiftRightLogical(z, 31), Vector512.Create(limit)).AsDouble();
    }

    /// <summary>The same of twice as many lanes of 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AreBelow(ulong* counters, ulong offset, ulong limit, out Vector512<float> below)
    {
        AreBelow(counters, offset, limit, out Vector512<double> lower);
        AreBelow(counters + Vector512<ulong>.Count, offset, limit, out Vector512<double> upper);
        below = Vector512.Narrow(lower.AsUInt64(), upper.AsUInt64()).AsSingle();
    }

    /// <summary>All bits of a lane of 64 bits where the hash of counters[lane] + offset is below the limit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AreBelow(ulong* counters, ulong offset, ulong limit, out Vector256<double> below)
    {
        Vector256<ulong> z = Vector256.Load(counters) + Vector256.Create(offset);
        z = (z ^ Vector256.ShiftRightLogical(z, 30)) * Vector256.Create(CounterRandom.FirstFactor);
        z = (z ^ Vector256.ShiftRightLogical(z, 27)) * Vector256.Create(CounterRandom.SecondFactor);
        below = Vector256.LessThan(z ^ Vector256.ShiftRightLogical(z, 31), Vector256.Create(limit)).AsDouble();
    }

    /// <summary>The same of twice as many lanes of 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AreBelow(ulong* counters, ulong offset, ulong limit, out Vector256<float> below)
    {
        AreBelow(counters, offset, limit, out Vector256<double> lower);
        AreBelow(counters + Vector256<ulong>.Count, offset, limit, out Vector256<double> upper);
        below = Vector256.Narrow(lower.AsUInt64(), upper.AsUInt64()).AsSingle();
    }

    /// <summary>All bits of a lane of 64 bits where the hash of counters[lane] + offset is below the limit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AreBelow(ulong* counters, ulong offset, ulong limit, out Vector128<double> below)
    {
        Vector128<ulong> z = Vector128.Load(counters) + Vector128.Create(offset);
        z = (z ^ Vector128.ShiftRightLogical(z, 30)) * Vector128.Create(CounterRandom.FirstFactor);
        z = (z ^ Vector128.ShiftRightLogical(z, 27)) * Vector128.Create(CounterRandom.SecondFactor);
        below = Vector128.LessThan(z ^ Vector128.ShiftRightLogical(z, 31), Vector128.Create(limit)).AsDouble();
    }

    /// <summary>The same of twice as many lanes of 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AreBelow(ulong* counters, ulong offset, ulong limit, out Vector128<float> below)
    {
        AreBelow(counters, offset, limit, out Vector128<double> lower);
        AreBelow(counters + Vector128<ulong>.Count, offset, limit, out Vector128<double> upper);
        below = Vector128.Narrow(lower.AsUInt64(), upper.AsUInt64()).AsSingle();
    }
}
