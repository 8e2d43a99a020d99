using System.Buffers.Binary;

namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>The metadata at the end of a Parquet file: its columns, and where their values lie.</summary>
internal sealed class ParquetFooter
{
    private ParquetFooter(IReadOnlyList<ParquetColumn> columns, IReadOnlyList<RowGroup> groups) => (Columns, Groups, Rows) = (columns, groups, groups.Sum(group => (long)group.Rows));

    /// <summary>In file order.</summary>
    public IReadOnlyList<ParquetColumn> Columns { get; }

    /// <summary>In file order.</summary>
    public IReadOnlyList<RowGroup> Groups { get; }

    /// <summary>The rows of all groups.</summary>
    public long Rows { get; }

    /// <summary>Reads the end of a file.</summary>
    /// <exception cref="DataException">It is no Parquet file, it is encrypted, its metadata are malformed, or claim what the file has no room for.</exception>
    public static ParquetFooter Read(ParquetBytes file, string source)
    {
        if (file.Length < 12)
        {
            throw new DataException($"'{source}' is not a Parquet file: {file.Length} bytes found");
        }

        ReadOnlySpan<byte> head = file.Read(0, 4).Span, tail = file.Read(file.Length - 8, 8).Span;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (tail[4..].SequenceEqual("PARE"u8))
        {
            throw new DataException($"'{source}': the Parquet file is encrypted, a file that can be read expected");
        }

        if (!head.SequenceEqual("PAR1"u8) || !tail[4..].SequenceEqual("PAR1"u8) || length > file.Length - 12)
        {
            throw new DataException($"'{source}' is not a Parquet file: it does not begin with PAR1, and end with PAR1 and the length of its metadata");
        }

        return Read(file.Read(file.Length - 8 - length, (int)length).Span, file.Length - 8 - length, source);
    }

    /// <param name="metadata">The bytes of the metadata.</param>
    /// <param name="end">Where they begin in the file: the values lie before.</param>
    /// <param name="source">For messages.</param>
    internal static ParquetFooter Read(ReadOnlySpan<byte> metadata, long end, string source)
    {
        try
        {
            var thrift = new ThriftReader(metadata);
            List<SchemaElement> schema = [];
            List<RowGroup> groups = [];
            int id = 0;
            for (ThriftType type = thrift.Field(ref id); type != ThriftType.Stop; type = thrift.Field(ref id))
            {
                switch (id, type)
                {
                    case (2, ThriftType.List):
                        for (int count = List(ref thrift, 4); count > 0; count--)
                        {
                            schema.Add(SchemaElement.Read(ref thrift));
                        }

                        break;
                    case (4, ThriftType.List):
                        for (int count = List(ref thrift, 4); count > 0; count--)
                        {
                            groups.Add(ReadGroup(ref thrift));
                        }

                        break;
                    case (8, _):
                        throw new DataException($"'{source}': the Parquet file is encrypted, a file that can be read expected");
                    default:
                        thrift.Skip(type);
                        break;
                }
            }

            IReadOnlyList<ParquetColumn> columns = ReadColumns(schema, out int leaves);
            RequireRoom(groups, leaves, end);
            return new(columns, groups);
        }
        catch (Exception error) when (error is InvalidDataException or OverflowException)
        {
            throw new DataException($"'{source}': the metadata of the Parquet file are malformed, or nested more than {ThriftReader.MaxDepth} deep", error);
        }
    }

    /// <param name="thrift">The metadata, before a list of structures.</param>
    /// <param name="least">The fewest bytes that each of them takes.</param>
    private static int List(ref ThriftReader thrift, int least)
    {
        int count = thrift.List(least, out ThriftType type);
        return type == ThriftType.Structure || count == 0 ? count : throw ThriftReader.Malformed();
    }

    private static List<ParquetColumn> ReadColumns(List<SchemaElement> schema, out int leaves)
    {
        var columns = new List<ParquetColumn>();
        leaves = 0;
        int next = 1;
        if (schema.Count == 0)
        {
            throw ThriftReader.Malformed();
        }

        for (int n = 0; n < schema[0].Children; n++)
        {
            if (next >= schema.Count)
            {
                throw ThriftReader.Malformed();
            }

            SchemaElement element = schema[next];
            int first = leaves;
            if (element.Children == 0 && !element.IsRepeated)
            {
                columns.Add(element.Column(leaves++));
                next++;
            }
            else
            {
                leaves += Leaves(schema, ref next, 1);
                columns.Add(new(element.Name, first) { Kind = CellKind.None, What = element.IsRepeated || leaves - first == 1 ? "a list" : "a structure of several values" });
            }
        }

        return next == schema.Count ? columns : throw ThriftReader.Malformed();
    }

