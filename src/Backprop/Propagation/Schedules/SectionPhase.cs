using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Propagation.Passes;

namespace Backprop.Propagation.Schedules;

/// <summary>Several passes, section of samples by section, and the gradient of a section while its samples are in the cache.</summary>
/// <param name="passes">None of them needs the whole batch.</param>
/// <param name="sections">The sections, and where their gradients go.</param>
/// <param name="tiles">The parts of a gradient.</param>
/// <param name="sources">Where the gradient of each part of θ comes from.</param>
internal sealed unsafe class SectionPhase<T>(Pass[] passes, GradientSections<T> sections, ParameterTiles<T> tiles, GradientSource<T>[] sources) : Phase
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
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
        int begin = sections.First(piece, _samples);
        var blocks = new SampleBlocks(sections.First(piece + 1, _samples) - begin, threads: 1);
        for (int block = 0; block < blocks.Count; block++)
        {
            int first = begin + blocks.First(block), count = blocks.Size(block);
            foreach (Pass pass in passes)
            {
                pass.Run(thread, 0, pass.Units, first, count);
            }

            for (int t = 0; t < tiles.Count; t++)
            {
                T* sums = sections.Sums(piece) + tiles[t].Offset;
                sources[tiles[t].Part.Number].Sum(tiles[t], first, count, goesOn: block > 0, sums);
            }
        }
    }
}
