using System.Numerics;
using Backprop.Kernels;

namespace Backprop.Propagation;

/// <summary>A row of numbers for each sample of a batch, [Batch×width], rows padded to whole vectors.</summary>
/// <param name="capacity">The samples that there is room for.</param>
/// <param name="width">The numbers of a row that mean something, or 0 of an empty matrix.</param>
/// <param name="stride">From row to row.</param>
internal sealed unsafe class BatchMatrix<T>(int capacity, int width, int stride) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AlignedBuffer<T> _numbers = new((long)capacity * stride);

    public int Width { get; } = width;

    /// <summary>From row to row.</summary>
    public nint Stride { get; } = stride;

    /// <summary>The first number of a sample.</summary>
    public T* Row(int sample) => _numbers.Pointer + (sample * Stride);

    /// <summary>Writes a 1 behind the last number of some rows: what the next layer's biases are weights of.</summary>
    public void SetOnes(int first, int count)
    {
        T* one = Row(first) + Width;
        for (int sample = 0; sample < count; sample++, one += Stride)
        {
            *one = T.One;
        }
    }
}
