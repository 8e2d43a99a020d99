using System.Buffers.Binary;
using System.IO.Compression;
using K4os.Compression.LZ4;

namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>Unpacks the pages of a Parquet file, each into exactly the bytes that it is said to have.</summary>
internal static class PageUnpacker
{
    private const int None = 0, Snappy = 1, Gzip = 2, Brotli = 4, HadoopLz4 = 5, Zstandard = 6, Lz4 = 7;

    /// <param name="codec">How it is packed, by the format's numbers.</param>
    /// <param name="packed">The page.</param>
    /// <param name="page">Where it is unpacked to, as long as it is unpacked.</param>
    /// <exception cref="InvalidDataException">It is malformed, longer or shorter, or packed in a way that is not known.</exception>
    public static void Unpack(int codec, ReadOnlyMemory<byte> packed, Memory<byte> page)
    {
        bool done;
        try
        {
            done = codec switch
            {
                None => packed.Length == page.Length && packed.Span.TryCopyTo(page.Span),
                Snappy => Snappier.Snappy.GetUncompressedLength(packed.Span) == page.Length && Snappier.Snappy.Decompress(packed.Span, page.Span) == page.Length,
                Gzip => Fill(new GZipStream(AsStream(packed), CompressionMode.Decompress), page.Span),
                Brotli => BrotliDecoder.TryDecompress(packed.Span, page.Span, out int count) && count == page.Length,
                HadoopLz4 => UnpackFrames(packed.Span, page.Span) || LZ4Codec.Decode(packed.Span, page.Span) == page.Length,
                Zstandard => UnpackZstandard(packed.Span, page.Span),
                Lz4 => LZ4Codec.Decode(packed.Span, page.Span) == page.Length,
                _ => throw new InvalidDataException($"values packed in a way that is not known (codec {codec})"),
            };
        }
        catch (Exception error) when (error is ZstdSharp.ZstdException or ArgumentException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"a page that cannot be unpacked: {error.Message}", error);
        }

        if (!done)
        {
            throw new InvalidDataException("a page that cannot be unpacked, or is not as long as it is said to be");
        }
    }

    private static MemoryStream AsStream(ReadOnlyMemory<byte> bytes) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> segment) ? new(segment.Array!, segment.Offset, segment.Count, writable: false) : new(bytes.ToArray());

    private static bool Fill(Stream stream, Span<byte> page)
    {
        using (stream)
        {
            return stream.ReadAtLeast(page, page.Length, throwOnEndOfStream: false) == page.Length && stream.ReadByte() < 0;
        }
    }

    private static bool UnpackZstandard(ReadOnlySpan<byte> packed, Span<byte> page)
    {
        using var unpacker = new ZstdSharp.Decompressor();
        return unpacker.TryUnwrap(packed, page, out int count) && count == page.Length;
    }

    /// <summary>LZ4 as Hadoop frames it: the length unpacked and packed before each piece.</summary>
    private static bool UnpackFrames(ReadOnlySpan<byte> packed, Span<byte> page)
    {
        int done = 0;
        while (packed.Length >= 8)
        {
            uint unpackedLength = BinaryPrimitives.ReadUInt32BigEndian(packed), packedLength = BinaryPrimitives.ReadUInt32BigEndian(packed[4..]);
            if (packedLength > packed.Length - 8 || unpackedLength > page.Length - done || LZ4Codec.Decode(packed.Slice(8, (int)packedLength), page.Slice(done, (int)unpackedLength)) != unpackedLength)
            {
                return false;
            }

            done += (int)unpackedLength;
            packed = packed[(8 + (int)packedLength)..];
        }

        return packed.IsEmpty && done == page.Length;
    }
}
