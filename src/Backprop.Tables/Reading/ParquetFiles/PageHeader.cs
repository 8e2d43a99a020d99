namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>What stands before a page of values.</summary>
internal struct PageHeader
{
    /// <summary>Kinds of page, by the format's numbers.</summary>
    public const int Data = 0, Index = 1, Dictionary = 2, DataV2 = 3;

    public int Kind { get; private set; }

    /// <summary>The bytes of the page, unpacked and packed.</summary>
    public int Unpacked { get; private set; }

    public int Packed { get; private set; }

    /// <summary>Values, missing ones included.</summary>
    public int Values { get; private set; }

    public PageEncoding Encoding { get; private set; }

    /// <summary>How it is said which values are missing.</summary>
    public PageEncoding LevelEncoding { get; private set; }

    /// <summary>Pages of the second version: the bytes of the levels, which are never packed, and whether the rest is.</summary>
    public int RepetitionBytes { get; private set; }

    public int DefinitionBytes { get; private set; }

    public bool IsPacked { get; private set; }

    /// <exception cref="InvalidDataException">Malformed.</exception>
    public static PageHeader Read(ref ThriftReader thrift)
    {
        var header = new PageHeader { IsPacked = true, LevelEncoding = PageEncoding.Rle, Kind = -1 };
        int id = 0;
        for (ThriftType type = thrift.Field(ref id); type != ThriftType.Stop; type = thrift.Field(ref id))
        {
            switch (id, type)
            {
                case (1, ThriftType.Int32):
                    header.Kind = thrift.Small();
                    break;
                case (2, ThriftType.Int32):
                    header.Unpacked = thrift.Small();
                    break;
                case (3, ThriftType.Int32):
                    header.Packed = thrift.Small();
                    break;
                case (5 or 7 or 8, ThriftType.Structure):
                    header.ReadPart(ref thrift, id);
                    break;
                default:
                    thrift.Skip(type);
                    break;
            }
        }

        return header.Kind >= 0 && header.Unpacked >= 0 && header.Packed >= 0 && header.Values >= 0 && header.RepetitionBytes >= 0 && header.DefinitionBytes >= 0 ? header : throw ThriftReader.Malformed();
    }

    private void ReadPart(ref ThriftReader thrift, int part)
    {
        int id = 0;
        for (ThriftType type = thrift.Field(ref id); type != ThriftType.Stop; type = thrift.Field(ref id))
        {
            switch (part, id, type)
            {
                case (_, 1, ThriftType.Int32):
                    Values = thrift.Small();
                    break;
                case (5 or 7, 2, ThriftType.Int32) or (8, 4, ThriftType.Int32):
                    Encoding = (PageEncoding)thrift.Small();
                    break;
                case (5, 3, ThriftType.Int32):
                    LevelEncoding = (PageEncoding)thrift.Small();
                    break;
                case (8, 5, ThriftType.Int32):
                    DefinitionBytes = thrift.Small();
                    break;
                case (8, 6, ThriftType.Int32):
                    RepetitionBytes = thrift.Small();
                    break;
                case (8, 7, ThriftType.True or ThriftType.False):
                    IsPacked = type == ThriftType.True;
                    break;
                default:
                    thrift.Skip(type);
                    break;
            }
        }
    }
}
