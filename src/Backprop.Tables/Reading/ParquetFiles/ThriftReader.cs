namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>
/// Thrift's compact protocol, in which Parquet's metadata are written. Every length is held against the bytes that are there, so that nothing is
/// made for what is only claimed.
/// </summary>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>Structures that nest more deeply are refused.</summary>
    public const int MaxDepth = 64;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The bytes read.</summary>
    public int Position { get; private set; }

    /// <summary>Goes to the next field of a structure.</summary>
    /// <param name="id">The number of the field before, 0 at first; then of this one.</param>
    /// <returns>Its type; <see cref="ThriftType.Stop"/> at the structure's end.</returns>
    public ThriftType Field(ref int id)
    {
        byte head = Byte();
        if (head != 0)
        {
            id = head >> 4 == 0 ? Small() : id + (head >> 4);
        }

        return (ThriftType)(head & 15);
    }

    /// <summary>A whole number of 16, 32 or 64 bits.</summary>
    public long Integer()
    {
        ulong value = Size();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A whole number that must fit 32 bits.</summary>
    public int Small() => Integer() is >= int.MinValue and <= int.MaxValue and long value ? (int)value : throw Malformed();

    /// <summary>A single byte.</summary>
    public byte Byte() => Position < _bytes.Length ? _bytes[Position++] : throw Malformed();

    /// <summary>Bytes with their length before them.</summary>
    public ReadOnlySpan<byte> Binary() => Take(Size());

    /// <summary>The head of a list: the type and the number of its items.</summary>
    /// <param name="least">The fewest bytes that an item takes.</param>
    /// <param name="type">The items' type.</param>
    public int List(int least, out ThriftType type)
    {
        byte head = Byte();
        ulong count = head >> 4 == 15 ? Size() : (ulong)(head >> 4);
        type = (ThriftType)(head & 15);
        return count <= (ulong)((_bytes.Length - Position) / least) ? (int)count : throw Malformed();
    }

    /// <summary>Goes past a value.</summary>
    public void Skip(ThriftType type, int depth = 0)
    {
        if (depth > MaxDepth)
        {
            throw Malformed();
        }

        switch (type)
        {
            case ThriftType.True or ThriftType.False: // the type is the value
                break;
            case ThriftType.Byte:
                Byte();
                break;
            case ThriftType.Int16 or ThriftType.Int32 or ThriftType.Int64:
                Size();
                break;
            case ThriftType.Double:
                Take(sizeof(double));
                break;
            case ThriftType.Binary:
                Binary();
                break;
            case ThriftType.List or ThriftType.Set:
                for (int count = List(1, out ThriftType item); count > 0; count--)
                {
                    SkipItem(item, depth + 1);
                }

                break;
            case ThriftType.Map:
                ulong pairs = Size();
                byte types = pairs == 0 ? (byte)0 : Byte();
                for (ulong n = 0; n < pairs; n++)
                {
                    SkipItem((ThriftType)(types >> 4), depth + 1);
                    SkipItem((ThriftType)(types & 15), depth + 1);
                }

                break;
            case ThriftType.Structure:
                int id = 0;
                for (ThriftType field = Field(ref id); field != ThriftType.Stop; field = Field(ref id))
                {
                    Skip(field, depth + 1);
                }

                break;
            default:
                throw Malformed();
        }
    }

    /// <summary>What is thrown where bytes are not what they should be.</summary>
    public static InvalidDataException Malformed() => new($"malformed, or nested more than {MaxDepth} deep");

    /// <summary>In lists and maps a truth value takes a byte.</summary>
    private void SkipItem(ThriftType type, int depth) => Skip(type is ThriftType.True or ThriftType.False ? ThriftType.Byte : type, depth);

    private ulong Size()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte part = Byte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Malformed();
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(_bytes.Length - Position))
        {
            throw Malformed();
        }

        Position += (int)count;
        return _bytes[(Position - (int)count)..Position];
    }
}
