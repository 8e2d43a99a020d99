using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Data;
using Backprop.Kernels;

namespace Backprop.Propagation;

/// <summary>What each sample of a batch counts for: 1/B, or its weight over the sum of weights.</summary>
internal static unsafe class BatchScales
{
    /// <summary>The sum of the weights of rows start … start + count − 1 of the order, in that order; the count where there are no weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum<T>(Dataset<T> data, in RowPermutation order, int start, int count) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (data.SampleWeights is null)
        {
            return count;
        }

        double sum = 0;
        for (int position = start; position < start + count; position++)
        {
            sum += double.CreateTruncating(data.SampleWeights[order[position]]);
        }

        return sum;
    }

    /// <summary>Writes the scales of samples first, first + 1, …, which are the given rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write<T>(Dataset<T> data, ReadOnlySpan<int> rows, int first, double sum, AlignedBuffer<T> scales) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (data.SampleWeights is null)
        {
            new Span<T>(scales.Pointer + first, rows.Length).Fill(T.CreateTruncating(1 / sum));
            return;
        }

        for (int n = 0; n < rows.Length; n++)
        {
            double weight = double.CreateTruncating(data.SampleWeights[rows[n]]);
            scales.Pointer[first + n] = sum == 0 ? T.Zero : T.CreateTruncating(weight / sum);
        }
    }
}
