using System.Buffers.Binary;

namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>Whole numbers by their differences, in blocks packed bit by bit.</summary>
internal static class DeltaReader
{
    /// <summary>Reads as many numbers as there is room for.</summary>
    /// <param name="bytes">Their bytes; then what comes after them.</param>
    /// <param name="numbers">Filled.</param>
    /// <exception cref="InvalidDataException">There is another number of them, or what is there is malformed.</exception>
    public static void Read(ref ReadOnlySpan<byte> bytes, Span<long> numbers)
    {
        ulong block = Size(ref bytes), parts = Size(ref bytes), count = Size(ref bytes);
        long value = Signed(ref bytes);
        if (count != (ulong)numbers.Length || block is 0 or > 1 << 24 || parts == 0 || parts > block || block % parts != 0)
        {
            throw Malformed();
        }

        if (numbers.IsEmpty)
        {
            return;
        }

        int size = (int)(block / parts), done = 1;
        numbers[0] = value;
        while (done < numbers.Length)
        {
            long least = Signed(ref bytes);
            if (bytes.Length < (int)parts)
            {
                throw Malformed();
            }

            ReadOnlySpan<byte> widths = bytes[..(int)parts];
            bytes = bytes[(int)parts..];
            for (int part = 0; part < widths.Length && done < numbers.Length; part++)
            {
                int width = widths[part], length = checked((int)(((long)size * width) + 7 >> 3)), some = Math.Min(size, numbers.Length - done);
                if (width > 64 || ((long)some * width) + 7 >> 3 > bytes.Length)
                {
                    throw Malformed();
                }

                for (int n = 0; n < some; n++)
                {
                    value = unchecked(value + least + (long)Bits(bytes, (long)n * width, width));
                    numbers[done++] = value;
                }

                bytes = bytes[Math.Min(length, bytes.Length)..]; // the last part may be cut short
            }
        }
    }

    private static ulong Bits(ReadOnlySpan<byte> bytes, long from, int width)
    {
        if (width == 0)
        {
            return 0;
        }

        int at = (int)(from >> 3), shift = (int)(from & 7);
        ReadOnlySpan<byte> rest = bytes[at..];
        ulong low = rest.Length >= 8 ? BinaryPrimitives.ReadUInt64LittleEndian(rest) : Short(rest);
        ulong value = low >> shift;
        if (shift + width > 64)
        {
            value |= (ulong)rest[8] << (64 - shift);
        }

        return width == 64 ? value : value & ((1UL << width) - 1);
    }

    private static ulong Short(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int n = 0; n < bytes.Length; n++)
        {
            value |= (ulong)bytes[n] << (8 * n);
        }

        return value;
    }

    private static long Signed(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = Size(ref bytes);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private static ulong Size(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int shift = 0, n = 0; shift < 64 && n < bytes.Length; shift += 7, n++)
        {
            value |= (ulong)(bytes[n] & 0x7F) << shift;
            if (bytes[n] < 0x80)
            {
                bytes = bytes[(n + 1)..];
                return value;
            }
        }

        throw Malformed();
    }

    private static InvalidDataException Malformed() => new("a page with another number of values than it is said to have, or malformed ones");
}
