using System.IO.Compression;
using System.Text;
using Backprop.Tables.Reading;

namespace Backprop.Tables.Tests.Reading;

public sealed class JsonReaderTests
{
    [Theory]
    [InlineData("[{\"a\":1,\"b\":\"x\"},{\"a\":2.5,\"b\":\"y\"}]")]
    [InlineData("{\"a\":1,\"b\":\"x\"}\n{\"a\":2.5,\"b\":\"y\"}\n")]
    [InlineData("\r\n  {\"a\":1 , \"b\" : \" x \"}\r\n\r\n{\"b\":\"y\\u0020\",\"a\":25e-1}")]
    [InlineData("\uFEFF[\n{\"a\":1,\"b\":\"x\"}\n,\n{\"a\":2.5,\"b\":\"y\"}\n]\n")]
    [InlineData("{\"a\":1,\"b\":\"x\"}{\"a\":2.5,\"\\u0062\":\"y\"}")]
    public void RowsAreAnArrayOrOneAfterAnother(string json)
    {
        Table table = Read(json);
        Assert.Equal(["a", "b"], table.Names);
        Assert.Equal([1, 2.5], table.Columns[0].Numbers.ToArray());
        Assert.Equal(["x", "y"], table.Columns[1].Values);
        Assert.Equal([0, 1], table.Columns[1].Codes.ToArray());
        Assert.Equal(ColumnType.Real, table.Columns[0].Type);
    }

    [Fact]
    public void ColumnsAreTheNamesOfAllRowsAndWhatARowLacksIsMissing()
    {
        Table table = Read("""[{"a":1},{"b":"x","a":null},{"c":true,"b":"NA"},{"b":""},{"c":false,"b":"x"}]""");
        Assert.Equal(["a", "b", "c"], table.Names);
        Assert.Equal([1, double.NaN, double.NaN, double.NaN, double.NaN], table.Columns[0].Numbers.ToArray());
        Assert.Equal([-1, 0, -1, -1, 0], table.Columns[1].Codes.ToArray());
        Assert.Equal([double.NaN, double.NaN, 1, double.NaN, 0], table.Columns[2].Numbers.ToArray());
        Assert.Equal([ColumnType.Integer, ColumnType.Text, ColumnType.Boolean], table.Columns.Select(column => column.Type));
    }

    [Fact]
    public void NumbersAmongTextsKeepTheirSpelling()
    {
        Table table = Read("""[{"a":1.50,"b":true,"c":"x"},{"a":"B1","b":7,"c":1e3},{"a":1.5,"b":"yes","c":false},{"a":"1.50","b":null,"c":"x"}]""");
        Assert.Equal(["1.50", "B1", "1.5"], table.Columns[0].Values);
        Assert.Equal([0, 1, 2, 0], table.Columns[0].Codes.ToArray());
        Assert.Equal([1.5, double.NaN, 1.5], Enumerable.Range(0, 3).Select(table.Columns[0].TypedNumber));
        Assert.Equal(["true", "7", "yes"], table.Columns[1].Values);
        Assert.Equal(["x", "1e3", "false"], table.Columns[2].Values);
        Assert.Equal(1000, table.Columns[2].TypedNumber(1));
    }

    [Fact]
    public void TextsThatAreNumbersAreNumbers()
    {
        Table table = Read("""[{"a":"5.20","b":1,"c":"007"},{"a":"3","b":"2.5","c":"7"},{"a":null,"b":"?","c":"x"}]""");
        Assert.Equal([5.2, 3, double.NaN], table.Columns[0].Numbers.ToArray());
        Assert.Equal([1, 2.5, double.NaN], table.Columns[1].Numbers.ToArray());
        Assert.True(table.Columns[2].IsText);
        Table written = table.AsWritten(["a", "b"]);
        Assert.Equal(["5.20", "3", null], Enumerable.Range(0, 3).Select(written.Columns[0].Text));
        Assert.Equal(["1", "2.5", null], Enumerable.Range(0, 3).Select(written.Columns[1].Text));
    }

