using System.Numerics;

namespace Backprop.Data;

/// <summary>What the outputs should be: a class for each row, or a vector of values.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Targets<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int[]? _classes;
    private readonly T[] _values;

    private Targets(int rows, int count, int[]? classes, T[] values) => (Rows, Count, _classes, _values) = (rows, count, classes, values);

    /// <summary>No targets: rows to predict.</summary>
    public static Targets<T> None { get; } = new(0, 0, null, []);

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The entries of t: classes, or values.</summary>
    public int Count { get; }

    /// <summary>Whether each row has a class index.</summary>
    public bool AreClasses => _classes is not null;

    /// <summary>Whether there is nothing.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>The class index of each row; empty where the targets are values.</summary>
    public ReadOnlySpan<int> ClassIndices => _classes;

    /// <summary>The same as an array that is not to be written; null where the targets are values.</summary>
    internal int[]? Indices => _classes;

    /// <summary>The values, row-major [Rows×Count]; empty where the targets are classes.</summary>
    public ReadOnlySpan<T> AllValues => _values;

    /// <summary>A class for each row, 0 … <paramref name="count"/> − 1.</summary>
    /// <exception cref="DataException">A class out of range.</exception>
    public static Targets<T> Classes(int[] indices, int count)
    {
        ArgumentNullException.ThrowIfNull(indices);
        for (int row = 0; row < indices.Length; row++)
        {
            if ((uint)indices[row] >= (uint)count)
            {
                throw new DataException($"row {row}: class {indices[row]} found, 0 to {count - 1} expected");
            }
        }

        return new(indices.Length, count, indices, []);
    }

    /// <summary>A vector for each row, row-major [Rows×<paramref name="count"/>].</summary>
    /// <exception cref="ArgumentException">Not whole rows.</exception>
    public static Targets<T> Values(T[] values, int count)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return values.Length % count == 0
            ? new(values.Length / count, count, null, values)
            : throw new ArgumentException($"{values.Length} values are not whole rows of {count}", nameof(values));
    }

    /// <summary>t[<paramref name="output"/>] of a row; a class counts as one-hot, of as many outputs as there are.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such row or output.</exception>
    public T this[int row, int output]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(output);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
            if (_classes is not null)
            {
                return _classes[row] == output ? T.One : T.Zero;
            }

            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(output, Count);
            return _values[((long)row * Count) + output];
        }
    }

    /// <summary>The targets of some rows.</summary>
    /// <exception cref="DataException">More numbers than an array holds.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No such row.</exception>
    public Targets<T> Select(ReadOnlySpan<int> rows)
    {
        if (IsEmpty)
        {
            return None;
        }

        if (_classes is not null)
        {
            int[] classes = new int[rows.Length];
            for (int r = 0; r < rows.Length; r++)
            {
                classes[r] = _classes[rows[r]];
            }

            return new(rows.Length, Count, classes, []);
        }

        var values = new T[ArraySize.Of(rows.Length, Count, "targets")];
        for (int r = 0; r < rows.Length; r++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)rows[r], (uint)Rows, nameof(rows));
            _values.AsSpan(rows[r] * Count, Count).CopyTo(values.AsSpan(r * Count));
        }

        return new(rows.Length, Count, null, values);
    }
}
