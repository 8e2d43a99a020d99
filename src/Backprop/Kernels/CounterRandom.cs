namespace Backprop.Kernels;

/// <summary>
/// Random numbers without state: the n-th number of a stream is a hash of (seed, stream, n), so any of them can be had at any time, on
/// any thread, after any resumption. The mixing function is SplitMix64's (Steele, Lea and Flood 2014).
/// </summary>
/// <param name="seed">What is drawn.</param>
/// <param name="stream">Which of the seed's streams.</param>
public readonly struct CounterRandom(ulong seed, ulong stream)
{
    private readonly ulong _key = Mix(Mix(seed + 0x9E3779B97F4A7C15) ^ ((stream + 1) * 0xD1B54A32D192ED03));

    /// <summary>The n-th 64 bits.</summary>
    public ulong Bits(ulong n) => Mix(_key + ((n + 1) * 0x9E3779B97F4A7C15));

    /// <summary>The n-th number, uniform in [0, 1).</summary>
    public double Uniform(ulong n) => (Bits(n) >> 11) * (1.0 / (1UL << 53));

    /// <summary>The n-th number of the standard normal distribution (Box and Muller; own log and cos, so the same bits everywhere).</summary>
    public double Normal(ulong n)
    {
        double radius = Math.Sqrt(-2 * Lane<double>.Log(new(1 - Uniform(2 * n))).Value);
        return radius * Lane<double>.Cos(new(2 * Math.PI * Uniform((2 * n) + 1))).Value;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
