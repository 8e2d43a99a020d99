using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>
/// The present values of a page or a dictionary, as they are stored: whole numbers, truth values and times of four and eight bytes in
/// <see cref="Integers"/>, floating-point numbers in <see cref="Reals"/>, everything else as bytes.
/// </summary>
/// <param name="most">The most bytes that they may take.</param>
internal sealed class PageValues(long most)
{
    private long[] _integers = [];
    private double[] _reals = [];
    private int[] _starts = [];
    private byte[] _bytes = [];

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    public ReadOnlySpan<long> Integers => _integers.AsSpan(0, Count);

    public ReadOnlySpan<double> Reals => _reals.AsSpan(0, Count);

    /// <summary>A value of bytes.</summary>
    public ReadOnlySpan<byte> Bytes(int n) => _bytes.AsSpan(_starts[n], _starts[n + 1] - _starts[n]);

    /// <summary>Reads values.</summary>
    /// <param name="column">What they are.</param>
    /// <param name="encoding">How they are written; by a dictionary is not for here.</param>
    /// <param name="page">Their bytes.</param>
    /// <param name="count">How many there are.</param>
    /// <exception cref="InvalidDataException">There are fewer, or they are written in a way that is not known for them.</exception>
    public void Read(ParquetColumn column, PageEncoding encoding, ReadOnlySpan<byte> page, int count)
    {
        Count = count;
        switch (column.Type, encoding)
        {
            case (PhysicalType.Boolean, PageEncoding.Plain):
                RequireBytes(page, ((long)count + 7) >> 3);
                Grow(ref _integers, count);
                for (int n = 0; n < count; n++)
                {
                    _integers[n] = (page[n >> 3] >> (n & 7)) & 1;
                }

                break;
            case (PhysicalType.Boolean, PageEncoding.Rle):
                ReadRuns(page, count);
                break;
            case (PhysicalType.Int32 or PhysicalType.Int64, PageEncoding.DeltaBinaryPacked):
                Grow(ref _integers, count);
                DeltaReader.Read(ref page, _integers.AsSpan(0, count));
                if (column.Type == PhysicalType.Int32)
                {
                    foreach (ref long value in _integers.AsSpan(0, count))
                    {
                        value = (int)value; // differences wrap around at 32 bits
                    }
                }

                break;
            case (PhysicalType.Bytes, PageEncoding.Plain):
                ReadStrings(page, count);
                break;
            case (PhysicalType.Bytes, PageEncoding.DeltaLengthBytes):
                ReadLengths(page, count);
                break;
            case (PhysicalType.Bytes or PhysicalType.FixedBytes, PageEncoding.DeltaBytes):
                ReadPrefixed(column, page, count);
                break;
            case (not (PhysicalType.Boolean or PhysicalType.Bytes), PageEncoding.Plain):
                RequireBytes(page, (long)count * column.Width);
                ReadFixed(column, page, count);
                break;
            case (not (PhysicalType.Boolean or PhysicalType.Bytes or PhysicalType.Int96), PageEncoding.ByteStreamSplit):
                RequireBytes(page, (long)count * column.Width);
                byte[] joined = new byte[count * column.Width];
                for (int n = 0; n < count; n++)
                {
                    for (int b = 0; b < column.Width; b++)
                    {
                        joined[(n * column.Width) + b] = page[(b * count) + n];
                    }
                }

                ReadFixed(column, joined, count);
                break;
            default:
                throw new InvalidDataException($"{column.Type} values written in a way that is not known for them (encoding {(int)encoding})");
        }
    }

