using Backprop.Tables.Reading;
using Backprop.Tables.Reading.ParquetFiles;
using Backprop.Tables.Writing;

namespace Backprop.Tables.Tests.Reading;

public sealed class ParquetReaderTests
{
    [Fact]
    public void WhatNestsTooDeeplyOrClaimsTooMuchIsRefused()
    {
        byte[] group = [0x35, 0, 0x18, 1, (byte)'a', 0x15, 2, 0];
        byte[] leaf = [0x15, 2, 0x18, 1, (byte)'b', 0];
        byte[] Schema(int depth) => [0x29, 0xFC, (byte)(depth + 1), .. Enumerable.Repeat(group, depth).SelectMany(bytes => bytes), .. leaf, 0];

        Assert.Single(ParquetFooter.Read(Schema(1), 0, "p").Columns);
        Assert.Equal(CellKind.None, ParquetFooter.Read(Schema(50), 0, "p").Columns[0].Kind);
        foreach (byte[] metadata in new byte[][]
        {
            [], [0], Schema(100), [0x29, 0xFC, 50, .. group], [.. Enumerable.Repeat((byte)0x1C, 1000)],
            [0x29, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, .. group], // 2^31 elements
            [0x29, 0x1C, 0x18, 0xFF, 0xFF, 0xFF, 0xFF, 0x07], // a name of 2^31 bytes
            [0x18, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], // a length that does not end
            [.. Schema(1)[..^1], 0x29, 0x1C, 0x19, 0x0C, 0x16, 0x02, 0, 0], // a group of rows without columns
        })
        {
            Assert.Contains("malformed, or nested more than 64 deep", Assert.Throws<DataException>(() => ParquetFooter.Read(metadata, 0, "p")).Message);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("PAR1PAR1")]
    [InlineData("PAR1 and something else that is long enough")]
    [InlineData("a,y\n1,2\n3,4\n5,6\n")]
    public void WhatIsNoParquetIsRefused(string text) =>
        Assert.Contains("'t.parquet' is not a Parquet file", Assert.Throws<DataException>(() => ParquetReader.Read(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), "t.parquet")).Message);

    [Fact]
    public void FilesCutShortAreRefusedAndBytesThatChangeAreReadOrRefused()
    {
        byte[] file = File();
        for (int length = 0; length < file.Length; length++)
        {
            Assert.Throws<DataException>(() => ParquetReader.Read(new MemoryStream(file, 0, length), "t.parquet"));
        }

        for (int at = 0; at < file.Length; at++)
        {
            foreach (byte value in (byte[])[0, 0xFF, (byte)(file[at] ^ 1), (byte)(file[at] ^ 0x80)])
            {
                byte[] changed = [.. file];
                changed[at] = value;
                try
                {
                    ParquetReader.Read(new MemoryStream(changed), "t.parquet");
                }
                catch (DataException error)
                {
                    Assert.Contains("'t.parquet'", error.Message);
                }
            }
        }
    }

    [Fact]
    public void NumbersThatAreNotFiniteAreNamedWithTheirPlace()
    {
        using var stream = new MemoryStream();
        PredictionWriter.Write(stream, ".parquet", [new("a", ColumnType.Real, [1, double.NaN, double.PositiveInfinity]), new("b", ["x", "y", "z"])]);
        Assert.Contains("'t.parquet', row 2, column 'a': inf found, a finite number expected", Assert.Throws<DataException>(() => ParquetReader.Read(new MemoryStream(stream.ToArray()), "t.parquet")).Message);
        var options = new ReadingOptions { Columns = new Dictionary<string, ColumnReading> { ["a"] = new(ColumnReadingKind.Skip) } };
        Assert.Equal(["b"], ParquetReader.Read(new MemoryStream(stream.ToArray()), "t.parquet", options).Names);
    }

    [Fact]
    public void TextsAreCellsLikeAnyOther()
    {
        using var stream = new MemoryStream();
        PredictionWriter.Write(stream, ".parquet", [new("a", ["1,234.50", "NA", "7"]), new("b", [" x ", "", "x"]), new("c", ["-1", "2", "-9"]), new("d", ColumnType.Integer, [-9, 1, 2])]);
        Table table = ParquetReader.Read(new MemoryStream(stream.ToArray()), "t.parquet", new() { Missing = ["NA", "-9"] });
        Assert.Equal([1234.5, double.NaN, 7], table.Columns[0].Numbers.ToArray());
        Assert.Equal(',', table.Columns[0].Format!.Thousands);
        Assert.Equal(["1,234.50", null, "7"], Enumerable.Range(0, 3).Select(table.AsWritten(["a"]).Columns[0].Text));
        Assert.Equal([0, -1, 0], table.Columns[1].Codes.ToArray());
        Assert.Equal([-1, 2, double.NaN], table.Columns[2].Numbers.ToArray());
        Assert.Equal([double.NaN, 1, 2], table.Columns[3].Numbers.ToArray());
    }

    [Fact]
    public void SeveralFilesAreOneTable()
    {
        string folder = Directory.CreateTempSubdirectory("backprop-test").FullName;
        PredictionWriter.Write(Path.Combine(folder, "1.parquet"), [new("a", ColumnType.Real, [1, double.NaN]), new("b", ["x", null]), new("c", ColumnType.Integer, [7, 8])]);
        PredictionWriter.Write(Path.Combine(folder, "2.parquet"), [new("b", ["y"]), new("c", ["B1"]), new("a", ColumnType.Real, [2.5])]);
        Table table = TableReader.Read(Path.Combine(folder, "*.parquet"));
        Assert.Equal(["a", "b", "c"], table.Names);
        Assert.Equal([1, double.NaN, 2.5], table.Columns[0].Numbers.ToArray());
        Assert.Equal(["x", null, "y"], Enumerable.Range(0, 3).Select(table.Columns[1].Text));
        Assert.Equal(["7", "8", "B1"], table.Columns[2].Values);
        Assert.EndsWith("2.parquet', row 0", table.Place(2));
        PredictionWriter.Write(Path.Combine(folder, "3.parquet"), [new("b", ["y"]), new("a", ColumnType.Real, [2.5])]);
        Assert.Contains("3.parquet' has no column 'c'", Assert.Throws<DataException>(() => TableReader.Read(Path.Combine(folder, "*.parquet"))).Message);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void RowsThatNoFileCouldHoldAreRefused()
    {
        byte[] file = File();
        int length = BitConverter.ToInt32(file, file.Length - 8);
        var footer = ParquetFooter.Read(file.AsSpan(file.Length - 8 - length, length), file.Length - 8 - length, "t");
        Assert.Equal(300, footer.Rows);
        Assert.Throws<InvalidDataException>(() => new ChunkReader(100).Read(footer.Columns[1], footer.Groups[0].Chunks[1] with { Values = 300 }, file.AsMemory((int)footer.Groups[0].Chunks[1].Start, (int)footer.Groups[0].Chunks[1].Length), new double[300], new NumberConverter(footer.Columns[1])));
    }

    private static byte[] File()
    {
        using var stream = new MemoryStream();
        PredictionWriter.Write(stream, ".parquet", [new("text", [.. Enumerable.Range(0, 300).Select(n => n % 7 == 0 ? null : $"t{n % 5}")]), new("real", ColumnType.Real, [.. Enumerable.Range(0, 300).Select(n => n % 11 == 0 ? double.NaN : n / 7.0)]), new("yes", ColumnType.Boolean, [.. Enumerable.Range(0, 300).Select(n => (double)(n & 1))])]);
        return stream.ToArray();
    }
}
