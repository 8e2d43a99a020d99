using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Data;

namespace Backprop.Propagation.Passes;

/// <summary>X₀ and what is known of the samples: the rows of a batch in their order.</summary>
internal sealed unsafe class GatherPass<T>(Samples<T> samples, BatchMatrix<T> input) : Pass where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(int thread, int unit, int endUnit, int first, int count)
    {
        samples.Gather(first, count);
        Dataset<T> data = samples.Data;
        RowCopy.Run(data, samples.Rows.AsSpan(first, count), input.Row(first), (int)input.Stride);
    }
}
