namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>Where the values of a column lie for one group of rows.</summary>
/// <param name="Start">Their first byte in the file.</param>
/// <param name="Length">Their bytes.</param>
/// <param name="Codec">How they are packed, by the format's numbers.</param>
/// <param name="Values">How many there are, missing ones included.</param>
internal readonly record struct ParquetChunk(long Start, long Length, int Codec, long Values);
