using System.Buffers;
using System.Runtime.CompilerServices;

namespace Backprop.Tables;

/// <summary>
/// Counts different numbers, without an object for any of them. They are divided by their hash first, so that the table which counts a part
/// stays in a cache: the cost is that of a few passes, however many numbers are different.
/// </summary>
internal sealed class NumberCounts
{
    /// <summary>About as many numbers are counted at once.</summary>
    private const int PartLength = 2048;

    private const int MostPartBits = 12;

    private readonly int _most;
    private readonly List<(double Number, int Count)> _commonest;
    private double[] _numbers = []; // both rented
    private int[] _counts = []; // 0: the place is free
    private int[] _places = []; // those that are not
    private int _tableBits;
    private int _used;

    private NumberCounts(int most, int numbers) => (_most, _commonest) = (most, new(Math.Min(most + 1, numbers)));

    /// <summary>How many numbers are different (0 and −0 are the same, NaN is none), and the commonest, of equally common ones the smaller.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (int Distinct, IReadOnlyList<(double Number, int Count)> Commonest) Of(ReadOnlySpan<double> numbers, int most)
    {
        int bits = numbers.Length <= PartLength ? 0 : Math.Min(MostPartBits, int.Log2(numbers.Length / PartLength) + 1);
        int[] starts = new int[(1 << bits) + 1];
        foreach (double number in numbers)
        {
            if (!double.IsNaN(number))
            {
                starts[Part(number, bits) + 1]++;
            }
        }

        for (int part = 0; part < starts.Length - 1; part++)
        {
            starts[part + 1] += starts[part];
        }

        double[] parts = ArrayPool<double>.Shared.Rent(starts[^1]);
        int[] next = starts[..^1];
        foreach (double number in numbers)
        {
            if (!double.IsNaN(number))
            {
                parts[next[Part(number, bits)]++] = number + 0.0;
            }
        }

        var counts = new NumberCounts(most, starts[^1]);
        int distinct = 0;
        for (int part = 0; part < next.Length; part++)
        {
            distinct += counts.Count(parts.AsSpan(starts[part]..starts[part + 1]), bits);
        }

        counts.Return();
        ArrayPool<double>.Shared.Return(parts);
        return (distinct, counts._commonest);
    }

    private static ulong Hash(double number) => (ulong)(BitConverter.DoubleToInt64Bits(number + 0.0) * -7046029254386353131); // 2^64 / golden ratio

    private static int Part(double number, int bits) => (int)(Hash(number) >> 1 >> (63 - bits));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Count(ReadOnlySpan<double> numbers, int partBits)
    {
        int least = Math.Min(13, int.Log2(Math.Max(1, numbers.Length)) + 2);
        if (_tableBits < least)
        {
            Return();
            Rent(least);
        }

        _used = 0;
        foreach (double number in numbers)
        {
            Add(number, 1, partBits);
        }

        foreach (int place in _places.AsSpan(0, _used))
        {
            Offer(_numbers[place], _counts[place]);
            _counts[place] = 0;
        }

        return _used;
    }

    /// <summary>Open addressing, linear probing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(double number, int count, int partBits)
    {
        if (2 * _used >= 1 << _tableBits)
        {
            Grow(partBits);
        }

        int place = (int)((Hash(number) << partBits) >> (64 - _tableBits));
        while (_counts[place] > 0 && _numbers[place] != number)
        {
            place = (place + 1) & ((1 << _tableBits) - 1);
        }

        _places[_used] = place;
        _used += _counts[place] == 0 ? 1 : 0;
        _numbers[place] = number;
        _counts[place] += count;
    }

    private void Grow(int partBits)
    {
        (double, int)[] known = Array.ConvertAll(_places[.._used], place => (_numbers[place], _counts[place]));
        Return();
        Rent(_tableBits + 1);
        _used = 0;
        foreach ((double number, int count) in known)
        {
            Add(number, count, partBits);
        }
    }

    private void Rent(int tableBits)
    {
        (_tableBits, _numbers, _counts, _places) = (tableBits, ArrayPool<double>.Shared.Rent(1 << tableBits), ArrayPool<int>.Shared.Rent(1 << tableBits), ArrayPool<int>.Shared.Rent(1 << tableBits));
        Array.Clear(_counts, 0, 1 << tableBits);
    }

    private void Return()
    {
        ArrayPool<double>.Shared.Return(_numbers);
        ArrayPool<int>.Shared.Return(_counts);
        ArrayPool<int>.Shared.Return(_places);
    }

    /// <summary>Takes a number among the commonest if it is one of them.</summary>
    private void Offer(double number, int count)
    {
        if (_commonest.Count == _most && !IsBefore(number, count, _commonest[^1]))
        {
            return;
        }

        int at = _commonest.Count;
        while (at > 0 && IsBefore(number, count, _commonest[at - 1]))
        {
            at--;
        }

        _commonest.Insert(at, (number, count));
        if (_commonest.Count > _most)
        {
            _commonest.RemoveAt(_most);
        }
    }

    private static bool IsBefore(double number, int count, (double Number, int Count) other) => count > other.Count || (count == other.Count && number < other.Number);
}
