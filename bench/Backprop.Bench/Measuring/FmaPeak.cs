using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Backprop.Bench.Measuring;

/// <summary>The most float32 fused multiply-adds that the machine does, from registers alone: what every product is measured against.</summary>
internal static class FmaPeak
{
    /// <summary>Independent chains: latency (4) times instructions a cycle (2), and some more; they fit into the 16 registers of AVX2.</summary>
    private const int Chains = 12;

    private const int Iterations = 100_000;

    private static float s_sink;
    private static long s_number;

    /// <summary>Of the widest vectors.</summary>
    public static int Lanes { get; } = Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;

    /// <summary>Keeps so many cores busy; the unit of work is the same on each.</summary>
    public static Contestant On(int threads) => new("FMA peak", threads, count => Run(count, threads));

    /// <summary>10⁹ floating-point operations a second in the fastest round.</summary>
    public static double GigaflopsOf(Timing timing) => 2.0 * Chains * Iterations * Lanes * timing.Threads / timing.Min / 1e3;

    /// <summary>Float32 fused multiply-adds a second on one core, in vectors of so many lanes: the best of some short trials.</summary>
    public static double PerSecond(int lanes)
    {
        const int Trials = 200, Count = 1; // short, so that some trials are not interrupted
        double best = 0;
        for (int trial = 0; trial < Trials; trial++)
        {
            long begin = Stopwatch.GetTimestamp();
            Loop(Count, lanes);
            best = Math.Max(best, (double)Count * Chains * Iterations * lanes / Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }

        return best;
    }

    /// <summary>Cycles a second on one core while it adds: a chain of additions, each of which takes one.</summary>
    public static double CyclesPerSecond()
    {
        const int Trials = 200, Count = 100_000;
        double best = 0;
        for (int trial = 0; trial < Trials; trial++)
        {
            long begin = Stopwatch.GetTimestamp();
            s_number = Additions(Count, s_number);
            best = Math.Max(best, 8.0 * Count / Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }

        return best;
    }

    /// <summary>Eight operations of a cycle each, one waiting for the other.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static long Additions(int count, long x)
    {
        for (long n = 0; n < count; n++)
        {
            x = ((x + n) ^ n) + n;
            x = ((x ^ n) + n) ^ n;
            x = (x + n) ^ n;
        }

        return x;
    }

    private static void Run(int count, int threads)
    {
        Thread[] helpers = [.. Enumerable.Range(1, threads - 1).Select(_ => new Thread(() => Loop(count, Lanes)))];
        foreach (Thread helper in helpers)
        {
            helper.Start();
        }

        Loop(count, Lanes);
        foreach (Thread helper in helpers)
        {
            helper.Join();
        }
    }

    private static void Loop(int count, int lanes)
    {
        for (int n = 0; n < count; n++)
        {
            s_sink = lanes switch
            {
                16 => Chain<Vector512<float>, Fma512>(),
                8 => Chain<Vector256<float>, Fma256>(),
                _ => Chain<Vector128<float>, Fma128>(),
            };
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float Chain<V, F>() where F : struct, IFma<V>
    {
        V a = F.Create(0.999f), b = F.Create(0.001f);
        V c0 = a, c1 = a, c2 = a, c3 = a, c4 = a, c5 = a, c6 = a, c7 = a, c8 = a, c9 = a, c10 = a, c11 = a;
        for (int i = 0; i < Iterations; i++)
        {
            c0 = F.Apply(c0, a, b);
            c1 = F.Apply(c1, a, b);
            c2 = F.Apply(c2, a, b);
            c3 = F.Apply(c3, a, b);
            c4 = F.Apply(c4, a, b);
            c5 = F.Apply(c5, a, b);
            c6 = F.Apply(c6, a, b);
            c7 = F.Apply(c7, a, b);
            c8 = F.Apply(c8, a, b);
            c9 = F.Apply(c9, a, b);
            c10 = F.Apply(c10, a, b);
            c11 = F.Apply(c11, a, b);
        }

        c0 = F.Apply(F.Apply(c0, c1, c2), F.Apply(c3, c4, c5), F.Apply(c6, c7, c8));
        return F.First(F.Apply(c0, F.Apply(c9, c10, c11), b));
    }

    private interface IFma<V>
    {
        static abstract V Create(float value);

        static abstract V Apply(V a, V b, V c);

        static abstract float First(V value);
    }

    private readonly struct Fma512 : IFma<Vector512<float>>
    {
        public static Vector512<float> Create(float value) => Vector512.Create(value);

        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Vector512.FusedMultiplyAdd(a, b, c);

        public static float First(Vector512<float> value) => value[0];
    }

    private readonly struct Fma256 : IFma<Vector256<float>>
    {
        public static Vector256<float> Create(float value) => Vector256.Create(value);

        public static Vector256<float> Apply(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Vector256.FusedMultiplyAdd(a, b, c);

        public static float First(Vector256<float> value) => value[0];
    }

    private readonly struct Fma128 : IFma<Vector128<float>>
    {
        public static Vector128<float> Create(float value) => Vector128.Create(value);

        public static Vector128<float> Apply(Vector128<float> a, Vector128<float> b, Vector128<float> c) => Vector128.FusedMultiplyAdd(a, b, c);

        public static float First(Vector128<float> value) => value[0];
    }
}