    /// <summary>The stored columns of an element and of all that it holds.</summary>
    private static int Leaves(List<SchemaElement> schema, ref int next, int depth)
    {
        if (next >= schema.Count || depth > ThriftReader.MaxDepth || schema[next].Children < 0)
        {
            throw ThriftReader.Malformed();
        }

        int children = schema[next++].Children, leaves = children == 0 ? 1 : 0;
        for (int n = 0; n < children; n++)
        {
            leaves += Leaves(schema, ref next, depth + 1);
        }

        return leaves;
    }

    private static RowGroup ReadGroup(ref ThriftReader thrift)
    {
        ParquetChunk[] chunks = [];
        long rows = 0;
        int id = 0;
        for (ThriftType type = thrift.Field(ref id); type != ThriftType.Stop; type = thrift.Field(ref id))
        {
            switch (id, type)
            {
                case (1, ThriftType.List):
                    chunks = new ParquetChunk[List(ref thrift, 8)];
                    for (int n = 0; n < chunks.Length; n++)
                    {
                        chunks[n] = ReadChunk(ref thrift);
                    }

                    break;
                case (3, ThriftType.Int64):
                    rows = thrift.Integer();
                    break;
                default:
                    thrift.Skip(type);
                    break;
            }
        }

        return new(rows is >= 0 and <= int.MaxValue ? (int)rows : throw ThriftReader.Malformed(), chunks);
    }

    private static ParquetChunk ReadChunk(ref ThriftReader thrift)
    {
        ParquetChunk? chunk = null;
        int id = 0;
        for (ThriftType type = thrift.Field(ref id); type != ThriftType.Stop; type = thrift.Field(ref id))
        {
            switch (id, type)
            {
                case (1, ThriftType.Binary):
                    if (!thrift.Binary().IsEmpty)
                    {
                        throw ThriftReader.Malformed(); // the values are in another file
                    }

                    break;
                case (3, ThriftType.Structure):
                    chunk = ReadPlace(ref thrift);
                    break;
                default:
                    thrift.Skip(type);
                    break;
            }
        }

        return chunk ?? throw ThriftReader.Malformed();
    }

    private static ParquetChunk ReadPlace(ref ThriftReader thrift)
    {
        long values = 0, length = 0, data = 0, dictionary = 0;
        int codec = 0, id = 0;
        for (ThriftType type = thrift.Field(ref id); type != ThriftType.Stop; type = thrift.Field(ref id))
        {
            switch (id, type)
            {
                case (4, ThriftType.Int32):
                    codec = thrift.Small();
                    break;
                case (5, ThriftType.Int64):
                    values = thrift.Integer();
                    break;
                case (7, ThriftType.Int64):
                    length = thrift.Integer();
                    break;
                case (9, ThriftType.Int64):
                    data = thrift.Integer();
                    break;
                case (11, ThriftType.Int64):
                    dictionary = thrift.Integer();
                    break;
                default:
                    thrift.Skip(type);
                    break;
            }
        }

        return new(dictionary > 0 && dictionary < data ? dictionary : data, length, codec, values);
    }

    /// <summary>Each group has every column, and no two chunks share bytes: what is read is never more than the file.</summary>
    private static void RequireRoom(List<RowGroup> groups, int leaves, long end)
    {
        long total = 0;
        foreach (RowGroup group in groups)
        {
            if (group.Chunks.Length != leaves)
            {
                throw ThriftReader.Malformed();
            }

            foreach (ParquetChunk chunk in group.Chunks)
            {
                if (chunk.Values < 0 || chunk.Length is < 0 or > int.MaxValue || chunk.Start < 0 || chunk.Start > end - chunk.Length || (total += chunk.Length) > end)
                {
                    throw ThriftReader.Malformed();
                }
            }
        }
    }
}
