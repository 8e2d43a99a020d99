using System.Globalization;
using System.IO.Compression;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Backprop.Interchange.NumPy;

/// <summary>NumPy's arrays in a zip file (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, version 1), the same bytes of the same arrays.</summary>
internal sealed class NpzWriter(Stream stream) : IDisposable
{
    /// <summary>The first day of zip files.</summary>
    private static readonly DateTimeOffset s_time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ZipArchive _zip = new(stream, ZipArchiveMode.Create, leaveOpen: true);

    public void Add<T>(string name, ReadOnlySpan<T> values, params ReadOnlySpan<int> shape) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Add(name, typeof(T) == typeof(float) ? "<f4" : "<f8", MemoryMarshal.AsBytes(values), shape);

    /// <summary>Texts [N], or one text.</summary>
    public void Add(string name, IReadOnlyList<string> texts, bool isOne = false)
    {
        byte[][] encoded = [.. texts.Select(Encoding.UTF32.GetBytes)];
        int width = encoded.Select(text => text.Length).Append(4).Max(); // NumPy has no texts of no length
        byte[] bytes = new byte[width * encoded.Length];
        for (int n = 0; n < encoded.Length; n++)
        {
            encoded[n].CopyTo(bytes, n * width);
        }

        Add(name, string.Create(CultureInfo.InvariantCulture, $"<U{width / 4}"), bytes, isOne ? [] : [encoded.Length]);
    }

    public void Dispose() => _zip.Dispose();

    private void Add(string name, string type, ReadOnlySpan<byte> bytes, ReadOnlySpan<int> shape)
    {
        string sizes = string.Concat(shape.ToArray().Select(size => string.Create(CultureInfo.InvariantCulture, $"{size}, "))).TrimEnd();
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({(shape.Length > 1 ? sizes.TrimEnd(',') : sizes)}), }}";
        const int Before = 10, Alignment = 64;
        int length = ((Before + header.Length + 1 + Alignment - 1) / Alignment * Alignment) - Before;
        ZipArchiveEntry entry = _zip.CreateEntry($"{name}.npy", CompressionLevel.NoCompression);
        entry.LastWriteTime = s_time;
        using Stream file = entry.Open();
        file.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)length, (byte)(length >> 8), .. Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n")]);
        file.Write(bytes);
    }
}
