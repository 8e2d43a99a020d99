namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>How the values of a page are written, by the format's numbers.</summary>
internal enum PageEncoding
{
    Plain = 0,
    PlainDictionary = 2,
    Rle = 3,
    BitPacked = 4,
    DeltaBinaryPacked = 5,
    DeltaLengthBytes = 6,
    DeltaBytes = 7,
    Dictionary = 8,
    ByteStreamSplit = 9,
}
