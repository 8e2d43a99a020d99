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
    private const int FewSamples = 128, FewNarrowSamples = 64;

    /// <summary>The most sections.</summary>
    private const int Most = 16;

    private readonly AlignedBuffer<T> _sums;
    private readonly long _parameters;

    private GradientSections(long parameters, int samples, int capacity)
    {
        (_parameters, Samples) = (parameters, samples);
        _sums = new(parameters * CountOf(capacity));
    }

    /// <summary>The samples of a section.</summary>
    public int Samples { get; }

    /// <summary>Null where sections would bring nothing.</summary>
    public static GradientSections<T>? For(Network<T> network, Workspace<T> workspace, bool narrow)
    {
        int few = narrow ? FewNarrowSamples : FewSamples;
        int count = Math.Clamp((workspace.Capacity + (few / 2)) / few, 1, Most), group = Workspace<T>.LossGroup;
        int samples = group * ((workspace.Capacity + (count * group) - 1) / (count * group));
        long sections = (workspace.Capacity + samples - 1) / samples, parameters = network.Parameters.Length;
        return narrow || (sections > 1 && sections * parameters <= workspace.Capacity * (long)workspace.Strides.Sum()) ? new(parameters, samples, workspace.Capacity) : null;
    }

    /// <summary>The sections of a batch.</summary>
    public int CountOf(int samples) => (samples + Samples - 1) / Samples;

    /// <summary>Where the gradient of a section lies, as the parameters do.</summary>
    public T* Sums(int section) => _sums.Pointer + (section * _parameters);
}
