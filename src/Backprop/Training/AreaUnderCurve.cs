using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Backprop.Training;

/// <summary>
/// The chance that a row of a class ranks above one that is not, ties counting half: the area under the ROC curve. All rows are sorted by their
/// rank, few by comparison, many by their digits, and gone through once: O(n), and no pair is counted by itself.
/// </summary>
/// <param name="rows">The most rows.</param>
internal sealed class AreaUnderCurve(int rows) : IDisposable
{
    /// <summary>From so many rows on, counting digits is faster than comparing.</summary>
    private const int WorthDigits = 500;

    private const int DigitBits = 8, Digits = 1 << DigitBits, Places = 64 / DigitBits;

    private readonly int[] _starts = new int[Places * Digits];
    private ulong[] _keys = ArrayPool<ulong>.Shared.Rent(rows), _sortedKeys = ArrayPool<ulong>.Shared.Rent(rows);
    private int[] _rows = ArrayPool<int>.Shared.Rent(rows), _sortedRows = ArrayPool<int>.Shared.Rent(rows);
    private int _count;

    /// <summary>Begins anew.</summary>
    public void Begin() => _count = 0;

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
        if (!weights.AreGiven)
        {
            return OfCounts(classes, c);
        }

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

    /// <summary>The same where all rows count alike: in whole numbers, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double OfCounts(ReadOnlySpan<int> classes, int c)
    {
        long positives = 0, negativesBelow = 0, twice = 0; // pairs that are ranked right, those that tie counting one of two
        for (int n = 0; n < _count;)
        {
            long tied = 0, others = 0;
            for (ulong key = _keys[n]; n < _count && _keys[n] == key; n++)
            {
                bool isPositive = classes[_rows[n]] == c;
                tied += isPositive ? 1 : 0;
                others += isPositive ? 0 : 1;
            }

            twice += tied * ((2 * negativesBelow) + others);
            positives += tied;
            negativesBelow += others;
        }

        return 0.5 * twice / ((double)positives * negativesBelow);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        Array.ForEach([_keys, _sortedKeys], keys => ArrayPool<ulong>.Shared.Return(keys));
        Array.ForEach([_rows, _sortedRows], numbers => ArrayPool<int>.Shared.Return(numbers));
    }

    /// <summary>Orders the rows by their keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sort()
    {
        if (_count < WorthDigits)
        {
            Array.Sort(_keys, _rows, 0, _count);
            return;
        }

        Array.Clear(_starts);
        for (int n = 0; n < _count; n++)
        {
            ulong key = _keys[n];
            for (int place = 0; place < Places; place++, key >>= DigitBits)
            {
                _starts[(place * Digits) + (int)(key % Digits)]++;
            }
        }

        for (int place = 0; place < Places; place++)
        {
            int shift = place * DigitBits;
            Span<int> starts = _starts.AsSpan(place * Digits, Digits);
            if (starts[(int)((_keys[0] >> shift) % Digits)] == _count)
            {
                continue; // one digit in all
            }

            int start = 0;
            for (int digit = 0; digit < Digits; digit++)
            {
                (start, starts[digit]) = (start + starts[digit], start);
            }

            for (int n = 0; n < _count; n++)
            {
                int to = starts[(int)((_keys[n] >> shift) % Digits)]++;
                (_sortedKeys[to], _sortedRows[to]) = (_keys[n], _rows[n]);
            }

            (_keys, _sortedKeys, _rows, _sortedRows) = (_sortedKeys, _keys, _sortedRows, _rows);
        }
    }
}
