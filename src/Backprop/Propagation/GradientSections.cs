using System.Numerics;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>
/// Small networks on large batches: the activations of a whole batch would leave the cache before the gradient reads them, so the gradient
/// of each section of the batch is summed while its samples are there, and the sections are added afterwards, in their order. Whether a
/// batch has sections depends on its size and on the network alone, never on threads or vectors.
/// </summary>
internal sealed unsafe class GradientSections<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The samples of a section.</summary>
    public const int Samples = 512;

    /// <summary>A batch whose activations and deltas take less stays in the cache as a whole.</summary>
    private const long CachedBytes = 1 << 19;

    /// <summary>The most numbers that all sections' gradients together may take.</summary>
    private const long MostNumbers = 1 << 18;

    private readonly AlignedBuffer<T> _sums;
    private readonly long _parameters;

    private GradientSections(long parameters, int capacity)
    {
        _parameters = parameters;
        _sums = new(parameters * CountOf(capacity));
    }

    /// <summary>Null where sections would bring nothing.</summary>
    public static GradientSections<T>? For(Network<T> network, Workspace<T> workspace)
    {
        long bytes = 2L * workspace.Capacity * workspace.Strides.Sum() * sizeof(T);
        return bytes > CachedBytes && CountOf(workspace.Capacity) > 1 && network.Parameters.Length * (long)CountOf(workspace.Capacity) <= MostNumbers ? new(network.Parameters.Length, workspace.Capacity) : null;
    }

    /// <summary>The sections of a batch.</summary>
    public static int CountOf(int samples) => (samples + Samples - 1) / Samples;

    /// <summary>Where the gradient of a section lies, as the parameters do.</summary>
    public T* Sums(int section) => _sums.Pointer + (section * _parameters);
}