    [Fact]
    public void NumbersCanBeHadAsTheyAreWritten()
    {
        Table table = Read("""[{"a":1.10,"b":9007199254740993,"c":-0.0},{"a":1.1,"b":18446744073709551616,"c":1E+2},{"b":-7}]""");
        Assert.Equal([9007199254740992, 18446744073709551616.0, -7], table.Columns[1].Numbers.ToArray());
        Table written = table.Select([2, 0, 1]).AsWritten(["a", "b", "c"]);
        Assert.Equal([null, "1.10", "1.1"], Enumerable.Range(0, 3).Select(written.Columns[0].Text));
        Assert.Equal(["-7", "9007199254740993", "18446744073709551616"], Enumerable.Range(0, 3).Select(written.Columns[1].Text));
        Assert.Equal([null, "-0.0", "1E+2"], Enumerable.Range(0, 3).Select(written.Columns[2].Text));
    }

    [Fact]
    public void WhatASchemaKnowsIsReadAsItSays()
    {
        var options = new ReadingOptions
        {
            Columns = new Dictionary<string, ColumnReading> { ["a"] = new(ColumnReadingKind.Text), ["b"] = new(ColumnReadingKind.Skip) },
            Missing = ["-", "none"],
        };
        Table table = Read("""[{"a":1.0,"b":{"x":[1,{}]},"c":"NA"},{"b":[[1],2],"a":"2","c":" none "}]""", options);
        Assert.Equal(["a", "c"], table.Names);
        Assert.Equal(["1.0", "2"], table.Columns[0].Values);
        Assert.Equal(["NA", null], Enumerable.Range(0, 2).Select(table.Columns[1].Text));
    }

    [Theory]
    [InlineData("", "'t.json' has no rows")]
    [InlineData("[]", "'t.json' has no rows")]
    [InlineData("[{},{}]", "'t.json' has no rows")]
    [InlineData("7", "row 0 (line 1): the number 7 found, a row expected")]
    [InlineData("\n\n[1,2]", "row 0 (line 3): the number 1 found, a row expected")]
    [InlineData("[[1]]", "row 0 (line 1): a list found, a row expected")]
    [InlineData("[{\"a\":1}]\n[{\"a\":2}]", "row 1 (line 2): a list found after the array of rows")]
    [InlineData("{\"a\":1}\n[{\"a\":2}]", "row 1 (line 2): a list found, a row expected")]
    [InlineData("{\"a\":{\"0\":1,\"1\":2}}", "row 0 (line 1), column 'a': an object found, numbers or text expected")]
    [InlineData("{\"a\":1}\n{\"b\":\n[1]}", "row 1 (line 3), column 'b': a list found, numbers or text expected")]
    [InlineData("{\"a\":1}\n{\"a\":1,\"b\":2,\"a\":3}", "row 1 (line 2), column 'a': a duplicate key")]
    [InlineData("{\"a\":1}\n{\"a\":1e400}", "row 1 (line 2), column 'a': 1e400 found, a finite number expected")]
    [InlineData("{\"a\":1}\n{\"a\": NaN}", "row 1 (line 2), column 'a': NaN found, a finite number expected")]
    [InlineData("{\"a\":1}\n{\"a\":-Infinity}", "row 1 (line 2), column 'a': -Infinity found, a finite number expected")]
    [InlineData("{\"a\":1}\n{\"a\":}", "row 1 (line 2), column 'a': '}' is an invalid start of a value")]
    [InlineData("[{\"a\":1},{\"a\":1,\"y\"", "row 1 (line 1)")]
    [InlineData("{\"a\":\"\\ud800\"}", "row 0 (line 1), column 'a': a text found that is not Unicode")]
    [InlineData("\0\u0001", "row 0 (line 1): '0x00' is an invalid start of a value")]
    public void MalformedFilesAreRefusedWithTheirPlace(string json, string part) =>
        Assert.Contains(part, Assert.Throws<DataException>(() => Read(json)).Message);

    [Fact]
    public void BytesThatAreNoTextAreRefused() =>
        Assert.Contains("row 1 (line 2), column 'a': bytes found that are not UTF-8", Assert.Throws<DataException>(() => JsonReader.Read(new MemoryStream([.. "{\"a\":\"x\"}\n{\"a\":\""u8, 0xE9, .. "\"}"u8]), "t.json")).Message);

