using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;
using Backprop.Propagation.Passes;

namespace Backprop.Propagation.Schedules;

/// <summary>From the rows to the gradient of a section with one sample per lane.</summary>
/// <param name="passOfThread">Each thread has buffers of its own.</param>
/// <param name="sections">The sections, and where their gradients go.</param>
/// <param name="samples">What is known of the samples.</param>
/// <param name="toInput">Whether Δ₀ is wanted.</param>
internal sealed unsafe class NarrowPhase<T, V>(NarrowPass<T, V>[] passOfThread, GradientSections<T> sections, Samples<T> samples, bool toInput) : Phase
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    private int _samples;

    public override int Begin(int samples, int threads)
    {
        _samples = samples;
        return sections.CountOf(samples);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(int thread, int piece)
    {
        int first = sections.First(piece, _samples), count = sections.First(piece + 1, _samples) - first;
        samples.Gather(first, count);
        ref readonly Batch batch = ref samples.Batch;
        RowCopy.AskEarly(samples.Data, batch.Order, batch.Start + batch.Samples + first, count);
        passOfThread[thread].Run(samples.Data, first, count, toInput, sections.Sums(piece));
    }
}
