using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>What is known of the samples of a batch beside their features: which rows they are, their targets, what each counts for, and its loss.</summary>
internal sealed unsafe class Samples<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly bool _passesOverWeightless;
    private Batch _batch;

    /// <param name="definition">The network.</param>
    /// <param name="capacity">The most samples of a batch.</param>
    /// <param name="passesOverWeightless">Whether another row takes the place of one that counts nothing, so that whatever overflows on its way cannot reach a sum as 0 · ∞: what gradients want, and outputs do not.</param>
    /// <exception cref="UsageException">More samples than there can be room for.</exception>
    public Samples(NetworkDefinition definition, int capacity, bool passesOverWeightless)
    {
        Capacity = WholeGroups(capacity);
        _passesOverWeightless = passesOverWeightless;
        TargetValues = new(Capacity * (long)definition.TargetCount); // first: the one that may be refused
        Rows = new int[Capacity];
        ClassIndices = new int[Capacity];
        Scales = new(Capacity);
        Losses = new(Capacity);
        LossSums = new double[Capacity / LossGroup];
    }

    /// <summary>So many samples' losses are summed first, then the sums: the same for any vectors and threads.</summary>
    public const int LossGroup = 16;

    /// <summary>The most samples of a batch, a multiple of <see cref="LossGroup"/>.</summary>
    public int Capacity { get; }

    /// <summary>The batch of the present step.</summary>
    public ref readonly Batch Batch => ref _batch;

    /// <summary>Where its rows come from.</summary>
    public Dataset<T> Data { get; private set; } = null!;

    /// <summary>Begins with another batch.</summary>
    public void Begin(Dataset<T> data, in Batch batch) => (Data, _batch) = (data, batch);

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

    /// <summary>Which rows samples first … are, their targets and scales.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Gather(int first, int count)
    {
        Dataset<T> data = Data;
        Span<int> rows = Rows.AsSpan(first, count);
        _batch.Order.CopyTo(rows, _batch.Start + first);
        BatchScales.Write(data, rows, first, _batch.Weights, Scales);
        if (_passesOverWeightless && data.SampleWeights is { } weights && data.FirstWeighted >= 0)
        {
            for (int sample = 0; sample < rows.Length; sample++)
            {
                rows[sample] = weights[rows[sample]] == T.Zero ? data.FirstWeighted : rows[sample];
            }
        }

        if (!data.Targets.AreClasses)
        {
            fixed (T* values = data.Targets.AllValues)
            {
                RowCopy.Run(values, data.Rows, data.Targets.Count, rows, TargetValues.Pointer + ((long)first * data.Targets.Count), data.Targets.Count);
                return;
            }
        }

        ReadOnlySpan<int> classes = data.Targets.ClassIndices;
        Span<int> gathered = ClassIndices.AsSpan(first, count);
        for (int sample = 0; sample < gathered.Length; sample++)
        {
            gathered[sample] = classes[rows[sample]];
        }
    }

    /// <summary>sum + Σ scale · loss, in double, group by group in their order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double AddLosses(double sum, int samples)
    {
        for (int group = 0; group * LossGroup < samples; group++)
        {
            sum += LossSums[group];
        }

        return sum;
    }

    /// <summary>Room for whole vectors of samples.</summary>
    private static int WholeGroups(int samples) => samples <= Array.MaxLength - LossGroup
        ? (samples + LossGroup - 1) / LossGroup * LossGroup
        : throw new UsageException($"{samples:N0} samples in one batch: at most {Array.MaxLength - LossGroup:N0} are supported");
}