    [Fact]
    public void WhatNestsTooDeeplyIsRefused()
    {
        foreach (string json in new[] { new string('[', 1_000_000), string.Concat(Enumerable.Repeat("{\"a\":", 100_000)), $"{{\"a\":1}}\n{{\"b\":{new string('[', 100)}" })
        {
            var options = new ReadingOptions { Columns = new Dictionary<string, ColumnReading> { ["a"] = new(ColumnReadingKind.Skip), ["b"] = new(ColumnReadingKind.Skip) } };
            string message = Assert.Throws<DataException>(() => Read(json, options)).Message;
            Assert.True(message.Contains("nested more than 64 deep", StringComparison.Ordinal) || message.Contains("a row expected", StringComparison.Ordinal), message);
        }
    }

    [Fact]
    public void NamesThatNeverComeAgainDoNotFillTheMemory() =>
        Assert.Contains("most of them empty", Assert.Throws<DataException>(() => Read(string.Join('\n', Enumerable.Range(0, 40_000).Select(n => $"{{\"c{n}\":1}}")))).Message);

    [Fact]
    public void OtherEncodingsAndPackedFilesAreRead()
    {
        const string Json = "{\"ä\":\"ö\",\"y\":1}";
        Assert.Equal("ö", JsonReader.Read(new MemoryStream([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(Json)]), "t").Find("ä")!.Text(0));
        Assert.Equal("ö", JsonReader.Read(new MemoryStream([.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes(Json)]), "t").Find("ä")!.Text(0));
        Assert.Equal("ö", JsonReader.Read(new MemoryStream(Encoding.Latin1.GetBytes(Json)), "t", new() { Encoding = Encoding.Latin1 }).Find("ä")!.Text(0));
        string path = Path.Combine(Directory.CreateTempSubdirectory("backprop-test").FullName, "t.jsonl.gz");
        using (var zip = new GZipStream(File.Create(path), CompressionMode.Compress))
        {
            zip.Write(Encoding.UTF8.GetBytes(Json));
        }

        Assert.Equal("ö", JsonReader.Read(path).Find("ä")!.Text(0));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    /// <summary>Values that stand across the borders of what is read at once.</summary>
    [Fact]
    public void AMarkerOfNumbersStandsForAMissingOneBesideAnyText()
    {
        var options = new ReadingOptions { Missing = ["-999"], Columns = new Dictionary<string, ColumnReading> { ["m"] = new(ColumnReadingKind.Number) } };
        foreach (string json in new[] { """[{"m":"-999.0"},{"m":1}]""", """[{"m":"-999.0"},{"m":"bad"}]""" })
        {
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
            Column column = JsonReader.Read(stream, "t.json", options).Columns[0];
            Assert.True(column.IsMissing(0));
            Assert.False(column.IsMissing(1));
        }
    }

    [Fact]
    public void ATextAndANumberOfOneSpellingAreReadEachAsItIs()
    {
        var options = new ReadingOptions { Columns = new Dictionary<string, ColumnReading> { ["a"] = new(ColumnReadingKind.Number, new(',')) } };
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes("""[{"a":"1.234"},{"a":1.234}]"""));
        Column column = JsonReader.Read(stream, "t.json", options).Columns[0];
        Assert.Equal([double.NaN, 1.234], column.Codes.ToArray().Select(column.TypedNumber));
        using var open = new MemoryStream(Encoding.UTF8.GetBytes("""[{"a":"7"},{"a":7},{"a":"x"}]"""));
        column = JsonReader.Read(open, "t.json").Columns[0];
        Assert.Equal(column.Codes[0], column.Codes[1]); // one category
    }

    [Fact]
    public void LongFilesAreReadAcrossBuffers()
    {
        string[] texts = [.. Enumerable.Range(0, 3000).Select(n => new string((char)('a' + (n % 26)), n % 97) + n)];
        Table table = Read(string.Join('\n', texts.Select((text, n) => $"{{\"number\":{n}.5,\"text\":\"{text}\",\"escaped\":\"\\\"{text}\\u00e4\"}}")));
        Assert.Equal(texts, Enumerable.Range(0, 3000).Select(table.Columns[1].Text));
        Assert.Equal(texts.Select(text => $"\"{text}ä"), Enumerable.Range(0, 3000).Select(table.Columns[2].Text));
        Assert.Equal(Enumerable.Range(0, 3000).Select(n => n + 0.5), table.Columns[0].Numbers.ToArray());
        string longText = new('x', 300_000);
        Assert.Equal(longText, Read($"{{\"a\":\"{longText}\"}}").Columns[0].Text(0));
    }

    private static Table Read(string json, ReadingOptions? options = null) => JsonReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(json)), "t.json", options);
}
