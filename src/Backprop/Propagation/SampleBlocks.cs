namespace Backprop.Propagation;

/// <summary>Divides the samples of a batch into blocks small enough for a thread's cache. Who computes a block never changes its bits.</summary>
internal readonly struct SampleBlocks(int samples, int threads)
{
    /// <summary>The most samples of a block.</summary>
    private const int Largest = 96;

    /// <summary>Blocks begin at multiples of this, so that no two threads share a vector of samples.</summary>
    private const int Multiple = 16;

    private readonly int _size = Math.Min(Largest, (((samples + threads - 1) / threads) + Multiple - 1) / Multiple * Multiple);

    public int Count => (samples + _size - 1) / _size;

    public int First(int block) => block * _size;

    public int Size(int block) => Math.Min(_size, samples - (block * _size));
}
