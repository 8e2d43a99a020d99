using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Backprop.Tables.Writing;

/// <summary>Bytes, and text in UTF-8, that grow as they are written; nothing is made for a cell.</summary>
internal sealed class ByteBuffer
{
    /// <summary>No number takes more.</summary>
    private const int LongestNumber = 32;

    private byte[] _bytes = new byte[1 << 12];

    /// <summary>What is written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>What is written, to be changed.</summary>
    public Span<byte> Writable => _bytes.AsSpan(0, Length);

    /// <summary>Its bytes. May be made less.</summary>
    public int Length { get; set; }

    public void Add(byte one)
    {
        Reserve(1)[0] = one;
        Length++;
    }

    public void Add(ReadOnlySpan<byte> some)
    {
        some.CopyTo(Reserve(some.Length));
        Length += some.Length;
    }

    /// <summary>A number, as short as it can be written so that the same bits are read again.</summary>
    public void Add(double number)
    {
        number.TryFormat(Reserve(LongestNumber), out int count, default, CultureInfo.InvariantCulture);
        Length += count;
    }

    /// <summary>A whole number, seven bits in a byte, the lowest first.</summary>
    public void AddSize(ulong size)
    {
        for (; size >= 0x80; size >>= 7)
        {
            Add((byte)(size | 0x80));
        }

        Add((byte)size);
    }

    /// <summary>A whole number of four bytes, the lowest first.</summary>
    public void AddInt32(int number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Reserve(sizeof(int)), number);
        Length += sizeof(int);
    }

    /// <summary>A whole number of eight bytes, the lowest first.</summary>
    public void AddInt64(long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Reserve(sizeof(long)), number);
        Length += sizeof(long);
    }

    public void Add(ReadOnlySpan<char> text) => Length += Encoding.UTF8.GetBytes(text, Reserve(Encoding.UTF8.GetMaxByteCount(text.Length)));

    /// <summary>Room for more bytes after those that are written.</summary>
    public Span<byte> Reserve(int count)
    {
        if (count > _bytes.Length - Length)
        {
            Array.Resize(ref _bytes, checked((int)Math.Max(Length + (long)count, Math.Min(2L * _bytes.Length, Array.MaxLength))));
        }

        return _bytes.AsSpan(Length);
    }
}
