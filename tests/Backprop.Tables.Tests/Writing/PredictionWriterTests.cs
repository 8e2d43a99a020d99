using System.Text;
using Backprop.Tables.Reading;
using Backprop.Tables.Writing;
using CsCheck;

namespace Backprop.Tables.Tests.Writing;

public sealed class PredictionWriterTests
{
    private const string Characters = "abc,;\"\n\t äö€漢 '|\\{}[]#=%";

    private static readonly Column[] s_columns =
    [
        new("na,me", ["a", "b \"q\"", null, " c", "x,y", "ä\n€"]), new("p", ColumnType.Real, [0.1, 1e-17, double.NaN, -0.0, 1e21, 123456789.125]),
        new("n", ColumnType.Integer, [1, 2, 3, double.NaN, -5, 6]), new("b", ColumnType.Boolean, [1, 0, double.NaN, 1, 1, 0]),
    ];

    [Fact]
    public void CellsAreQuotedWhereTheyMustBe()
    {
        Assert.Equal("\"na,me\",p,n,b\na,0.1,1,true\n\"b \"\"q\"\"\",1E-17,2,false\n,,3,\n\" c\",-0,,true\n\"x,y\",1E+21,-5,true\n\"ä\n€\",123456789.125,6,false\n", Text(".csv"));
        Assert.Equal("na,me\tp\tn\tb\na\t0.1\t1\ttrue\n\"b \"\"q\"\"\"\t1E-17\t2\tfalse\n\t\t3\t\n\" c\"\t-0\t\ttrue\nx,y\t1E+21\t-5\ttrue\n\"ä\n€\"\t123456789.125\t6\tfalse\n", Text(".tsv"));
    }

    [Fact]
    public void JsonHasNullForWhatIsMissingOrInfinite()
    {
        Assert.Equal("{\"na,me\":\"a\",\"p\":0.1,\"n\":1,\"b\":true}\n{\"na,me\":\"b \\\"q\\\"\",\"p\":1E-17,\"n\":2,\"b\":false}\n{\"na,me\":null,\"p\":null,\"n\":3,\"b\":null}\n{\"na,me\":\" c\",\"p\":-0,\"n\":null,\"b\":true}\n{\"na,me\":\"x,y\",\"p\":1E+21,\"n\":-5,\"b\":true}\n{\"na,me\":\"ä\\n€\",\"p\":123456789.125,\"n\":6,\"b\":false}\n", Text(".jsonl"));
        Assert.Equal("[\n{\"p\":null},\n{\"p\":1}\n]\n", Text(".json", new Column("p", ColumnType.Real, [double.PositiveInfinity, 1])));
    }

    [Fact]
    public void AMissingCellAloneIsARow() => Assert.Equal("p\n1\n\"\"\n2\n", Text(".csv", new Column("p", ColumnType.Real, [1, double.NaN, 2])));

    [Fact]
    public void OtherExtensionsAreRefused() => Assert.Contains("found '.xlsx'", Assert.Throws<UsageException>(() => PredictionWriter.RequireFormat("p.xlsx")).Message);

    /// <summary>More rows than a block has, in the order of the rows.</summary>
    [Fact]
    public void BlocksAreWrittenInOrder()
    {
        double[] numbers = [.. Enumerable.Range(0, 100_000).Select(n => n / 8.0)];
        foreach (string extension in (string[])[".csv", ".jsonl", ".parquet"])
        {
            Table back = Back(extension, [new("a", ColumnType.Real, numbers)]);
            Assert.Equal(numbers, back.Columns[0].Numbers.ToArray());
        }
    }

    [Theory]
    [InlineData(".csv")]
    [InlineData(".tsv")]
    [InlineData(".json")]
    [InlineData(".jsonl")]
    [InlineData(".parquet")]
    public void WhatIsWrittenIsReadAgain(string extension)
    {
        Gen<string?> text = Gen.Int[0, Characters.Length - 1].Select(n => Characters[n]).Array[0, 12].Select(characters => (string?)$"t{new string(characters)}t");
        Gen<string?> cell = Gen.Frequency((5, text), (1, Gen.Const((string?)null)));
        Gen<double> gap = Gen.Const(double.NaN);
        Gen<Column> column(int rows, string name) => Gen.OneOf(
            cell.Array[rows].Select(cells => new Column(name, cells)),
            Gen.Frequency((5, Gen.Double.Where(double.IsFinite)), (1, gap)).Array[rows].Select(cells => new Column(name, ColumnType.Real, cells)),
            Gen.Frequency((5, Gen.Int.Select(n => (double)n)), (1, gap)).Array[rows].Select(cells => new Column(name, ColumnType.Integer, cells)),
            Gen.Frequency((5, Gen.Bool.Select(b => b ? 1.0 : 0)), (1, gap)).Array[rows].Select(cells => new Column(name, ColumnType.Boolean, cells)));
        Gen<Column[]> tables = Gen.Int[1, 40].SelectMany(rows => column(rows, "x").Array[1, 5]).Select(columns => columns.Select((column, c) => column.IsText
            ? new Column($"na.me {c}", [.. Enumerable.Range(0, column.Rows).Select(column.Text)])
            : new Column($"na.me {c}", column.Type, column.Numbers.ToArray())).ToArray());
        tables.Sample(
            columns =>
            {
                Table back = Back(extension, columns);
                for (int c = 0; c < columns.Length; c++)
                {
                    (Column a, Column b) = (columns[c], back.Columns[c]);
                    for (int row = 0; row < a.Rows; row++)
                    {
                        if (a.IsMissing(row) || a.IsText || a.Type == ColumnType.Boolean)
                        {
                            Assert.Equal(a.Text(row), b.Text(row));
                        }
                        else
                        {
                            Assert.Equal(BitConverter.DoubleToInt64Bits(a.Number(row)), BitConverter.DoubleToInt64Bits(b.Number(row)));
                        }
                    }
                }
            },
            iter: 100);
    }

    private static Table Back(string extension, Column[] columns)
    {
        using var stream = new MemoryStream();
        PredictionWriter.Write(stream, extension, columns);
        stream.Position = 0;
        return extension switch
        {
            ".parquet" => ParquetReader.Read(stream, "t"),
            ".csv" or ".tsv" => TableReader.ReadCsv(stream, "t", new() { Separator = extension == ".csv" ? ',' : '\t', Header = true, Decimal = '.' }),
            _ => JsonReader.Read(stream, "t"),
        };
    }

    private static string Text(string extension, params Column[] columns)
    {
        using var stream = new MemoryStream();
        PredictionWriter.Write(stream, extension, columns.Length == 0 ? s_columns : columns);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
