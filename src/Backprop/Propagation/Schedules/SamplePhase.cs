using System.Runtime.CompilerServices;
using Backprop.Propagation.Passes;

namespace Backprop.Propagation.Schedules;

/// <summary>Several passes, block of samples by block of samples: a block's activations stay in the cache of who has it.</summary>
/// <param name="passes">None of them needs the whole batch.</param>
internal sealed class SamplePhase(Pass[] passes) : Phase
{
    private SampleBlocks _blocks;

    public override int Begin(int samples, int threads)
    {
        _blocks = new(samples, threads);
        return _blocks.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(int thread, int piece)
    {
        int first = _blocks.First(piece), count = _blocks.Size(piece);
        foreach (Pass pass in passes)
        {
            pass.Run(thread, 0, pass.Units, first, count);
        }
    }
}
