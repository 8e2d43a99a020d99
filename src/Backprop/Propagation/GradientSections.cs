using System.Numerics;
using Backprop.Kernels;
using Backprop.Networks;

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
    public static GradientSections<T>? For(Network<T> network, Workspace<T> workspace, bool narrow)
    {
        int few = narrow ? FewNarrowSamples : FewSamples;
        long sections = Count(workspace.Capacity, few), parameters = network.Parameters.Length;
        return narrow || (sections > 1 && sections * parameters <= workspace.Capacity * (long)workspace.Strides.Sum()) ? new(parameters, few, workspace.Capacity) : null;
    }

    /// <summary>The sections of a batch: one, or an even number, so that two threads have the same to do.</summary>
    public int CountOf(int samples) => Count(samples, _few);

    /// <summary>The first sample of a section, at the beginning of a group of losses; the sections are as even as can be.</summary>
    public int First(int section, int samples)
    {
        int groups = (samples + Workspace<T>.LossGroup - 1) / Workspace<T>.LossGroup;
        return Math.Min(samples, Workspace<T>.LossGroup * (int)((long)groups * section / CountOf(samples)));
    }

    /// <summary>Where the gradient of a section lies, as the parameters do.</summary>
    public T* Sums(int section) => _sums.Pointer + (section * _parameters);

    private static int Count(int samples, int few) => samples < few + (few / 2) ? 1 : Math.Min(Most, 2 * Math.Max(1, (samples + few) / (2 * few)));
}
