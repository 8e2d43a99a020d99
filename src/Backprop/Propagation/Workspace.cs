using System.Numerics;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>
/// Everything that one batch passes through, planned once from (network, batch): X_ℓ, P_ℓ and Δ_ℓ as [Batch×width] with padded rows, the
/// targets, and the copy of the weights that the backward pass reads. Nothing is allocated afterwards.
/// </summary>
internal sealed class Workspace<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Workspace(NetworkDefinition definition, int capacity, bool backward)
    {
        int layers = definition.Layers.Length;
        capacity = Capacity = WholeGroups(capacity);
        Strides = [.. Enumerable.Range(0, layers + 1).Select(layer => Layout.RowStride<T>(Width(definition, layer) + (layer < layers ? 1 : 0)))];
        Activations = [.. Strides.Select(stride => new AlignedBuffer<T>((long)capacity * stride))];
        PreActivations = new AlignedBuffer<T>[layers + 1];
        Dropped = new AlignedBuffer<T>?[layers + 1];
        DropoutMasks = new AlignedBuffer<T>?[layers + 1];
        Deltas = new AlignedBuffer<T>[layers + 1];
        BackwardWeights = new AlignedBuffer<T>[layers + 1];
        for (int layer = 0; layer <= layers; layer++)
        {
            bool keepsPreActivations = backward && layer > 0 && layer < layers && definition.Layers[layer - 1].Activation.DerivativeNeedsPreActivation;
            PreActivations[layer] = keepsPreActivations ? new((long)capacity * Strides[layer]) : Activations[layer];
            Deltas[layer] = new(backward ? (long)capacity * Strides[layer] : 0);
            BackwardWeights[layer] = new(backward && layer > 0 ? Layout.PanelSize<T>(Width(definition, layer), Width(definition, layer - 1)) : 0);
            if (backward && layer > 0 && definition.Layers[layer - 1].Dropout > 0)
            {
                Dropped[layer] = new((long)capacity * Strides[layer]);
                DropoutMasks[layer] = new((long)capacity * Strides[layer]);
                SetOnes(Dropped[layer]!, Strides[layer], Width(definition, layer));
            }
        }

        SetOnes(Activations[0], Strides[0], definition.Inputs);
        Rows = new int[capacity];
        ClassIndices = new int[capacity];
        TargetValues = new(capacity * (long)definition.TargetCount);
        Scales = new(capacity);
        Losses = new(capacity);
        LossSums = new double[capacity / LossGroup];
    }

    /// <summary>So many samples' losses are summed first, then the sums: the same for any vectors and threads.</summary>
    public const int LossGroup = 16;

    /// <summary>The most samples of a batch, a multiple of <see cref="LossGroup"/>.</summary>
    public int Capacity { get; }

    /// <summary>The distance between samples of X_ℓ, P_ℓ and Δ_ℓ. In X_ℓ, ℓ &lt; N, a 1 follows the last unit: what the next layer's biases are weights of.</summary>
    public int[] Strides { get; }

    /// <summary>X_ℓ [Batch×n_ℓ]; X₀ is the batch itself.</summary>
    public AlignedBuffer<T>[] Activations { get; }

    /// <summary>P_ℓ, where f′ needs it; else the same memory as X_ℓ.</summary>
    public AlignedBuffer<T>[] PreActivations { get; }

    /// <summary>X_ℓ after dropout, where the layer has any.</summary>
    public AlignedBuffer<T>?[] Dropped { get; }

    /// <summary>0 or 1 / (1 − dropout).</summary>
    public AlignedBuffer<T>?[] DropoutMasks { get; }

    /// <summary>Δ_ℓ = ∂Loss/∂P_ℓ [Batch×n_ℓ]; Δ₀ holds ∂Loss/∂X₀ where it is asked for.</summary>
    public AlignedBuffer<T>[] Deltas { get; }

    /// <summary>W_ℓ once more, in panels of inputs [In/32][Out][32], for Δ_ℓ W_ℓ.</summary>
    public AlignedBuffer<T>[] BackwardWeights { get; }

    /// <summary>The version of the network that <see cref="BackwardWeights"/> were copied from; −1: none.</summary>
    public long BackwardVersion { get; set; } = -1;

    /// <summary>The first layer whose weights were copied then, with all behind it.</summary>
    public int LowestBackwardLayer { get; set; } = int.MaxValue;

    /// <summary>The row of the data set that each sample of the batch is.</summary>
    public int[] Rows { get; }

    /// <summary>The class of each sample, where targets are classes.</summary>
    public int[] ClassIndices { get; }

    /// <summary>T [Batch×targets], where targets are values.</summary>
    public AlignedBuffer<T> TargetValues { get; }

    /// <summary>What each sample's loss counts for: 1/B, or its weight over the sum of weights.</summary>
    public AlignedBuffer<T> Scales { get; }

    /// <summary>The loss of each sample, not yet scaled.</summary>
    public AlignedBuffer<T> Losses { get; }

    /// <summary>Σ scale · loss of each <see cref="LossGroup"/> samples.</summary>
    public double[] LossSums { get; }

    /// <summary>Room for whole vectors of samples.</summary>
    /// <exception cref="UsageException">More samples than there can be room for.</exception>
    private static int WholeGroups(int samples) => samples <= Array.MaxLength - LossGroup
        ? (samples + LossGroup - 1) / LossGroup * LossGroup
        : throw new UsageException($"{samples:N0} samples in one batch: at most {Array.MaxLength - LossGroup:N0} are supported");

    private static void SetOnes(AlignedBuffer<T> values, int stride, int column)
    {
        for (int at = column; at < values.Length; at += stride)
        {
            values.Span[at] = T.One;
        }
    }

    private static int Width(NetworkDefinition definition, int layer) => layer == 0 ? definition.Inputs : definition.Layers[layer - 1].Units;
}
