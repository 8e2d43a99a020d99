using System.Numerics;

namespace Backprop.Data;

/// <summary>Rows of numbers and what the network should make of them.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Dataset<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RowSource<T>? _source;
    private T[]? _features;

    /// <summary>A data set over the given arrays, which are not copied.</summary>
    /// <param name="rows">At least 1.</param>
    /// <param name="featureCount">At least 1.</param>
    /// <param name="features">Row-major [Rows×Features].</param>
    /// <param name="targets">A target for each row, or none at all.</param>
    /// <param name="sampleWeights">A weight ≥ 0 for each row, or null: all weigh the same.</param>
    /// <exception cref="DataException">Sizes that do not fit, a number that is not finite, a negative weight.</exception>
    public Dataset(int rows, int featureCount, T[] features, Targets<T> targets, T[]? sampleWeights = null)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(targets);
        if (rows < 1 || featureCount < 1)
        {
            throw new DataException($"found {rows} rows of {featureCount} features, expected at least 1 of each");
        }

        if (features.Length != (long)rows * featureCount)
        {
            throw new DataException($"found {features.Length} features, expected {rows} rows × {featureCount}");
        }

        (Rows, FeatureCount, _features, Targets, SampleWeights) = (rows, featureCount, features, targets, sampleWeights);
        RequireFinite(features, featureCount, "feature");
        RequireFitting();
        FirstWeighted = sampleWeights is null ? 0 : Array.FindIndex(sampleWeights, weight => weight > T.Zero);
    }

    /// <summary>A data set whose features are asked for batch by batch. Whether they are finite is found out by the step that meets them.</summary>
    /// <param name="features">Where they come from.</param>
    /// <param name="targets">A target for each row, or none at all.</param>
    /// <param name="sampleWeights">A weight ≥ 0 for each row, or null: all weigh the same.</param>
    /// <exception cref="DataException">Sizes that do not fit, a target that is not finite, a negative weight.</exception>
    public Dataset(RowSource<T> features, Targets<T> targets, T[]? sampleWeights = null)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(targets);
        (Rows, FeatureCount, _source, Targets, SampleWeights) = (features.Rows, features.Width, features, targets, sampleWeights);
        RequireFitting();
        FirstWeighted = sampleWeights is null ? 0 : Array.FindIndex(sampleWeights, weight => weight > T.Zero);
    }

    /// <summary>The number of samples.</summary>
    public int Rows { get; }

    /// <summary>The entries of x₀.</summary>
    public int FeatureCount { get; }

    /// <summary>All features, row-major [Rows×Features]. Where they come from a <see cref="RowSource{T}"/> they are copied when first asked for, all of them; training and evaluation do not ask.</summary>
    /// <exception cref="DataException">More numbers than an array holds.</exception>
    public ReadOnlySpan<T> Features => FeatureArray;

    /// <summary>A target for each row, or none.</summary>
    public Targets<T> Targets { get; }

    /// <summary>A weight for each row, or null.</summary>
    public T[]? SampleWeights { get; }

    internal T[] FeatureArray => _features ??= Copied();

    /// <summary>Where the features come from; null: they are in memory.</summary>
    internal RowSource<T>? Source => _source;

    /// <summary>The first row that counts; −1: none does.</summary>
    internal int FirstWeighted { get; }

    /// <summary>x₀ of one row.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such row.</exception>
    public ReadOnlySpan<T> Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        return FeatureArray.AsSpan(row * FeatureCount, FeatureCount);
    }

    /// <summary>A data set of some of the rows, copied.</summary>
    /// <exception cref="DataException">No rows, or more numbers than an array holds.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No such row.</exception>
    public Dataset<T> Select(ReadOnlySpan<int> rows)
    {
        var features = new T[ArraySize.Of(rows.Length, FeatureCount, "features")];
        T[]? weights = SampleWeights is null ? null : new T[rows.Length];
        for (int r = 0; r < rows.Length; r++)
        {
            Row(rows[r]).CopyTo(features.AsSpan(r * FeatureCount));
            if (weights is not null)
            {
                weights[r] = SampleWeights![rows[r]];
            }
        }

        return new(rows.Length, FeatureCount, features, Targets.Select(rows), weights);
    }

    /// <summary>Some of the rows, not copied: they are asked for where they stand.</summary>
    /// <param name="rows">Which, in this order.</param>
    public Dataset<T> View(int[] rows) => new(new SelectedRows<T>(this, rows), Targets.Select(rows), SampleWeights is { } weights ? Array.ConvertAll(rows, row => weights[row]) : null);

    /// <summary>The same data with other sample weights.</summary>
    public Dataset<T> WithSampleWeights(T[]? weights) => _source is null ? new(Rows, FeatureCount, FeatureArray, Targets, weights) : new(_source, Targets, weights);

    private T[] Copied()
    {
        var features = new T[ArraySize.Of(Rows, FeatureCount, "features")];
        _source!.CopyRows([.. Enumerable.Range(0, Rows)], features, FeatureCount);
        return features;
    }

    /// <summary>Requires targets and weights that belong to the rows.</summary>
    private void RequireFitting()
    {
        if (!Targets.IsEmpty && Targets.Rows != Rows)
        {
            throw new DataException($"found {Targets.Rows} targets for {Rows} rows");
        }

        if (SampleWeights is not null && SampleWeights.Length != Rows)
        {
            throw new DataException($"found {SampleWeights.Length} sample weights for {Rows} rows");
        }

        RequireFinite(Targets.AllValues, Math.Max(1, Targets.Count), "target");
        for (int row = 0; row < SampleWeights?.Length; row++)
        {
            if (!T.IsFinite(SampleWeights[row]) || SampleWeights[row] < T.Zero)
            {
                throw new DataException($"row {row}: sample weight {SampleWeights[row]} found, a finite number ≥ 0 expected");
            }
        }
    }

    private static void RequireFinite(ReadOnlySpan<T> values, int columns, string what)
    {
        for (int n = 0; n < values.Length; n++)
        {
            if (!T.IsFinite(values[n]))
            {
                throw new DataException($"row {n / columns}, {what} {n % columns}: {values[n]} found, a finite number expected");
            }
        }
    }
}
