using System.Buffers.Binary;
using System.IO.Compression;

namespace Backprop.Pages.Drawing;

/// <summary>Pictures of one byte a pixel with a palette of colours and opacities, as data URIs.</summary>
internal static class Png
{
    private static readonly uint[] s_crc = [.. Enumerable.Range(0, 256).Select(n =>
    {
        uint c = (uint)n;
        for (int bit = 0; bit < 8; bit++)
        {
            c = (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
        }

        return c;
    })];

    /// <summary>A picture as <c>data:image/png;base64,…</c>.</summary>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="pixels">Row-major indices into the palette.</param>
    /// <param name="palette">Red, green, blue and opacity; at most 256.</param>
    public static string DataUri(int width, ReadOnlySpan<byte> pixels, IReadOnlyList<(byte R, byte G, byte B, byte A)> palette)
    {
        int height = pixels.Length / width;
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 3); // bits, and colours from a palette
        Chunk(png, "IHDR"u8, header);
        Chunk(png, "PLTE"u8, [.. palette.SelectMany(colour => new[] { colour.R, colour.G, colour.B })]);
        Chunk(png, "tRNS"u8, [.. palette.Select(colour => colour.A)]);
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int row = 0; row < height; row++)
            {
                zlib.WriteByte(0); // no filter
                zlib.Write(pixels.Slice(row * width, width));
            }
        }

        Chunk(png, "IDAT"u8, data.ToArray());
        Chunk(png, "IEND"u8, []);
        return $"data:image/png;base64,{Convert.ToBase64String(png.GetBuffer(), 0, (int)png.Length)}";
    }

    private static void Chunk(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(type);
        png.Write(data);
        uint crc = Crc(Crc(uint.MaxValue, type), data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~crc);
        png.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (byte value in data)
        {
            crc = s_crc[(crc ^ value) & 0xFF] ^ (crc >> 8);
        }

        return crc;
    }
}
