namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>Rows that a Parquet file stores together.</summary>
/// <param name="Rows">How many.</param>
/// <param name="Chunks">Where the values of each stored column lie.</param>
internal sealed record RowGroup(int Rows, ParquetChunk[] Chunks);
