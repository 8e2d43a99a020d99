using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Backprop.Tables.Reading.ParquetFiles;

namespace Backprop.Tables.Writing;

/// <summary>
/// The values of one column of a Parquet file for one group of rows: a page of them, and before it a dictionary where texts repeat, packed by
/// Snappy.
/// </summary>
/// <param name="column">The column.</param>
/// <param name="type">How its values are stored.</param>
/// <param name="first">The first row.</param>
/// <param name="count">The rows.</param>
internal sealed class ParquetChunkWriter(Column column, PhysicalType type, int first, int count)
{
    private readonly ByteBuffer _page = new();

    /// <summary>The pages with their heads.</summary>
    public ByteBuffer Bytes { get; } = new();

    /// <summary>The bytes of the dictionary and its head; 0: there is none.</summary>
    public int DictionaryBytes { get; private set; }

    /// <summary>The bytes before they were packed.</summary>
    public long Unpacked { get; private set; }

    /// <summary>Fills <see cref="Bytes"/>.</summary>
    public void Write()
    {
        var used = new Dictionary<int, int>(); // codes of texts, by their places in the dictionary
        var entries = new List<int>();
        int most = count / 2;
        for (int row = 0; type == PhysicalType.Bytes && row < count && entries.Count <= most; row++)
        {
            ref int place = ref CollectionsMarshal.GetValueRefOrAddDefault(used, column.Codes[first + row], out bool exists);
            if (!exists && column.Codes[first + row] >= 0)
            {
                place = entries.Count;
                entries.Add(column.Codes[first + row]);
            }
        }

        bool hasDictionary = entries.Count > 0 && entries.Count <= most;
        if (hasDictionary)
        {
            entries.ForEach(AddText);
            Flush(PageHeader.Dictionary, entries.Count, PageEncoding.Plain);
            DictionaryBytes = Bytes.Length;
        }

        AddLevels();
        if (hasDictionary)
        {
            AddIndices(used, entries.Count);
        }
        else
        {
            AddValues();
        }

        Flush(PageHeader.Data, count, hasDictionary ? PageEncoding.Dictionary : PageEncoding.Plain);
    }

    /// <summary>Which values are there: one bit each, the length before them.</summary>
    private void AddLevels()
    {
        int start = _page.Length;
        _page.AddInt32(0);
        AddBits(count, 1, row => column.IsMissing(first + row) ? 0 : 1);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(_page.Writable[start..], _page.Length - start - sizeof(int));
    }

    private void AddIndices(Dictionary<int, int> used, int entries)
    {
        int width = Math.Max(1, 32 - BitOperations.LeadingZeroCount((uint)entries - 1)), present = 0;
        int[] indices = new int[count];
        for (int row = 0; row < count; row++)
        {
            if (column.Codes[first + row] >= 0)
            {
                indices[present++] = used[column.Codes[first + row]];
            }
        }

        _page.Add((byte)width);
        AddBits(present, width, n => indices[n]);
    }

    /// <summary>One run of groups of eight numbers, packed bit by bit, the lowest first.</summary>
    private void AddBits(int numbers, int width, Func<int, int> number)
    {
        int groups = (numbers + 7) / 8, held = 0;
        ulong bits = 0;
        _page.AddSize(((ulong)groups << 1) | 1);
        for (int n = 0; n < 8 * groups; n++)
        {
            bits |= (ulong)(n < numbers ? number(n) : 0) << held;
            for (held += width; held >= 8; held -= 8, bits >>= 8)
            {
                _page.Add((byte)bits);
            }
        }
    }

    private void AddValues()
    {
        ulong bits = 0;
        int held = 0;
        for (int row = first; row < first + count; row++)
        {
            if (column.IsMissing(row))
            {
                continue;
            }

            switch (type)
            {
                case PhysicalType.Bytes:
                    AddText(column.Codes[row]);
                    break;
                case PhysicalType.Int64:
                    _page.AddInt64(column.IsText ? long.Parse(column.Values[column.Codes[row]], CultureInfo.InvariantCulture) : (long)column.Numbers[row]);
                    break;
                case PhysicalType.Double:
                    _page.AddInt64(BitConverter.DoubleToInt64Bits(column.IsText ? column.TypedNumber(column.Codes[row]) : column.Numbers[row]));
                    break;
                default:
                    bits |= (column.Numbers[row] != 0 ? 1UL : 0) << held;
                    if (++held == 8)
                    {
                        _page.Add((byte)bits);
                        (bits, held) = (0, 0);
                    }

                    break;
            }
        }

        if (held > 0)
        {
            _page.Add((byte)bits);
        }
    }

    private void AddText(int code)
    {
        string text = column.Values[code];
        _page.AddInt32(System.Text.Encoding.UTF8.GetByteCount(text));
        _page.Add(text);
    }

    /// <summary>Packs the page and puts its head before it.</summary>
    private void Flush(int kind, int values, PageEncoding encoding)
    {
        byte[] packed = new byte[Snappier.Snappy.GetMaxCompressedLength(_page.Length)];
        int length = Snappier.Snappy.Compress(_page.Written, packed), before = Bytes.Length;
        var head = new ThriftWriter(Bytes);
        head.Begin();
        head.Add(1, kind);
        head.Add(2, _page.Length);
        head.Add(3, length);
        head.Begin(kind == PageHeader.Dictionary ? 7 : 5);
        head.Add(1, values);
        head.Add(2, (int)encoding);
        if (kind == PageHeader.Data)
        {
            head.Add(3, (int)PageEncoding.Rle);
            head.Add(4, (int)PageEncoding.Rle);
        }

        head.End();
        head.End();
        Unpacked += Bytes.Length - before + _page.Length;
        Bytes.Add(packed.AsSpan(0, length));
        _page.Length = 0;
    }
}
