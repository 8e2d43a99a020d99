using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Backprop.Data;

namespace Backprop.Tests;

public sealed class ArrayReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("<f8", 1)]
    [InlineData("<f8", 2)]
    [InlineData("<f8", 3)]
    [InlineData(">f8", 1)]
    public void ArraysAreRead(string type, byte version)
    {
        NumericArray array = NpyReader.Read(Write("a.npy", Npy(type, "(2, 3)", false, version, Doubles(type, 1, 2, 3, 4, 5, 6))));
        Assert.Equal([2, 3], array.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], array.Values);
        Assert.False(array.IsInteger);
    }

    /// <summary>What bash makes of &lt;(…) has no length.</summary>
    [Fact]
    public void APipeIsNoFile() =>
        Assert.Contains("'p': a pipe found, a file expected", Assert.Throws<DataException>(() => IdxReader.Read(() => new DeflateStream(new MemoryStream([0]), CompressionMode.Decompress), "p")).Message, StringComparison.Ordinal);

    [Fact]
    public void FortranOrderIsTurned() =>
        Assert.Equal([1, 2, 3, 4, 5, 6], NpyReader.Read(Write("a.npy", Npy("<f8", "(2, 3)", true, 1, Doubles("<f8", 1, 4, 2, 5, 3, 6)))).Values);

    [Theory]
    [InlineData("|O", "(1,)", 8, "type '|O'")]
    [InlineData("<U4", "(1,)", 16, "type '<U4'")]
    [InlineData("<f8", "(2,)", 8, "takes 16 bytes, 8 found")]
    [InlineData("<f8", "(99999999, 99999999)", 8, "shape")]
    [InlineData("<f8", "(-1,)", 8, "descr, fortran_order and shape")]
    public void WhatIsNoPlainArrayIsRefused(string type, string shape, int bytes, string part) =>
        Assert.Contains(part, Assert.Throws<DataException>(() => NpyReader.Read(Write("a.npy", Npy(type, shape, false, 1, new byte[bytes])))).Message);

    [Fact]
    public void FilesOfOtherKindsAreRefused()
    {
        Assert.Contains("is not a NumPy array", Assert.Throws<DataException>(() => NpyReader.Read(Write("a.npy", new byte[50]))).Message);
        Assert.Contains("cannot read", Assert.Throws<DataException>(() => NpyReader.ReadAll(Write("a.npz", new byte[50]))).Message);
        Assert.Contains("is not an IDX file", Assert.Throws<DataException>(() => IdxReader.Read(Write("a.idx", [1, 2, 3, 4, 5]))).Message);
        Assert.Null(IdxReader.TryRead(Write("b.idx", [1, 2, 3, 4, 5])));
        Assert.Contains("cannot read", Assert.Throws<DataException>(() => IdxReader.Read(Path.Combine(_folder, "nowhere"))).Message);
    }

    [Fact]
    public void ZippedArraysAreReadByName()
    {
        string path = Path.Combine(_folder, "a.npz");
        using (ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            foreach (string name in new[] { "X", "y" })
            {
                using Stream stream = zip.CreateEntry(name + ".npy").Open();
                stream.Write(Npy("<i4", "(2,)", false, 1, [1, 0, 0, 0, 2, 0, 0, 0]));
            }
        }

        IReadOnlyDictionary<string, NumericArray> arrays = NpyReader.ReadAll(path);
        Assert.Equal(["X", "y"], arrays.Keys.Order());
        Assert.Equal([1, 2], arrays["y"].Values);
        Assert.True(arrays["y"].IsInteger);
    }

    [Theory]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'shape': (1,), }")]
    [InlineData("x = {'descr': '<f8', 'fortran_order': False, 'shape': (1,), }")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }.pop()")]
    public void HeadersSayOneThing(string header) =>
        Assert.Contains("no descr", Assert.Throws<DataException>(() => NpyReader.Read(Write("a.npy", [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. new byte[8]]))).Message);

    [Fact]
    public void DimensionsHaveAnEnd()
    {
        string ones = string.Join(", ", Enumerable.Repeat("1", 64));
        Assert.Contains("65 dimensions", Assert.Throws<DataException>(() => NpyReader.Read(Write("a.npy", Npy("|u1", $"({ones}, 1)", true, 1, [7])))).Message);
    }

    [Fact]
    public void WhatPacksTooWellIsNotUnpacked()
    {
        string path = Path.Combine(_folder, "bomb.npz");
        using (ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using Stream stream = zip.CreateEntry("X.npy").Open();
            stream.Write(Npy("|u1", "(20000000,)", false, 1, new byte[20_000_000]));
        }

        byte[] images = [0, 0, 8, 1, 0x01, 0x40, 0, 0, .. new byte[0x1400000]];
        string packed = Write("bomb.gz", Zip(images, true));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("20000000 numbers announced, 16793648 expected at most: packed, a file may become 128 MB and 64 times its own size".Replace("16793648", (((128L << 20) + (64 * new FileInfo(path).Length)) / 8).ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal), Assert.Throws<DataException>(() => NpyReader.ReadAll(path)).Message);
        Assert.Contains("numbers announced", Assert.Throws<DataException>(() => IdxReader.Read(packed)).Message);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before; // either bomb is 20 MB
        Assert.True(allocated < 10_000_000, $"{allocated:N0} bytes");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void IdxIsReadZippedOrNot(bool zipped)
    {
        NumericArray array = IdxReader.Read(Write("a.idx", Zip([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 255], zipped)));
        Assert.Equal([2, 2], array.Shape);
        Assert.Equal([1, 2, 3, 255], array.Values);
        Assert.True(array.IsPixels);
    }

    [Theory]
    [InlineData("cut off", 0, 0, 8, 1, 0, 0, 0, 3, 1, 2)]
    [InlineData("has more", 0, 0, 8, 1, 0, 0, 0, 1, 1, 2)]
    [InlineData("IDX type 0x07", 0, 0, 7, 1, 0, 0, 0, 1, 1)]
    [InlineData("larger than the file", 0, 0, 8, 2, 127, 255, 255, 255, 127, 255, 255, 255, 1)]
    public void MalformedIdxIsRefused(string part, params int[] bytes)
    {
        byte[] file = [.. bytes.Select(b => (byte)b)];
        Assert.Contains(part, Assert.Throws<DataException>(() => IdxReader.Read(Write("a.idx", Zip(file, false)))).Message);
        Assert.Throws<DataException>(() => IdxReader.Read(Write("b.idx", Zip(file, true))));
    }

    [Fact]
    public void NonFiniteNumbersAreNamed()
    {
        NumericArray array = NpyReader.Read(Write("a.npy", Npy("<f8", "(2, 2)", false, 1, Doubles("<f8", 1, 2, 3, double.NaN))));
        Assert.Contains("row 1, column 1: NaN", Assert.Throws<DataException>(() => array.ToFinite<float>()).Message);
        array = NpyReader.Read(Write("a.npy", Npy("<f8", "(2, 2)", false, 1, Doubles("<f8", 1, 2, 1e300, 4))));
        Assert.Contains("row 1, column 0: 1E+300 found, a number that float holds", Assert.Throws<DataException>(() => array.ToFinite<float>()).Message);
        Assert.Equal(1e300, array.ToFinite<double>()[2]);
    }

    private string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static byte[] Npy(string type, string shape, bool fortran, byte version, byte[] data)
    {
        byte[] header = Encoding.ASCII.GetBytes($"{{'descr': '{type}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
        byte[] length = new byte[version == 1 ? 2 : 4];
        length[0] = (byte)header.Length;
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. header, .. data];
    }

    private static byte[] Doubles(string type, params double[] values) => [.. values.SelectMany(value =>
    {
        byte[] bytes = new byte[8];
        if (type[0] == '>')
        {
            BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        }

        return bytes;
    })];

    private static byte[] Zip(byte[] bytes, bool zipped)
    {
        if (!zipped)
        {
            return bytes;
        }

        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal))
        {
            gzip.Write(bytes);
        }

        return stream.ToArray();
    }
}
