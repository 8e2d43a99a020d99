using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using Backprop.Data;

namespace Backprop.Bench.Cases;

/// <summary>Writes a data set as NumPy's .npz with X and y, not compressed.</summary>
internal static class NpzFile
{
    public static void Write(string path, Dataset<float> data)
    {
        using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create);
        Write(zip, "X", "<f4", [data.Rows, data.FeatureCount], MemoryMarshal.AsBytes(data.Features));
        if (data.Targets.AreClasses)
        {
            Write(zip, "y", "<i4", [data.Rows], MemoryMarshal.AsBytes(data.Targets.ClassIndices));
        }
        else
        {
            Write(zip, "y", "<f4", [data.Rows, data.Targets.Count], MemoryMarshal.AsBytes(data.Targets.AllValues));
        }
    }

    private static void Write(ZipArchive zip, string name, string type, int[] shape, ReadOnlySpan<byte> bytes)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({string.Join(", ", shape)},), }}";
        int length = (10 + header.Length + 1 + 63) / 64 * 64; // the numbers begin on 64 bytes
        using Stream stream = zip.CreateEntry(name + ".npy", CompressionLevel.NoCompression).Open();
        stream.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)((length - 10) & 255), (byte)((length - 10) >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(header.PadRight(length - 11) + "\n"));
        stream.Write(bytes);
    }
}
