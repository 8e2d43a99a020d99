using Backprop.Tables.Schemas;

namespace Backprop.Tables;

/// <summary>Counts different numbers, without an object for any of them (open addressing, linear probing).</summary>
internal sealed class NumberCounts
{
    private int _bits;
    private double[] _numbers;
    private int[] _counts; // 0: the place is free

    /// <param name="most">The most numbers that will be added.</param>
    public NumberCounts(int most)
    {
        _bits = Math.Clamp(int.Log2(Math.Max(1, most)) + 2, 4, 12); // few numbers are often all that there are
        _numbers = new double[1 << _bits];
        _counts = new int[1 << _bits];
    }

    /// <summary>How many different ones there are.</summary>
    public int Distinct { get; private set; }

    /// <summary>One more; 0 and −0 are the same.</summary>
    public void Add(double number)
    {
        if (2 * Distinct >= _counts.Length)
        {
            Grow();
        }

        Add(number + 0.0, 1);
    }

    /// <summary>The commonest ones; of equally common ones the smaller.</summary>
    public IReadOnlyList<(double Number, int Count)> Most(int most)
    {
        var having = new Dictionary<int, int>(); // how many numbers have a count
        foreach (int count in _counts)
        {
            if (count > 0)
            {
                having[count] = having.GetValueOrDefault(count) + 1;
            }
        }

        int least = 1, above = 0, all = 0; // numbers above that count, and with it
        foreach ((int count, int numbers) in having.OrderByDescending(pair => pair.Key))
        {
            (least, above, all) = (count, all, all + numbers);
            if (all >= most)
            {
                break;
            }
        }

        double[] level = [.. Having(count => count == least).Select(pair => pair.Number)];
        int taken = Math.Min(level.Length, most - above);
        if (taken < level.Length)
        {
            Selection.Nth(level, taken);
        }

        return [.. Having(count => count > least).OrderByDescending(pair => pair.Count).ThenBy(pair => pair.Number), .. level.Take(taken).Order().Select(number => (number, least))];
    }

    private IEnumerable<(double Number, int Count)> Having(Func<int, bool> isWanted)
    {
        for (int place = 0; place < _counts.Length; place++)
        {
            if (_counts[place] > 0 && isWanted(_counts[place]))
            {
                yield return (_numbers[place], _counts[place]);
            }
        }
    }

    private void Add(double number, int count)
    {
        int mask = _counts.Length - 1;
        int place = (int)((ulong)(BitConverter.DoubleToInt64Bits(number) * -7046029254386353131) >> (64 - _bits)); // 2^64 / golden ratio
        while (_counts[place] > 0 && _numbers[place] != number)
        {
            place = (place + 1) & mask;
        }

        Distinct += _counts[place] == 0 ? 1 : 0;
        _numbers[place] = number;
        _counts[place] += count;
    }

    private void Grow()
    {
        (double[] numbers, int[] counts) = (_numbers, _counts);
        _bits += 2;
        (_numbers, _counts, Distinct) = (new double[1 << _bits], new int[1 << _bits], 0);
        for (int place = 0; place < counts.Length; place++)
        {
            if (counts[place] > 0)
            {
                Add(numbers[place], counts[place]);
            }
        }
    }
}
