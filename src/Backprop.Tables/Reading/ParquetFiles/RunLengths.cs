namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>Small whole numbers as Parquet's hybrid has them: runs of one value, and groups of eight packed bit by bit.</summary>
internal static class RunLengths
{
    /// <summary>Reads as many numbers as there is room for.</summary>
    /// <param name="bytes">Their bytes.</param>
    /// <param name="width">The bits of each, at most 32.</param>
    /// <param name="numbers">Filled.</param>
    /// <exception cref="InvalidDataException">There are fewer, or what is there is malformed.</exception>
    public static void Read(ReadOnlySpan<byte> bytes, int width, Span<int> numbers)
    {
        if (width is < 0 or > 32)
        {
            throw new InvalidDataException("numbers of more than 32 bits in a page");
        }

        if (width == 0)
        {
            numbers.Clear();
            return;
        }

        while (!numbers.IsEmpty)
        {
            uint head = Head(ref bytes);
            if ((head & 1) == 0)
            {
                int count = (int)Math.Min(head >> 1, (uint)numbers.Length), wide = (width + 7) / 8;
                if (count == 0 || wide > bytes.Length)
                {
                    throw Malformed();
                }

                uint value = 0;
                for (int n = 0; n < wide; n++)
                {
                    value |= (uint)bytes[n] << (8 * n);
                }

                if (width < 32 && value >> width != 0)
                {
                    throw Malformed();
                }

                numbers[..count].Fill((int)value);
                numbers = numbers[count..];
                bytes = bytes[wide..];
            }
            else
            {
                long size = (long)(head >> 1) * width; // eight numbers take as many bytes as one has bits
                int count = (int)Math.Min((head >> 1) * 8L, numbers.Length);
                if (count == 0 || ((long)count * width) + 7 >> 3 > bytes.Length)
                {
                    throw Malformed();
                }

                Unpack(bytes, width, numbers[..count]);
                numbers = numbers[count..];
                bytes = bytes[(int)Math.Min(size, bytes.Length)..];
            }
        }
    }

    /// <summary>Numbers packed bit by bit, the lowest bit first.</summary>
    private static void Unpack(ReadOnlySpan<byte> bytes, int width, Span<int> numbers)
    {
        ulong bits = 0, mask = (1UL << width) - 1;
        int held = 0, at = 0;
        for (int n = 0; n < numbers.Length; n++)
        {
            while (held < width)
            {
                bits |= (ulong)bytes[at++] << held;
                held += 8;
            }

            numbers[n] = (int)(bits & mask);
            bits >>= width;
            held -= width;
        }
    }

    private static uint Head(ref ReadOnlySpan<byte> bytes)
    {
        uint value = 0;
        for (int shift = 0, n = 0; shift < 35 && n < bytes.Length; shift += 7, n++)
        {
            value |= (uint)(bytes[n] & 0x7F) << shift;
            if (bytes[n] < 0x80)
            {
                bytes = bytes[(n + 1)..];
                return value;
            }
        }

        throw Malformed();
    }

    private static InvalidDataException Malformed() => new("a page with fewer values than it is said to have, or malformed ones");
}