    private void ReadFixed(ParquetColumn column, ReadOnlySpan<byte> page, int count)
    {
        switch (column.Type)
        {
            case PhysicalType.Int32:
                Grow(ref _integers, count);
                for (int n = 0; n < count; n++)
                {
                    _integers[n] = BinaryPrimitives.ReadInt32LittleEndian(page[(4 * n)..]);
                }

                break;
            case PhysicalType.Int64:
                Grow(ref _integers, count);
                for (int n = 0; n < count; n++)
                {
                    _integers[n] = BinaryPrimitives.ReadInt64LittleEndian(page[(8 * n)..]);
                }

                break;
            case PhysicalType.Float:
                Grow(ref _reals, count);
                for (int n = 0; n < count; n++)
                {
                    _reals[n] = BinaryPrimitives.ReadSingleLittleEndian(page[(4 * n)..]);
                }

                break;
            case PhysicalType.Double when BitConverter.IsLittleEndian:
                Grow(ref _reals, count);
                MemoryMarshal.Cast<byte, double>(page[..(8 * count)]).CopyTo(_reals);
                break;
            case PhysicalType.Double:
                Grow(ref _reals, count);
                for (int n = 0; n < count; n++)
                {
                    _reals[n] = BinaryPrimitives.ReadDoubleLittleEndian(page[(8 * n)..]);
                }

                break;
            default:
                Grow(ref _bytes, count * column.Width);
                page[..(count * column.Width)].CopyTo(_bytes);
                Grow(ref _starts, count + 1);
                for (int n = 0; n <= count; n++)
                {
                    _starts[n] = n * column.Width;
                }

                break;
        }
    }

    private void ReadRuns(ReadOnlySpan<byte> page, int count)
    {
        RequireBytes(page, 4);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(page);
        RequireBytes(page[4..], length);
        int[] runs = new int[count];
        RunLengths.Read(page.Slice(4, (int)length), 1, runs);
        Grow(ref _integers, count);
        for (int n = 0; n < count; n++)
        {
            _integers[n] = runs[n];
        }
    }

    private void ReadStrings(ReadOnlySpan<byte> page, int count)
    {
        RequireBytes(page, 4L * count);
        Grow(ref _starts, count + 1);
        Grow(ref _bytes, page.Length);
        int at = 0;
        for (int n = 0; n < count; n++)
        {
            RequireBytes(page, 4);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(page);
            RequireBytes(page[4..], length);
            _starts[n] = at;
            page.Slice(4, (int)length).CopyTo(_bytes.AsSpan(at));
            at += (int)length;
            page = page[(4 + (int)length)..];
        }

        _starts[count] = at;
    }

    private void ReadLengths(ReadOnlySpan<byte> page, int count)
    {
        Grow(ref _integers, count);
        DeltaReader.Read(ref page, _integers.AsSpan(0, count));
        Grow(ref _starts, count + 1);
        Grow(ref _bytes, page.Length);
        long at = 0;
        for (int n = 0; n < count; n++)
        {
            _starts[n] = (int)at;
            at = _integers[n] >= 0 && _integers[n] <= page.Length - at ? at + _integers[n] : throw TooFew();
        }

        _starts[count] = (int)at;
        page[..(int)at].CopyTo(_bytes);
    }

    /// <summary>Each value begins as the one before it, so far as is said.</summary>
    private void ReadPrefixed(ParquetColumn column, ReadOnlySpan<byte> page, int count)
    {
        long[] prefixes = new long[count], rests = new long[count];
        DeltaReader.Read(ref page, prefixes);
        DeltaReader.Read(ref page, rests);
        Grow(ref _starts, count + 1);
        int at = 0, before = 0;
        for (int n = 0; n < count; n++)
        {
            if (rests[n] < 0 || rests[n] > page.Length || prefixes[n] < 0 || prefixes[n] > at - before)
            {
                throw TooFew();
            }

            int prefix = (int)prefixes[n], rest = (int)rests[n];
            if (column.Type == PhysicalType.FixedBytes && prefix + rest != column.Width)
            {
                throw TooFew();
            }

            if ((long)at + prefix + rest > most)
            {
                throw new InvalidDataException($"values of more than {most} bytes, no such file packs so well");
            }

            Grow(ref _bytes, checked(at + prefix + rest), at);
            _bytes.AsSpan(before, prefix).CopyTo(_bytes.AsSpan(at));
            page[..rest].CopyTo(_bytes.AsSpan(at + prefix));
            page = page[rest..];
            (_starts[n], before, at) = (at, at, at + prefix + rest);
        }

        _starts[count] = at;
    }

    private static void RequireBytes(ReadOnlySpan<byte> page, long count)
    {
        if (page.Length < count)
        {
            throw TooFew();
        }
    }

    private static InvalidDataException TooFew() => new("a page with fewer values than it is said to have");

    private static void Grow<T>(ref T[] array, int count, int keep = 0)
    {
        if (array.Length < count)
        {
            T[] larger = new T[(int)Math.Min(Math.Max(count, 2L * array.Length), Array.MaxLength)];
            array.AsSpan(0, keep).CopyTo(larger);
            array = larger;
        }
    }
}
