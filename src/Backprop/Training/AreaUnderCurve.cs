using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Backprop.Training;

/// <summary>
/// The chance that a row of a class ranks above one that is not, ties counting half, where rows have weights: the area under the ROC curve. All rows are sorted by their
/// rank, few by comparison, many by their digits, and gone through once: O(n), and no pair is counted by itself.
/// </summary>
/// <param name="rows">The most rows.</param>
internal sealed class AreaUnderCurve(int rows) : IDisposable
{
    /// <summary>From so many rows on, counting digits is faster than comparing.</summary>
    private const int WorthDigits = 500;

    private const int DigitBits = 11, Digits = 1 << DigitBits, Places = 3;

    private readonly int[] _starts = ArrayPool<int>.Shared.Rent(Places * Digits);
    private ulong[] _keys = ArrayPool<ulong>.Shared.Rent(rows), _sortedKeys = ArrayPool<ulong>.Shared.Rent(rows);
    private int[] _rows = ArrayPool<int>.Shared.Rent(rows), _sortedRows = ArrayPool<int>.Shared.Rent(rows);
    private int _count;

    /// <summary>A row and its rank, which is a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int row, double rank)
    {
        long bits = BitConverter.DoubleToInt64Bits(rank + 0.0); // −0 is 0
        _keys[_count] = (ulong)(bits ^ ((bits >> 63) | long.MinValue)); // ordered as the numbers are
        _rows[_count++] = row;
    }

    /// <summary>The area of the rows that were added.</summary>
    /// <param name="classes">The class of each row.</param>
    /// <param name="c">The class that is told from the others.</param>
    /// <param name="weights">The weights of rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Of<T>(ReadOnlySpan<int> classes, int c, RowWeights<T> weights) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Sort();
        CompensatedSum positives = default, negatives = default;
        for (int n = 0; n < _count; n++)
        {
            double weight = weights[_rows[n]];
            positives.Add(classes[_rows[n]] == c ? weight : 0);
            negatives.Add(classes[_rows[n]] == c ? 0 : weight);
        }

        double whole = positives.Value;
        CompensatedSum below = default, area = default;
        for (int n = 0; n < _count;)
        {
            double before = below.Value;
            CompensatedSum others = default;
            for (ulong key = _keys[n]; n < _count && _keys[n] == key; n++)
            {
                double weight = weights[_rows[n]];
                below.Add(classes[_rows[n]] == c ? weight : 0);
                others.Add(classes[_rows[n]] == c ? 0 : weight);
            }

            area.Add(others.Value * ((whole - (0.5 * (before + below.Value))) / whole));
        }

        return area.Value / negatives.Value;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        Array.ForEach([_keys, _sortedKeys], keys => ArrayPool<ulong>.Shared.Return(keys));
        Array.ForEach([_rows, _sortedRows, _starts], numbers => ArrayPool<int>.Shared.Return(numbers));
    }

    /// <summary>Orders the rows by their keys: by the digits from the first in which any two differ, then those that are level in all of these by comparison.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sort()
    {
        if (_count < WorthDigits)
        {
            Array.Sort(_keys, _rows, 0, _count);
            return;
        }

        ulong differ = 0;
        for (int n = 1; n < _count; n++)
        {
            differ |= _keys[n] ^ _keys[0];
        }

        int below = Math.Max(0, 64 - BitOperations.LeadingZeroCount(differ) - (Places * DigitBits));
        _starts.AsSpan(0, Places * Digits).Clear();
        for (int n = 0; n < _count; n++)
        {
            ulong key = _keys[n] >> below;
            for (int place = 0; place < Places; place++, key >>= DigitBits)
            {
                _starts[(place * Digits) + (int)(key % Digits)]++;
            }
        }

        for (int place = 0; place < Places; place++)
        {
            SortBy(_starts.AsSpan(place * Digits, Digits), below + (place * DigitBits));
        }

        for (int n = 0, next; below > 0 && n < _count; n = next)
        {
            ulong level = _keys[n] >> below, others = 0;
            for (next = n + 1; next < _count && _keys[next] >> below == level; next++)
            {
                others |= _keys[next] ^ _keys[n];
            }

            if (others != 0)
            {
                Array.Sort(_keys, _rows, n, next - n);
            }
        }
    }

    /// <summary>Orders the rows by one digit, and leaves those that have the same as they are.</summary>
    /// <param name="starts">How often each digit occurs.</param>
    /// <param name="shift">The bits below the digit.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SortBy(Span<int> starts, int shift)
    {
        if (starts[(int)((_keys[0] >> shift) % Digits)] == _count)
        {
            return; // one digit in all
        }

        int start = 0;
        for (int digit = 0; digit < Digits; digit++)
        {
            (start, starts[digit]) = (start + starts[digit], start);
        }

        ReadOnlySpan<ulong> keys = _keys.AsSpan(0, _count);
        Span<ulong> sortedKeys = _sortedKeys;
        Span<int> rows = _rows, sortedRows = _sortedRows;
        for (int n = 0; n < keys.Length; n++)
        {
            int to = starts[(int)((keys[n] >> shift) % Digits)]++;
            sortedKeys[to] = keys[n];
            sortedRows[to] = rows[n];
        }

        (_keys, _sortedKeys, _rows, _sortedRows) = (_sortedKeys, _keys, _sortedRows, _rows);
    }
}
