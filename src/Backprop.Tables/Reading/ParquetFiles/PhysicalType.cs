namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>How Parquet stores the values of a column, by the format's numbers.</summary>
internal enum PhysicalType
{
    Boolean = 0,
    Int32 = 1,
    Int64 = 2,
    Int96 = 3,
    Float = 4,
    Double = 5,
    Bytes = 6,
    FixedBytes = 7,
}
