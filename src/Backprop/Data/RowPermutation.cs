using System.Numerics;
using Backprop.Kernels;

namespace Backprop.Data;

/// <summary>
/// A shuffle of the rows 0 … n − 1 that needs no memory: a four-round Feistel cipher over the next power of four, keyed by (seed, epoch),
/// walked until it falls below n. Any position can be asked for at any time, so a resumed run sees the same order.
/// </summary>
public readonly struct RowPermutation
{
    private readonly int _rows;
    private readonly int _halfBits;
    private readonly uint _mask;
    private readonly ulong _key0, _key1, _key2, _key3;
    private readonly bool _identity;

    /// <summary>The shuffle of one epoch.</summary>
    public RowPermutation(int rows, ulong seed, long epoch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        _rows = rows;
        _halfBits = Math.Max(1, (BitOperations.Log2((uint)Math.Max(1, rows - 1)) + 2) / 2);
        _mask = (1u << _halfBits) - 1;
        var random = new CounterRandom(seed, 0x5348554646ul ^ ((ulong)epoch << 20));
        (_key0, _key1, _key2, _key3) = (random.Bits(0), random.Bits(1), random.Bits(2), random.Bits(3));
        _identity = false;
    }

    private RowPermutation(int rows) : this(rows, 0, 0) => _identity = true;

    /// <summary>The rows in file order.</summary>
    public static RowPermutation FileOrder(int rows) => new(rows);

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
            while (value >= (uint)_rows);
            return (int)value;
        }
    }

    private uint Encrypt(uint value)
    {
        uint left = value >> _halfBits, right = value & _mask;
        left ^= Round(right, _key0);
        right ^= Round(left, _key1);
        left ^= Round(right, _key2);
        right ^= Round(left, _key3);
        return (left << _halfBits) | right;
    }

    private uint Round(uint half, ulong key)
    {
        ulong z = (half + key) * 0xD6E8FEB86659FD93;
        return (uint)((z ^ (z >> 32)) * 0xD6E8FEB86659FD93 >> 40) & _mask;
    }
}
