using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Backprop.Kernels;

namespace Backprop.Data;

/// <summary>
/// A shuffle of the rows 0 … n − 1 that needs no memory: a three-round Feistel network on the digits of the position in the mixed radix
/// (⌈√n⌉, ⌈n/⌈√n⌉⌉), keyed by (seed, epoch) and walked until it falls below n, which it almost always does at once. Any position can be
/// asked for at any time, so a resumed run sees the same order.
/// </summary>
public readonly struct RowPermutation
{
    private const uint Multiplier0 = 0x7FEB352D, Multiplier1 = 0x846CA68B; // of a 32-bit hash with little bias (C. Wellons 2018)

    private readonly uint _rows;
    private readonly uint _high, _low; // the radix: high · low ≥ rows
    private readonly uint _key0, _key1, _key2;
    private readonly bool _identity;

    /// <summary>The shuffle of one epoch.</summary>
    public RowPermutation(int rows, ulong seed, long epoch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        _rows = (uint)rows;
        _high = (uint)Math.Ceiling(Math.Sqrt(rows));
        _low = (_rows + _high - 1) / _high;
        var random = new CounterRandom(seed, 0x5348554646ul ^ ((ulong)epoch << 20));
        (_key0, _key1, _key2) = ((uint)random.Bits(0), (uint)random.Bits(1), (uint)random.Bits(2));
        _identity = false;
    }

    private RowPermutation(int rows) : this(rows, 0, 0) => _identity = true;

    /// <summary>The rows in file order.</summary>
    public static RowPermutation FileOrder(int rows) => new(rows);

    /// <summary>How many rows are shuffled.</summary>
    internal int Rows => (int)_rows;

    /// <summary>The row at a position of the epoch.</summary>
    public int this[int position]
    {
        get
        {
            if (_identity)
            {
                return position;
            }

            uint value = (uint)position;
            do
            {
                value = Encrypt(value);
            }
            while (value >= _rows);
            return (int)value;
        }
    }

    /// <summary>Writes the rows at positions <paramref name="start"/>, start + 1, … of the epoch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CopyTo(Span<int> rows, int start)
    {
        int n = 0;
        if (!_identity)
        {
            uint high = (uint)start / _low, low = (uint)start - (high * _low);
            for (; n + Vector512<uint>.Count <= rows.Length; n += Vector512<uint>.Count)
            {
                (Vector512<uint> highs, Vector512<uint> lows) = _low < Vector512<uint>.Count
                    ? FewDigits(Vector512.Create((uint)(start + n)) + Vector512<uint>.Indices)
                    : Carry(Vector512.Create(high), Vector512.Create(low) + Vector512<uint>.Indices);
                highs = Round(highs, _high, lows, _key0);
                lows = Round(lows, _low, highs, _key1);
                highs = Round(highs, _high, lows, _key2);
                Vector512<uint> values = (highs * _low) + lows;
                values.AsInt32().CopyTo(rows[n..]);
                for (ulong beyond = Vector512.GreaterThanOrEqual(values, Vector512.Create(_rows)).ExtractMostSignificantBits(); beyond != 0; beyond &= beyond - 1)
                {
                    int lane = n + BitOperations.TrailingZeroCount(beyond);
                    rows[lane] = this[start + lane];
                }

                low += (uint)Vector512<uint>.Count;
                (high, low) = low >= _low ? (high + 1, low - _low) : (high, low);
            }
        }
        else
        {
            for (; n + Vector512<int>.Count <= rows.Length; n += Vector512<int>.Count)
            {
                (Vector512.Create(start + n) + Vector512<int>.Indices).CopyTo(rows[n..]);
            }
        }

        for (; n < rows.Length; n++)
        {
            rows[n] = this[start + n];
        }
    }

    private uint Encrypt(uint value)
    {
        uint high = value / _low, low = value - (high * _low);
        high = Round(high, _high, low, _key0);
        low = Round(low, _low, high, _key1);
        high = Round(high, _high, low, _key2);
        return (high * _low) + low;
    }

    /// <summary>digit + hash(other) mod radix, which is below 2¹⁶.</summary>
    private static uint Round(uint digit, uint radix, uint other, uint key)
    {
        uint z = (other + key) * Multiplier0;
        z = (z ^ (z >> 15)) * Multiplier1;
        uint over = digit + (((z >> 16) * radix) >> 16) - radix;
        return over + (radix & (uint)((int)over >> 31));
    }

    /// <inheritdoc cref="Round(uint, uint, uint, uint)"/>
    private static Vector512<uint> Round(Vector512<uint> digit, uint radix, Vector512<uint> other, uint key)
    {
        Vector512<uint> z = (other + Vector512.Create(key)) * Multiplier0;
        z = (z ^ (z >>> 15)) * Multiplier1;
        Vector512<uint> radices = Vector512.Create(radix), over = digit + (((z >>> 16) * radices) >>> 16) - radices;
        return over + (radices & (over.AsInt32() >> 31).AsUInt32());
    }

    /// <summary>The digits of positions below 2⁸, as a low radix below 2⁴ has them: by its reciprocal, which is exact there.</summary>
    private (Vector512<uint> High, Vector512<uint> Low) FewDigits(Vector512<uint> positions)
    {
        Vector512<uint> highs = (positions * ((0x10000 + _low - 1) / _low)) >>> 16;
        return (highs, positions - (highs * _low));
    }

    /// <summary>The digits of positions whose low digits have gone beyond the radix, by less than it.</summary>
    private (Vector512<uint> High, Vector512<uint> Low) Carry(Vector512<uint> high, Vector512<uint> low)
    {
        Vector512<uint> radix = Vector512.Create(_low), beyond = Vector512.GreaterThanOrEqual(low, radix);
        return (high - beyond, low - (radix & beyond));
    }
}
