using System.Buffers.Binary;
using System.IO.Compression;

namespace Backprop.Data;

/// <summary>Reads IDX files, the format of MNIST and its kin; compressed by gzip or not.</summary>
public static class IdxReader
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="DataException">Missing, unreadable or malformed.</exception>
    public static NumericArray Read(string path) => TryRead(path) ?? throw NotIdx(path);

    /// <summary>Reads a file that may be another.</summary>
    /// <returns>null: it does not begin as an IDX file does.</returns>
    /// <exception cref="DataException">Missing, unreadable or malformed.</exception>
    public static NumericArray? TryRead(string path) => TryRead(() => new FileStream(WorkingFolder.Full(path), FileMode.Open, FileAccess.Read), path);

    /// <summary>Reads what is opened, whose length is known.</summary>
    internal static NumericArray Read(Func<Stream> open, string source) => TryRead(open, source) ?? throw NotIdx(source);

    private static DataException NotIdx(string source) => new($"'{source}' is not an IDX file");

    private static NumericArray? TryRead(Func<Stream> open, string source)
    {
        try
        {
            using Stream file = open();
            if (!file.CanSeek)
            {
                throw new DataException($"cannot read '{source}': a pipe found, a file expected");
            }

            bool zipped = file.Length >= 2 && file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
            file.Position = 0;
            using Stream stream = zipped ? new GZipStream(file, CompressionMode.Decompress) : file;
            return Read(stream, source, zipped, file.Length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
        {
            throw new DataException($"cannot read '{source}': {error.Message}", error);
        }
    }

    private static NumericArray? Read(Stream stream, string path, bool zipped, long length)
    {
        byte[] start = new byte[4];
        if (stream.ReadAtLeast(start, 4, throwOnEndOfStream: false) < 4 || start[0] != 0 || start[1] != 0 || start[3] == 0 || start[3] > 8)
        {
            return null;
        }

        int width = start[2] switch
        {
            0x08 or 0x09 => 1,
            0x0B => 2,
            0x0C or 0x0D => 4,
            0x0E => 8,
            _ => throw new DataException($"'{path}': IDX type 0x{start[2]:X2} found, expected 08, 09, 0B, 0C, 0D or 0E"),
        };
        int[] shape = new int[start[3]];
        long count = 1;
        byte[] size = new byte[4];
        for (int d = 0; d < shape.Length; d++)
        {
            stream.ReadExactly(size);
            uint dimension = BinaryPrimitives.ReadUInt32BigEndian(size);
            count *= dimension;
            if (dimension > int.MaxValue || count > Array.MaxLength / 8 || (!zipped && count * width > length))
            {
                throw new DataException($"'{path}': dimension {d} of {dimension} makes the array larger than the file can hold");
            }

            if (zipped && count * sizeof(double) > UnpackedSize.Limit(length))
            {
                throw new DataException($"'{path}': {count} numbers announced by a file of {length} packed bytes, at most {UnpackedSize.Limit(length) / sizeof(double)} expected");
            }

            shape[d] = (int)dimension;
        }

        double[] values = new double[count];
        byte[] buffer = new byte[width * 8192];
        for (int done = 0; done < values.Length;)
        {
            int some = Math.Min(8192, values.Length - done);
            if (stream.ReadAtLeast(buffer.AsSpan(0, some * width), some * width, throwOnEndOfStream: false) < some * width)
            {
                throw new DataException($"'{path}' is cut off: fewer than the {count} numbers that its header announces");
            }

            for (int n = 0; n < some; n++)
            {
                values[done + n] = Value(buffer.AsSpan(n * width, width), start[2]);
            }

            done += some;
        }

        return stream.ReadByte() < 0
            ? new(path, shape, values, start[2] is not (0x0D or 0x0E), IsPixels: start[2] == 0x08, IsBytes: start[2] == 0x08)
            : throw new DataException($"'{path}' has more than the {count} numbers that its header announces");
    }

    private static double Value(ReadOnlySpan<byte> cell, byte type) => type switch
    {
        0x08 => cell[0],
        0x09 => (sbyte)cell[0],
        0x0B => BinaryPrimitives.ReadInt16BigEndian(cell),
        0x0C => BinaryPrimitives.ReadInt32BigEndian(cell),
        0x0D => BinaryPrimitives.ReadSingleBigEndian(cell),
        _ => BinaryPrimitives.ReadDoubleBigEndian(cell),
    };
}
