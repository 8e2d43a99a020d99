using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Propagation;

/// <summary>
/// Small networks on large batches: the activations of a whole batch are more than its gradient, and would leave the cache, or go to
/// another core, before the gradient reads them. So the gradient of each section of the batch is summed where and when its samples are
/// propagated, and the sections are added afterwards, in their order; a narrow network's batch has them always, if only one. Whether a batch
/// has sections, and which, depends on its size and on the network alone, never on threads or vectors.
/// </summary>
internal sealed unsafe class GradientSections<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>About how many samples a section has where the batch is not too large for it.</summary>
    private const int FewSamples = 128, FewNarrowSamples = 80;

    /// <summary>The most sections.</summary>
    private const int Most = 16;

    private readonly AlignedBuffer<T> _sums;
    private readonly long _parameters;
    private readonly int _few;

    private GradientSections(long parameters, int few, int capacity)
    {
        (_parameters, _few) = (parameters, few);
        _sums = new(parameters * CountOf(capacity));
    }

    /// <summary>Null where sections would bring nothing.</summary>
    /// <param name="parameters">The length of θ.</param>
    /// <param name="capacity">The most samples of a batch.</param>
    /// <param name="activations">The numbers of a sample in all layers.</param>
    /// <param name="narrow">Whether samples run across the lanes.</param>
    /// <param name="asByUnits">Whether the sums are to be those of units in the lanes.</param>
    public static GradientSections<T>? For(long parameters, int capacity, long activations, bool narrow, bool asByUnits)
    {
        int few = narrow && !asByUnits ? FewNarrowSamples : FewSamples;
        long sections = Count(capacity, few);
        return (narrow && (!asByUnits || sections == 1)) || (sections > 1 && sections * parameters <= capacity * activations) ? new(parameters, few, capacity) : null;
    }

    /// <summary>The sections of a batch: one, or an even number, so that two threads have the same to do.</summary>
    public int CountOf(int samples) => Count(samples, _few);

    /// <summary>The first sample of a section, at the beginning of a group of losses; the sections are as even as can be.</summary>
    public int First(int section, int samples)
    {
        int groups = (samples + Samples<T>.LossGroup - 1) / Samples<T>.LossGroup;
        return Math.Min(samples, Samples<T>.LossGroup * (int)((long)groups * section / CountOf(samples)));
    }

    /// <summary>Where the gradient of a section lies, as the parameters do.</summary>
    public T* Sums(int section) => _sums.Pointer + (section * _parameters);

    /// <summary>to = Σ over the first sections of their gradients of a tile, in their order, added to what stands there where it <paramref name="goesOn"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Sum<V>(in ParameterTiles<T>.Tile tile, int count, bool goesOn, T* to) where V : unmanaged, ILanes<V, T>
    {
        for (int n = 0; n < tile.Size; n += V.Count)
        {
            V sum = goesOn ? V.Load(to + n) : V.Create(0);
            for (int section = 0; section < count; section++)
            {
                sum += V.Load(Sums(section) + tile.Offset + n);
            }

            sum.Store(to + n);
        }
    }

    private static int Count(int samples, int few) => samples < few + (few / 2) ? 1 : Math.Min(Most, 2 * Math.Max(1, (samples + few) / (2 * few)));
}
