using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Backprop.Cli.Tests;

/// <summary>A command line, the files it meets, and what the tool must say of them.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Parts">What the message must hold, joined by |.</param>
/// <param name="Args">The command line, or words joined by blanks.</param>
internal sealed record HostileCase(int Code, string Parts, params string[] Args)
{
    public List<(string Name, byte[] Bytes)> Files { get; } = [];

    /// <summary>Whether it is large, or packed and so may become large: what memory it takes is seen in a process of its own.</summary>
    public bool IsGreedy => Args.Any(arg => arg.Length > 20_000) || Files.Any(file => file.Bytes.Length > 20_000 || file.Bytes.AsSpan().StartsWith("PK"u8) || file.Bytes is [0x1F, 0x8B, ..]);

    public HostileCase With(string name, byte[] bytes)
    {
        Files.Add((name, bytes));
        return this;
    }

    public HostileCase With(string name, string text) => With(name, Encoding.UTF8.GetBytes(text));

    public override string ToString()
    {
        string text = string.Join(' ', Args.Select(arg => arg.Length > 60 ? $"{arg[..60]}…" : arg));
        string whole = $"{text} ({string.Join(", ", Files.Select(file => $"{file.Name}: {file.Bytes.Length} bytes {Encoding.Latin1.GetString(file.Bytes.AsSpan(0, Math.Min(90, file.Bytes.Length)))}"))})";
        return string.Concat(whole.Select(c => char.IsControl(c) ? '·' : c)); // reports are XML
    }

    /// <summary>A safetensors file of a header and so many zero bytes.</summary>
    public static byte[] Tensors(string header, int bytes = 12, long? announced = null) => Tensors(Encoding.UTF8.GetBytes(header), bytes, announced);

    public static byte[] Tensors(byte[] header, int bytes = 12, long? announced = null)
    {
        byte[] file = new byte[8 + header.Length + bytes];
        BinaryPrimitives.WriteInt64LittleEndian(file, announced ?? header.Length);
        header.CopyTo(file, 8);
        return file;
    }

    /// <summary>The tensors of a 2-1 network.</summary>
    public const string TwoTensors = "\"layers.1.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},\"layers.1.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}";

    public const string Network = "{\"inputs\":2,\"layers\":[{\"units\":1,\"activation\":\"identity\"}]}";

    public static string Quote(string text) => $"\"{System.Text.Json.JsonEncodedText.Encode(text)}\"";

    /// <summary>A model of that description, with the tensors of 2-1.</summary>
    public static byte[] Model(string network, string? schema = null, string? more = null) =>
        Tensors($"{{\"__metadata__\":{{\"network\":{Quote(network)}{(schema is null ? "" : $",\"schema\":{Quote(schema)}")}{more}}},{TwoTensors}}}");

    public static byte[] Npy(string header, int bytes, byte version = 1, long? announced = null)
    {
        byte[] text = Encoding.Latin1.GetBytes(header), size = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)(announced ?? text.Length));
        return [0x93, .. "NUMPY"u8, version, 0, .. size[..(version == 1 ? 2 : 4)], .. text, .. new byte[bytes]];
    }

    public static byte[] Npy(string type, string shape, params double[] values) =>
        [.. Npy($"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}\n", 0), .. values.SelectMany(BitConverter.GetBytes)];

    public static byte[] Npz(params (string Name, byte[] Bytes)[] entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            foreach ((string name, byte[] bytes) in entries)
            {
                using Stream entry = zip.CreateEntry(name, CompressionLevel.Optimal).Open();
                entry.Write(bytes);
            }
        }

        return stream.ToArray();
    }

    public static byte[] Gzip(params byte[][] parts)
    {
        using var stream = new MemoryStream();
        using (var zip = new GZipStream(stream, CompressionLevel.Optimal))
        {
            foreach (byte[] part in parts)
            {
                zip.Write(part);
            }
        }

        return stream.ToArray();
    }

    /// <summary>So many megabytes of one text again and again, packed.</summary>
    public static byte[] GzipOf(string start, string again, int megabytes)
    {
        byte[] block = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(again, (1 << 20) / again.Length)));
        return Gzip([Encoding.ASCII.GetBytes(start), .. Enumerable.Repeat(block, megabytes)]);
    }

    /// <summary>An IDX file of the given dimensions.</summary>
    public static byte[] Idx(byte type, uint[] shape, int bytes)
    {
        byte[] file = new byte[4 + (4 * shape.Length) + bytes];
        (file[2], file[3]) = (type, (byte)shape.Length);
        for (int d = 0; d < shape.Length; d++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(4 + (4 * d)), shape[d]);
        }

        return file;
    }

    /// <summary>A Parquet file without rows whose schema has groups within groups.</summary>
    public static byte[] ParquetFile(int depth)
    {
        static byte[] Varint(int value) => value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), .. Varint(value >> 7)];
        byte[] group = [0x35, 0, 0x18, 1, (byte)'a', 0x15, 2, 0], leaf = [0x15, 2, 0x25, 2, 0x18, 1, (byte)'x', 0];
        byte[] metadata = [0x15, 2, 0x19, 0xFC, .. Varint(depth + 2), .. Enumerable.Repeat(group, depth + 1).SelectMany(bytes => bytes), .. leaf, 0x16, 0, 0x19, 0x0C, 0];
        return [.. "PAR1"u8, .. metadata, .. BitConverter.GetBytes(metadata.Length), .. "PAR1"u8];
    }

    /// <summary>A Parquet file without rows whose columns, all of whole numbers, have these names.</summary>
    public static byte[] ParquetFile(params string[] names)
    {
        byte[] root = [0x35, 0, 0x18, 1, (byte)'r', 0x15, (byte)(2 * names.Length), 0];
        byte[] metadata = [0x15, 2, 0x19, (byte)(((names.Length + 1) << 4) | 12), .. root, .. names.SelectMany(name => (byte[])[0x15, 2, 0x25, 2, 0x18, (byte)name.Length, .. name.Select(c => (byte)c), 0]), 0x16, 0, 0x19, 0x0C, 0];
        return [.. "PAR1"u8, .. metadata, .. BitConverter.GetBytes(metadata.Length), .. "PAR1"u8];
    }
}
