using System.Buffers.Binary;

namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>Reads the pages of columns, for any number of threads.</summary>
/// <param name="most">The most bytes that all pages together may take unpacked.</param>
internal sealed class ChunkReader(long most)
{
    private long _unpacked;

    /// <summary>Reads the values of a column in a group of rows.</summary>
    /// <param name="column">The column.</param>
    /// <param name="chunk">How the values are packed.</param>
    /// <param name="bytes">The chunk's bytes.</param>
    /// <param name="cells">A cell for each row.</param>
    /// <param name="converter">Makes cells of values.</param>
    /// <exception cref="InvalidDataException">Malformed.</exception>
    public void Read<T>(ParquetColumn column, ParquetChunk chunk, ReadOnlyMemory<byte> bytes, Span<T> cells, CellConverter<T> converter)
    {
        if (chunk.Values != cells.Length)
        {
            throw new InvalidDataException($"{chunk.Values} values found for {cells.Length} rows");
        }

        var values = new PageValues(most);
        byte[] levels = [];
        for (bool hasDictionary = false; !cells.IsEmpty;)
        {
            var thrift = new ThriftReader(bytes.Span);
            var header = PageHeader.Read(ref thrift);
            if (header.Packed > bytes.Length - thrift.Position || (header.Kind != PageHeader.Dictionary && header.Values > cells.Length))
            {
                throw ThriftReader.Malformed();
            }

            ReadOnlyMemory<byte> page = bytes.Slice(thrift.Position, header.Packed);
            bytes = bytes[(thrift.Position + header.Packed)..];
            switch (header.Kind)
            {
                case PageHeader.Index:
                    break;
                case PageHeader.Dictionary:
                    if (hasDictionary || header.Encoding is not (PageEncoding.Plain or PageEncoding.PlainDictionary))
                    {
                        throw ThriftReader.Malformed();
                    }

                    hasDictionary = true;
                    var dictionary = new PageValues(most);
                    dictionary.Read(column, PageEncoding.Plain, Unpack(chunk.Codec, page, header.Unpacked).Span, header.Values);
                    converter.TakeDictionary(dictionary);
                    break;
                case PageHeader.Data or PageHeader.DataV2:
                    if (levels.Length < header.Values)
                    {
                        levels = new byte[header.Values];
                    }

                    ReadOnlySpan<byte> rest = header.Kind == PageHeader.Data
                        ? Levels(column, header, Unpack(chunk.Codec, page, header.Unpacked).Span, levels)
                        : LevelsV2(column, header, page, chunk.Codec, levels);
                    ReadValues(column, header.Encoding, rest, levels.AsSpan(0, header.Values), values, cells[..header.Values], converter);
                    cells = cells[header.Values..];
                    break;
                default:
                    throw new InvalidDataException($"a page of a kind that is not known ({header.Kind})");
            }
        }
    }

    /// <summary>Takes which values are there from the beginning of a page.</summary>
    /// <returns>The rest of the page.</returns>
    private static ReadOnlySpan<byte> Levels(ParquetColumn column, PageHeader header, ReadOnlySpan<byte> page, Span<byte> levels)
    {
        if (!column.IsOptional)
        {
            levels[..header.Values].Fill(1);
            return page;
        }

        if (header.LevelEncoding != PageEncoding.Rle || page.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(page) is uint length && length > page.Length - 4)
        {
            throw new InvalidDataException("a page that does not say in a known way which values are missing");
        }

        int count = (int)BinaryPrimitives.ReadUInt32LittleEndian(page);
        ReadLevels(page.Slice(4, count), levels[..header.Values]);
        return page[(4 + count)..];
    }

    private ReadOnlySpan<byte> LevelsV2(ParquetColumn column, PageHeader header, ReadOnlyMemory<byte> page, int codec, Span<byte> levels)
    {
        int unpacked = header.Unpacked - header.DefinitionBytes;
        if (header.RepetitionBytes != 0 || header.DefinitionBytes > page.Length || unpacked < 0)
        {
            throw ThriftReader.Malformed();
        }

        if (column.IsOptional)
        {
            ReadLevels(page.Span[..header.DefinitionBytes], levels[..header.Values]);
        }
        else
        {
            levels[..header.Values].Fill(1);
        }

        page = page[header.DefinitionBytes..];
        return page.IsEmpty && unpacked == 0 ? [] : Unpack(header.IsPacked ? codec : 0, page, unpacked).Span;
    }

    private static void ReadLevels(ReadOnlySpan<byte> bytes, Span<byte> levels)
    {
        int[] numbers = System.Buffers.ArrayPool<int>.Shared.Rent(levels.Length);
        RunLengths.Read(bytes, 1, numbers.AsSpan(0, levels.Length));
        for (int n = 0; n < levels.Length; n++)
        {
            levels[n] = (byte)numbers[n];
        }

        System.Buffers.ArrayPool<int>.Shared.Return(numbers);
    }

    private static void ReadValues<T>(ParquetColumn column, PageEncoding encoding, ReadOnlySpan<byte> page, ReadOnlySpan<byte> levels, PageValues values, Span<T> cells, CellConverter<T> converter)
    {
        int present = levels.Count((byte)1);
        if (present == 0)
        {
            cells.Fill(converter.Missing);
            return;
        }

        T[] some = present < cells.Length ? System.Buffers.ArrayPool<T>.Shared.Rent(present) : [];
        Span<T> found = present < cells.Length ? some.AsSpan(0, present) : cells;
        if (encoding is PageEncoding.Dictionary or PageEncoding.PlainDictionary)
        {
            if (page.IsEmpty)
            {
                throw ThriftReader.Malformed();
            }

            int[] indices = System.Buffers.ArrayPool<int>.Shared.Rent(present);
            RunLengths.Read(page[1..], page[0], indices.AsSpan(0, present));
            converter.Look(indices.AsSpan(0, present), found);
            System.Buffers.ArrayPool<int>.Shared.Return(indices);
        }
        else
        {
            values.Read(column, encoding, page, present);
            converter.Convert(values, found);
        }

        if (present < cells.Length)
        {
            for (int row = 0, next = 0; row < cells.Length; row++)
            {
                cells[row] = levels[row] != 0 ? found[next++] : converter.Missing;
            }

            System.Buffers.ArrayPool<T>.Shared.Return(some);
        }
    }

    private ReadOnlyMemory<byte> Unpack(int codec, ReadOnlyMemory<byte> page, int length)
    {
        if (codec == 0)
        {
            return page.Length == length ? page : throw new InvalidDataException("a page that is not as long as it is said to be");
        }

        if (Interlocked.Add(ref _unpacked, length) > most)
        {
            throw new InvalidDataException($"pages of more than {most} bytes unpacked, no such file packs so well");
        }

        byte[] unpacked = GC.AllocateUninitializedArray<byte>(length);
        PageUnpacker.Unpack(codec, page, unpacked);
        return unpacked;
    }
}
