using System.Runtime.CompilerServices;

namespace Backprop.Kernels;

/// <summary>
/// Random numbers without state: the n-th number of a stream is a hash of (seed, stream, n), so any of them can be had at any time, on
/// any thread, after any resumption. The mixing function is SplitMix64's (Steele, Lea and Flood 2014).
/// </summary>
/// <param name="seed">What is drawn.</param>
/// <param name="stream">Which of the seed's streams.</param>
public readonly struct CounterRandom(ulong seed, ulong stream)
{
    /// <summary>How far apart what two neighbouring numbers are hashes of is.</summary>
    internal const ulong Step = 0x9E3779B97F4A7C15, FirstFactor = 0xBF58476D1CE4E5B9, SecondFactor = 0x94D049BB133111EB;

    private readonly ulong _key = Mix(Mix(seed + Step) ^ ((stream + 1) * 0xD1B54A32D192ED03));

    /// <summary>The n-th 64 bits.</summary>
    public ulong Bits(ulong n) => Mix(Counter(n));

    /// <summary>What the n-th 64 bits are the hash of: <see cref="Step"/> more from each to the next.</summary>
    internal ulong Counter(ulong n) => _key + ((n + 1) * Step);

    /// <summary>What the bits of a number of <see cref="Uniform"/> that is less than the bound are less than.</summary>
    /// <param name="bound">At least 0 and below 1.</param>
    internal static ulong Limit(double bound) => (ulong)Math.Ceiling(bound * (1UL << 53)) << 11;

    /// <summary>The n-th number, uniform in [0, 1).</summary>
    public double Uniform(ulong n) => (Bits(n) >> 11) * (1.0 / (1UL << 53));

    /// <summary>The n-th number of the standard normal distribution (Box and Muller; own log and cos, so the same bits everywhere).</summary>
    public double Normal(ulong n)
    {
        double radius = Math.Sqrt(-2 * Lane<double>.Log(new(1 - Uniform(2 * n))).Value);
        return radius * Lane<double>.Cos(new(2 * Math.PI * Uniform((2 * n) + 1))).Value;
    }

    /// <summary>The hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * FirstFactor;
        z = (z ^ (z >> 27)) * SecondFactor;
        return z ^ (z >> 31);
    }
}
