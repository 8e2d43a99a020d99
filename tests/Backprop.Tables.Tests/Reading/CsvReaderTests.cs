using System.IO.Compression;
using System.Text;
using Backprop.Tables.Cells;
using Backprop.Tables.Reading;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Tests.Reading;

public sealed class CsvReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-test").FullName;
    private readonly Notes _notes = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("a,b\n1,2\n3,4\n")]
    [InlineData("a;b\r\n1;2\r\n3;4")]
    [InlineData("a\tb\r1\t2\r3\t4\r")]
    [InlineData("a|b\n1|2\n3|4\n")]
    [InlineData("a b\n1 2\n3    4\n")]
    [InlineData("  a   b\n  1   2 \n\n 3 \t 4\n")]
    [InlineData("sep=;\na;b\n1;2\n3;4\n")]
    [InlineData("\"sep=|\"\na|b\n1|2\n3|4\n")]
    [InlineData("\uFEFFa,b\n1,2\n3,4\n")]
    [InlineData(" a , \"b\"\n 1 , \" 2 \"\n\n\n3,4\n   \n")]
    [InlineData("\n\na,b\n1,2\n3,4\n\n")]
    [InlineData("\"a\",\"b\"\n\"1\",\"2\"\n\"3\",\"4\"\n")]
    public void DialectsAreFound(string csv)
    {
        foreach (int chunk in new[] { 4, 7, 16, CsvBytes.ChunkLength })
        {
            Table table = Read(csv, chunkLength: chunk);
            Assert.Equal(["a", "b"], table.Names);
            Assert.Equal([1, 3], table.Columns[0].Numbers.ToArray());
            Assert.Equal([2, 4], table.Columns[1].Numbers.ToArray());
            Assert.Equal(ColumnType.Integer, table.Columns[1].Type);
        }
    }

    [Theory]
    [InlineData("a,b;c\n1,x;y\n2,z;w\n", "a|b;c")]
    [InlineData("a;b\n1,5;2,5\n", "a|b")]
    [InlineData("Price, EUR;Size, m2\n1,5;2,5\n", "Price, EUR|Size, m2")]
    [InlineData("\"a,b\";c\n1;2\n", "a,b|c")]
    [InlineData("full name\nJohn Smith\nMary Jones\n", "full name")]
    [InlineData("text\na, b\nc\nd, e, f\n", "text")]
    [InlineData("city\tx\nBerlin, DE\t5\nParis, FR\t6\n", "city|x")]
    public void SeparatorsAreToldApart(string csv, string names) => Assert.Equal(names.Split('|'), Read(csv.Replace("a, b\nc\nd, e, f", "\"a, b\"\nc\n\"d, e, f\"")).Names);

    [Fact]
    public void TheSeparatorCanBeSaid()
    {
        Assert.Equal(["a;b"], Read("a;b\nx;y\n", new() { Separator = ',' }).Names);
        Assert.Equal([2.0, 4], Read("a:b\n1:2\n3:4\n", new() { Separator = ':' }).Columns[1].Numbers.ToArray());
        Assert.Equal(["Separator"], Assert.Throws<UsageException>(() => Read("a;b\nx;y\n", new() { Separator = '"' })).Settings);
    }

    [Theory]
    [InlineData("0,1,2\n5,6,7\n", "0|1|2", 1)]
    [InlineData("1,2,3\n5,6,7\n", "1|2|3", 1)]
    [InlineData("0.5,-1.7,0\n5,6,7\n", "x0|x1|x2", 2)]
    [InlineData("2019,2020,2021\n5,6,7\n", "x0|x1|x2", 2)]
    [InlineData("1,5;2,5\n3,5;4,5\n", "x0|x1", 2)]
    [InlineData("2019,2020,y\n5,6,7\n", "2019|2020|y", 1)]
    [InlineData(",0,1\n0,5,6\n", "column 0|0|1", 1)]
    [InlineData("med,small,bad\nlow,small,good\n", "med|small|bad", 1)]
    [InlineData("1,,3\n5,6,7\n", "1|column 1|3", 1)]
    public void HeadersAreToldFromRows(string csv, string names, int rows)
    {
        Table table = Read(csv);
        Assert.Equal(names.Split('|'), table.Names);
        Assert.Equal(rows, table.Rows);
    }

    [Fact]
    public void WhetherThereIsAHeaderCanBeSaid()
    {
        Assert.Equal(["2019", "2020"], Read("2019,2020\n1,2\n", new() { Header = true }).Names);
        Assert.Equal((2, "a"), (Read("a,b\nc,d\n", new() { Header = false }).Rows, Read("a,b\nc,d\n", new() { Header = false }).Columns[0].Text(0)));
        Assert.Equal(["2019", "2020"], Read("2019,2020\n1,2\n", new() { Columns = new Dictionary<string, ColumnReading> { ["2019"] = new(ColumnReadingKind.Auto), ["2020"] = new(ColumnReadingKind.Auto) } }).Names);
        Assert.Empty(_notes.All);
    }

    [Theory]
    [InlineData("a,b\n1,2\n3\n4,5,6\n", "'t.csv', row 1 (line 3): 1 cells found, 2 expected as in the header")]
    [InlineData("a,b\n1,2\n\n\"x\ny\",5\n4,5,6\n", "'t.csv', row 2 (line 6): 3 cells found")]
    [InlineData("a,b\n1,\"2\n3,4\n", "'t.csv', row 0 (line 2), column 'b': a quote is opened and not closed")]
    [InlineData("a,b\n1,2\n3,\"x\"y\n", "'t.csv', row 1 (line 3), column 'b': text found after a closing quote")]
    [InlineData("a,b,a\n1,2,3\n", "two columns named 'a': cells 0 and 2 of the header")]
    [InlineData("a,b\n1,2\n3,\0\n", "'t.csv', row 1 (line 3), column 'b': a zero byte found")]
    [InlineData("a\0,b\n1,2\n", "'t.csv', the header (line 1): a zero byte found")]
    [InlineData("", "'t.csv' is empty")]
    [InlineData("\n \n", "'t.csv' is empty")]
    [InlineData("a,b\n", "'t.csv' has no rows")]
    [InlineData("sep=;\n", "'t.csv' is empty")]
    [InlineData("1.5,2.5\n3\n", "row 1 (line 2): 1 cells found, 2 expected as in row 0")]
    public void WhatIsMalformedIsRefusedWithItsPlace(string csv, string part)
    {
        foreach (int chunk in new[] { 4, 9, CsvBytes.ChunkLength })
        {
            Assert.Contains(part, Assert.Throws<DataException>(() => Read(csv, chunkLength: chunk)).Message);
        }
    }

    [Theory]
    [InlineData("a,b\n1,x\n2,caf\u00e9\n", "row 1 (line 3), column 'b': the byte 0xE9 found, text in UTF-8 expected")]
    [InlineData("a,b\n1,\"x\n\u00e9\"\n2,y\n", "row 0 (line 3), column 'b': the byte 0xE9 found")]
    [InlineData("a,b\u00e9\n1,x\n", "the header (line 1): the byte 0xE9 found")]
    [InlineData("a,b\n1,x\n\u00e9,y\n", "row 1 (line 3), column 'a': the byte 0xE9 found")]
    public void BytesThatAreNoTextAreRefused(string latin, string part)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(latin);
        foreach (int chunk in new[] { 4, 9, CsvBytes.ChunkLength })
        {
            DataException error = Assert.Throws<DataException>(() => Read(bytes, chunkLength: chunk));
            Assert.Contains(part, error.Message);
            Assert.Equal(["Encoding = windows-1252"], error.Settings);
        }

        Assert.NotEmpty(Read(bytes, new() { Encoding = Encoding.Latin1 }).Columns);
    }

    [Fact]
    public void OtherEncodingsAreRead()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        const string Text = "größe,b\n1,€\n2,日本\n";
        foreach (Encoding encoding in new Encoding[] { new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            Table table = Read([.. encoding.GetPreamble(), .. encoding.GetBytes(Text)]);
            Assert.Equal(("größe", "€", "日本"), (table.Names[0], table.Columns[1].Text(0), table.Columns[1].Text(1)));
        }

        Assert.Equal("€", Read(Encoding.GetEncoding(1252).GetBytes("a,b\n1,€\n"), new() { Encoding = Encoding.GetEncoding(1252) }).Columns[1].Text(0));
        Assert.Contains("row 0 (line 2), column 'b': bytes found that are no text in", Assert.Throws<DataException>(() => Read([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("a,b\n1,"), 0, 0xD8, .. Encoding.Unicode.GetBytes("x\n")])).Message);
    }

    [Fact]
    public void QuotesAreThoseOfRfc4180()
    {
        Table table = Read("a,b\n\"x,\"\"y\"\"\",\"1\r\n2\"\n\"\",\"\"\"\"\n");
        Assert.Equal(["x,\"y\"", null], [table.Columns[0].Text(0), table.Columns[0].Text(1)]);
        Assert.Equal(["1\r\n2", "\""], [table.Columns[1].Text(0), table.Columns[1].Text(1)]);
    }

    [Fact]
    public void QuotesWithinCellsStandForThemselvesAndAreNoted()
    {
        foreach (int chunk in new[] { 4, 9, CsvBytes.ChunkLength })
        {
            var notes = new Notes();
            Table table = Read("size,n\n5\" pipe,3\n6\" pipe,4\n\"a \"\"b\"\"\",5\n", notes: notes, chunkLength: chunk);
            Assert.Equal(["5\" pipe", "6\" pipe", "a \"b\""], Texts(table.Columns[0]));
            Assert.Equal([3, 4, 5], table.Columns[1].Numbers.ToArray());
            Assert.Contains("row 0 (line 2), column 'size': a quote within a cell", Assert.Single(notes.All).Message);
        }
    }

    [Fact]
    public void MissingCellsAreThoseOfTheListAlone()
    {
        Table table = Read("a,b\n,x\nNA,NULL\n nan ,?\n\" \",\"\"\n1,nil\n");
        Assert.Equal([true, true, true, true, false], Enumerable.Range(0, 5).Select(table.Columns[0].IsMissing));
        Assert.Equal(["x", null, null, null, "nil"], Texts(table.Columns[1]));
        table = Read("a,b\n-999,x\n-999.0,NA\n1,-999\n", new() { Missing = ["-999"] });
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(table.Columns[0].IsMissing));
        Assert.Equal(["x", "NA", null], Texts(table.Columns[1]));
        Assert.Equal([null, null, "1"], Texts(table.AsWritten(["a"]).Columns[0]));
    }

    [Theory]
    [InlineData("a,b\n-999.0,1\n-999,2\nx,-999.0\n")]
    [InlineData("a,b\nx,1\n-999,2\n-999.0,-999.0\n")]
    public void ANumberThatStandsForAMissingOneDoesSoAmongTextsToo(string csv)
    {
        Table table = Read(csv, new() { Missing = ["-999"] });
        Assert.Equal([null, null, "x"], Texts(table.Columns[0]).Order());
        Assert.Equal([1, 2, double.NaN], table.Columns[1].Numbers.ToArray());
        Assert.Null(Read("a;b\n-999.0;1\n", new() { Missing = ["-999"], Columns = new Dictionary<string, ColumnReading> { ["a"] = new(ColumnReadingKind.Text) } }).Columns[0].Text(0));
    }

    [Fact]
    public void ABlankLineOfOneColumnIsNoRowAndIsNoted()
    {
        foreach (int chunk in new[] { 4, CsvBytes.ChunkLength })
        {
            var notes = new Notes();
            Table table = Read("a\n1\n\n\"\"\n2\n\n\n", notes: notes, chunkLength: chunk);
            Assert.Equal(3, table.Rows);
            Assert.True(table.Columns[0].IsMissing(1));
            Assert.Contains("1 blank line is left out", Assert.Single(notes.All).Message);
        }
    }

    [Fact]
    public void ColumnsAreNumbersOrTextWhollyWhereverTheTextStands()
    {
        string csv = "a,b\n" + string.Concat(Enumerable.Range(0, 500).Select(n => $"{n}.50,{(n == 470 ? "B1" : "1.10")}\n"));
        foreach (int chunk in new[] { 16, 100, 1000, CsvBytes.ChunkLength })
        {
            Table table = Read(csv, chunkLength: chunk);
            Assert.Equal((ColumnType.Real, ColumnType.Text), (table.Columns[0].Type, table.Columns[1].Type));
            Assert.Equal(499.5, table.Columns[0].Numbers[499]);
            Assert.Equal(["1.10", "B1"], table.Columns[1].Values);
            Assert.Equal(("1.10", "B1", "1.10"), (table.Columns[1].Text(469), table.Columns[1].Text(470), table.Columns[1].Text(471)));
            Assert.Equal(["7.50", "499.50"], Texts(table.Select([7, 499]).AsWritten(["a"]).Columns[0]));
        }
    }

    [Theory]
    [InlineData("a,b\n\"1,234.50\",x\n7,y\n", 1234.5, '.', ',', null)]
    [InlineData("a,b\n\"1,234\",x\n7,y\n", 1234, '.', ',', null)]
    [InlineData("a;b\n1,234;x\n7;y\n", 1.234, ',', null, null)]
    [InlineData("a;b\n1.234,50;x\n7;y\n", 1234.5, ',', '.', null)]
    [InlineData("a;b\n1.234;5,25\n7;1,5\n", 1234, ',', '.', null)]
    [InlineData("a;b\n1.234;5.25\n7;1.5\n", 1.234, '.', null, null)]
    [InlineData("a;b\n1,234;5.25\n7;1.5\n", 1234, '.', ',', null)]
    [InlineData("a;b\n1234;5,25\n7;1,5\n", 1234, ',', null, null)]
    [InlineData("a;b\n\"5,0\";x\n\"7,25\";y\n", 5, ',', null, null)]
    [InlineData("a,b\n$5.50,x\n7,y\n", 5.5, '.', null, "$")]
    [InlineData("a,b\n12%,x\n7%,y\n", 12, '.', null, "%")]
    [InlineData("a,b\n(12.50),x\n7,y\n", -12.5, '.', null, null)]
    [InlineData("a;b\n1 234,5;x\n7;y\n", 1234.5, ',', ' ', null)]
    [InlineData("a;b\n1 234;6,5\n7;5,5\n", 1234, ',', ' ', null)]
    public void NumbersAreReadInTheirColumnsFormat(string csv, double first, char mark, char? thousands, string? currency)
    {
        foreach (int chunk in new[] { 4, 9, CsvBytes.ChunkLength })
        {
            Column column = Read(csv, chunkLength: chunk).Columns[0];
            Assert.Equal(new(mark, thousands, currency), column.Format);
            Assert.Equal(first, column.Number(0));
            Assert.Equal(csv.Contains("7,25", StringComparison.Ordinal) ? 7.25 : 7, column.Number(1));
            Assert.Equal(first == Math.Truncate(first) && !csv.Contains("5,0\"", StringComparison.Ordinal) ? ColumnType.Integer : ColumnType.Real, column.Type);
        }
    }

    [Fact]
    public void WhatIsGuessedOfNumbersIsNoted()
    {
        Read("a,b\n\"1,234\",x\n7,y\n");
        Assert.Contains("column 'a': '1,234' is read as 1234; it could be 1.234 too", Assert.Single(_notes.All).Message);
        Assert.Equal(["Decimal = ','"], _notes.All[0].Settings);
        Read("a;b\n5,25;x\n7;y\n");
        Assert.Contains("decimal commas are taken in column 'a'", _notes.All[1].Message);
        Read("a;b\n1.234;5,25\n7;1,5\n");
        Assert.Contains("'1.234' is read as 1234; it could be 1.234 too", _notes.All[2].Message);
        int before = _notes.All.Count;
        Read("a,b\n1.5,2\n7,x\n");
        Read("a,b\n1.234,x\n7,y\n"); // where commas separate cells, points are decimal
        Read("a;b\n1.234;x\n0.712;y\n");
        Read("a;b\n1.234;1.5\n7;2.5\n"); // the other column says what points are
        Assert.Equal(before, _notes.All.Count);
        Read("a;b\n1.200;10\n950;8\n2.310;20\n");
        Assert.Contains("column 'a': '1.200' is read as 1.2; it could be 1200 too", Assert.Single(_notes.All.Skip(before)).Message);
        Assert.Equal(["Decimal = ','"], _notes.All[before].Settings);
    }

    [Fact]
    public void BetweenCommasADecimalCommaMustBeAskedFor()
    {
        Table table = Read("a,b,c\n\"1,23\",\"1,234\",1.234.567\n\"12,500\",\"5,678\",2.000.000\n", notes: _notes);
        Assert.Equal(["1,23", "12,500"], Texts(table.Columns[0]));
        Assert.Equal([1234, 5678], table.Columns[1].Numbers.ToArray());
        Assert.Equal([1234567, 2000000], table.Columns[2].Numbers.ToArray());
        Note note = Assert.Single(_notes.All, note => note.Message.Contains("column 'a' ('1,23', …) is taken for text", StringComparison.Ordinal));
        Assert.Equal(["Decimal = ','"], note.Settings);
        Assert.Equal(12.5, Read("a,b\n\"1,23\",x\n\"12,500\",y\n", new() { Decimal = ',' }).Columns[0].Number(1));
        string csv = "a,y\n" + string.Concat(Enumerable.Range(0, 60).Select(n => $"\"{n % 5},5\",{n * 7 % 30}.5\n"));
        Assert.Equal(FeatureKind.Categorical, SchemaInference.Infer(Read(csv), new() { Targets = ["y"] }).Columns[0].Kind);
    }

    [Fact]
    public void AHeaderThatMayBeARowIsNoted()
    {
        Read("5.1,3.5,setosa\n4.9,3.0,virginica\n");
        Note note = Assert.Single(_notes.All);
        Assert.Contains("the first line (5.1, 3.5, setosa) is taken for the header", note.Message);
        Assert.Equal((false, "Header = false"), (note.IsLoss, Assert.Single(note.Settings)));
        Read("2019,2020,y\n5,6,7\n");
        Read(",0,1\n0,5,6\n");
        Read("5.1,3.5,setosa\n4.9,3.0,virginica\n", new() { Header = true });
        Assert.Single(_notes.All);
    }

    [Fact]
    public void TheDecimalMarkCanBeSaid()
    {
        Assert.Equal([1234, 5.5], Read("a,b\n\"1.234\",x\n\"5,5\",y\n", new() { Decimal = ',' }).Columns[0].Numbers.ToArray());
        Column told = Read("a;b\n1.5;x\n2.5;y\n", new() { Decimal = ',' }, notes: new()).Columns[0];
        Assert.Equal((true, ','), (told.IsText, told.DecimalMark));
        Assert.Equal([1234, 5678], Read("a;b\n1,234;x\n5,678;y\n", new() { Decimal = '.' }).Columns[0].Numbers.ToArray());
        Assert.Empty(_notes.All);
    }

    [Fact]
    public void AFormatThatShowsLateCountsForAllRows()
    {
        string csv = "a;b\n" + string.Concat(Enumerable.Range(0, 300).Select(n => $"{(n == 250 ? "1.234,5" : "12")};{(n == 20 ? "7 €" : "3")}\n"));
        foreach (int chunk in new[] { 16, 100, CsvBytes.ChunkLength })
        {
            Table table = Read(csv, chunkLength: chunk);
            Assert.Equal((1234.5, 12, ColumnType.Real), (table.Columns[0].Numbers[250], table.Columns[0].Numbers[0], table.Columns[0].Type));
            Assert.Equal((7, 3, "€"), (table.Columns[1].Numbers[20], table.Columns[1].Numbers[299], table.Columns[1].Format!.Currency));
            Assert.Equal("1.234,5", table.AsWritten(["a"]).Columns[0].Text(250));
        }
    }

    [Fact]
    public void KnownColumnsAreReadAsASchemaSays()
    {
        var options = new ReadingOptions
        {
            Columns = new Dictionary<string, ColumnReading>
            {
                ["a"] = new(ColumnReadingKind.Number, new(',', '.')),
                ["b"] = new(ColumnReadingKind.Text),
                ["c"] = new(ColumnReadingKind.Skip),
                ["d"] = new(ColumnReadingKind.Number, NumberFormat.Plain),
            },
        };
        Table table = Read("a;b;c;d;e\n1.234;1.10;9;1;1\n", options);
        Assert.Equal(["a", "b", "d", "e"], table.Names);
        Assert.Equal(1234, table.Columns[0].Number(0));
        Assert.Equal("1.10", table.Columns[1].Text(0));
        table = Read("a;b;c;d\n1.234;1.10;9;1,5\n1.5;2;9;1\n", options);
        Assert.Equal((true, "1.5", true, "1,5"), (table.Columns[0].IsText, table.Columns[0].Text(1), table.Columns[2].IsText, table.Columns[2].Text(0)));
        Assert.Empty(_notes.All);
    }

    [Fact]
    public void SeveralFilesAreOneTable()
    {
        Write("p1.csv", "a,b,c\n1,2,x\n3,4,y\n");
        Write("p2.csv", "c;b;a\nz;5,5;6\n");
        Table table = TableReader.Read(Path.Combine(_folder, "p*.csv"), null, _notes);
        Assert.Equal(["a", "b", "c"], table.Names);
        Assert.Equal([1, 3, 6], table.Columns[0].Numbers.ToArray());
        Assert.Equal([2, 4, 5.5], table.Columns[1].Numbers.ToArray());
        Assert.Equal(["x", "y", "z"], Texts(table.Columns[2]));
        Assert.EndsWith("p2.csv', row 0 (line 2)", table.Place(2));
        Assert.EndsWith("p1.csv', row 1 (line 3)", table.Select([1]).Place(0));
        Write("p3.csv", "c,b,a\n1,2\n");
        Assert.Contains("p3.csv', row 0 (line 2): 2 cells found", Assert.Throws<DataException>(() => TableReader.Read(Path.Combine(_folder, "p*.csv"))).Message);
        Write("p3.csv", "c,b,d\n1,2,3\n");
        Assert.Contains("p3.csv' has no column 'a'", Assert.Throws<DataException>(() => TableReader.Read(Path.Combine(_folder, "p*.csv"))).Message);
        Write("p3.csv", "c,b,a,d\n1,2,3,4\n");
        Assert.Contains("has no column 'd', which", Assert.Throws<DataException>(() => TableReader.Read(Path.Combine(_folder, "p*.csv"))).Message);
        Write("p3.csv", "a,b,c\nB1,2,x\n");
        Assert.Equal(["1", "3", "6", "B1"], Texts(TableReader.Read(Path.Combine(_folder, "p*.csv")).Columns[0]));
    }

    [Fact]
    public void WhatAFileMeansDoesNotDependOnThoseBesideIt()
    {
        Write("p1.csv", "a,y\n1.5,12.345\n2.5,206.125\n");
        Write("p2.csv", "y;a\n12,345;1,5\n206,020;2,5\n");
        Table table = TableReader.Read(Path.Combine(_folder, "p*.csv"), null, _notes), alone = TableReader.Read(Path.Combine(_folder, "p2.csv"));
        Assert.Equal([1.5, 2.5, 1.5, 2.5], table.Find("a")!.Numbers.ToArray());
        Assert.Equal([12.345, 206.125, 12.345, 206.02], table.Find("y")!.Numbers.ToArray());
        Assert.Equal(alone.Find("y")!.Numbers, table.Find("y")!.Numbers[2..]);
        Assert.Equal(NumberFormat.Plain, table.Find("y")!.Format);
        Note note = Assert.Single(_notes.All, note => note.Message.Contains("p*.csv', column 'a' and 1 more: the numbers of '", StringComparison.Ordinal));
        Assert.Equal(["Decimal = ','"], note.Settings);
        Table written = table.Select([3, 0]).AsWritten(["a", "y"]);
        Assert.Equal(["2,5", "1.5", "206,020", "12.345"], Texts(written.Find("a")!).Concat(Texts(written.Find("y")!)));
    }

    [Fact]
    public void ARowThatIsTooLongIsRefusedWithItsPlace()
    {
        Write("long.csv", $"a,b\n1,2\n{new string('x', 17 << 20)},3\n4,5\n");
        Assert.Contains("row 1 (line 3): a row of more than 16 million characters found", Assert.Throws<DataException>(() => TableReader.Read(Path.Combine(_folder, "long.csv"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADoubtfulFileIsAsDoubtfulInCompany()
    {
        Write("q1.csv", "a,b\n\"1,234\",x\n");
        Write("q2.csv", "a;b\n1,234;x\n");
        Notes alone = new(), together = new();
        Assert.Equal((1234, 1.234), (TableReader.Read(Path.Combine(_folder, "q1.csv"), null, alone).Columns[0].Number(0), TableReader.Read(Path.Combine(_folder, "q2.csv"), null, alone).Columns[0].Number(0)));
        Assert.Equal([1234, 1.234], TableReader.Read(Path.Combine(_folder, "q*.csv"), null, together).Columns[0].Numbers.ToArray());
        Assert.Equal(alone.All.Select(note => note.Message), together.All.Take(alone.All.Count).Select(note => note.Message));
        Assert.Equal(alone.All.Count + 1, together.All.Count);
    }

    [Theory]
    [InlineData("a\n5\n", "a\n\"1,234.5\"\n", '.', ',', null, false)]
    [InlineData("a;b\n5;1\n", "a;b\n1,5;1\n", ',', null, null, false)]
    [InlineData("a;b\n;1\n", "a;b\n1.234,5;1\n", ',', '.', null, false)]
    [InlineData("a\n1.5\n", "a\n$7\n", '.', null, "$", false)]
    [InlineData("a\n0.12\n", "a\n12%\n", '.', null, null, true)]
    [InlineData("a\n$7\n", "a\n7 €\n", '.', null, "$", true)]
    public void TheSchemaKeepsTheFormatThatAllFilesFit(string first, string second, char mark, char? thousands, string? currency, bool isUnlike)
    {
        Write("p1.csv", first);
        Write("p2.csv", second);
        Assert.Equal(new(mark, thousands, currency), TableReader.Read(Path.Combine(_folder, "p*.csv"), new() { Header = true }, _notes).Columns[0].Format);
        Assert.Equal(isUnlike, _notes.All.Any(note => note.Message.Contains("are written otherwise than those before", StringComparison.Ordinal)));
    }

    [Fact]
    public void PackedFilesAreReadAsFarAsTheyArePlausible()
    {
        string path = Path.Combine(_folder, "a.csv.gz");
        using (var file = new GZipStream(File.Create(path), CompressionLevel.Optimal))
        {
            file.Write("a,b\n1,2\n"u8);
        }

        Assert.Equal(2, TableReader.Read(path).Columns[1].Number(0));
        using (var file = new GZipStream(File.Create(path), CompressionLevel.SmallestSize))
        {
            byte[] zeros = new byte[1 << 20];
            Array.Fill(zeros, (byte)'1');
            for (int n = 0; n < 180; n++)
            {
                file.Write(zeros);
            }
        }

        Assert.Contains("no such file packs so well", Assert.Throws<DataException>(() => TableReader.Read(path)).Message);
        File.WriteAllText(path, "a,b\n1,2\n");
        Assert.Contains("cannot read", Assert.Throws<DataException>(() => TableReader.Read(path)).Message);
    }

    [Fact]
    public void ALongFileIsReadAgainWhereItsSpellingIsWantedUnlessItHasChanged()
    {
        string path = Path.Combine(_folder, "long.csv");
        Write("long.csv", "\uFEFFa,b\n1.10,x\n2.20,y\n3.30,z\n");
        Table table = TableReader.ReadCsv([path], path, new(), null, 0, 8);
        Assert.Equal([1.1, 2.2, 3.3], table.Columns[0].Numbers.ToArray());
        Assert.Equal(["1.10", "2.20", "3.30"], Texts(table.AsWritten(["a"]).Columns[0]));
        Write("long.csv", "\uFEFFa,b\n1.10,x\n2.20,y\n3.3,z\n");
        Assert.Contains("has changed since", Assert.Throws<DataException>(() => table.AsWritten(["a"])).Message);
        File.Delete(path);
        Assert.Contains("cannot read", Assert.Throws<DataException>(() => table.AsWritten(["a"])).Message);
    }

    [Fact]
    public void WideTablesCostNoMoreThanTheirCells()
    {
        string header = string.Join(',', Enumerable.Range(0, 200_000).Select(n => $"c{n}"));
        Assert.Contains("1 cells found, 200000 expected", Assert.Throws<DataException>(() => Read(header + "\n1\n")).Message);
        Table table = Read(header + "\n" + string.Join(',', Enumerable.Range(0, 200_000)) + "\n" + string.Join(',', Enumerable.Repeat("x", 200_000)) + "\n");
        Assert.Equal((200_000, "199999", "x"), (table.Columns.Count, table.Columns[^1].Text(0), table.Columns[^1].Text(1)));
    }

    [Fact]
    public void LongLinesAndCellsAreRead()
    {
        string text = new('x', 5_000_000);
        Table table = Read($"a,b\n\"{text}\n\",1\ny,2\n");
        Assert.Equal((5_000_000, "y"), (table.Columns[0].Text(0)!.Length, table.Columns[0].Text(1)));
    }

    [Fact]
    public void ARowOfNothingButSeparatorsIsARow()
    {
        Table table = Read("\t\n1\t2\n", new() { Header = false, Separator = '\t' });
        Assert.Equal((2, true, 2), (table.Rows, table.Columns[1].IsMissing(0), table.Columns[1].Number(1)));
        Assert.Contains("row 2 (line 4)", Assert.Throws<DataException>(() => Read("a\tb\n\t\n\t\n1\t\"x\n")).Message);
        Assert.Equal(3, Read("a,b\n,\n,\n,1\n").Rows);
    }

    [Fact]
    public void PlacesCountRowsAndLines()
    {
        foreach (int chunk in new[] { 4, 9, CsvBytes.ChunkLength })
        {
            Table table = Read("sep=,\na,b\n1,\"x\ny\"\n\n2,z\n3,w\n", chunkLength: chunk);
            Assert.Equal(["'t.csv', row 0 (line 3)", "'t.csv', row 1 (line 6)", "'t.csv', row 2 (line 7)"], Enumerable.Range(0, 3).Select(table.Place));
        }
    }

    private static IEnumerable<string?> Texts(Column column) => Enumerable.Range(0, column.Rows).Select(column.Text);

    private Table Read(string csv, ReadingOptions? options = null, Notes? notes = null, int chunkLength = CsvBytes.ChunkLength) => Read(Encoding.UTF8.GetBytes(csv), options, notes, chunkLength);

    private Table Read(byte[] bytes, ReadingOptions? options = null, Notes? notes = null, int chunkLength = CsvBytes.ChunkLength)
    {
        using var stream = new MemoryStream(bytes);
        return TableReader.ReadCsv(stream, "t.csv", options, notes ?? _notes, chunkLength);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);
}
