namespace Backprop.Propagation.Schedules;

/// <summary>
/// Divides the samples of a batch among threads, and each thread's into blocks of equal size, small enough for its cache. Who computes a
/// block never changes its bits.
/// </summary>
internal readonly struct SampleBlocks
{
    /// <summary>The most samples of a block.</summary>
    private const int Largest = 96;

    /// <summary>Blocks begin at multiples of this: whole vectors of samples, whole groups of losses.</summary>
    private const int Multiple = 16;

    private readonly int _samples, _groups;

    /// <param name="samples">The samples.</param>
    /// <param name="threads">1, or the threads that share them.</param>
    public SampleBlocks(int samples, int threads)
    {
        (_samples, _groups) = (samples, (samples + Multiple - 1) / Multiple);
        threads = Math.Min(threads, _groups);
        int mostGroups = (_groups + threads - 1) / threads;
        int perThread = ((mostGroups * Multiple) + Largest - 1) / Largest;
        Count = perThread * threads;
    }

    /// <summary>As many for each thread; some may be empty.</summary>
    public int Count { get; }

    public int First(int block) => Multiple * (int)((long)_groups * block / Count);

    public int Size(int block) => Math.Min(_samples, First(block + 1)) - First(block);
}
