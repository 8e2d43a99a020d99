using Backprop.Tables.Schemas;

namespace Backprop.Tables.Tests.Schemas;

public sealed class PredictionTests
{
    private const string Training = """
        size,colour,smoker,day,y
        1.5,red,yes,2025-01-01,1
        2.5,blue,no,2025-02-03,2.5
        4.0,red,no,2025-03-04,3
        3.0,green,yes,2025-04-09,4
        """;

    private static readonly TableSchema s_schema = SchemaInference.Infer(Cells.Csv(Training), new());

    [Fact]
    public void NothingIsSaidOfRowsLikeThoseOfTraining() => Assert.Empty(Said(Training));

    [Fact]
    public void WhatIsOddIsSaidInOneLineEach() => Assert.Equal(
    [
        ("column 'colour': 3 cells of a value that training did not have, the first 'pink' in row 0", true),
        ("column 'size': 1 cell is missing, training had none such; the median 2.75 takes their place; the first in row 2", false),
        ("column 'colour': 1 cell is missing, training had none such; no category takes their place; the first in row 1", false),
        ("column 'smoker': 2 cells are missing, training had none such; neither true nor false takes their place; the first in row 0", false),
        ("column 'size': 2 cells lie far outside what training had (1.5 … 4), the first '100' in row 0", false),
        ("column 'day': 1 cell lies far outside what training had (2025-01-01 … 2025-04-09), the first '1999-01-01' in row 3", false),
    ], Said("""
        size,colour,smoker,day
        100,pink,,2025-01-01
        -7,,,2025-01-01
        ,pink,yes,2025-01-01
        6,violet,no,1999-01-01
        """));

    [Fact]
    public void ManyOddColumnsAreSaidInOneLine()
    {
        string[] names = [.. Enumerable.Range(0, 30).Select(n => $"c{n}"), "y"];
        TableSchema schema = SchemaInference.Infer(Cells.Of(names, [.. Enumerable.Range(0, 9).Select(row => names.Select((_, n) => $"{(n + row) * row}.5").ToArray())]), new());
        var notes = new Notes();
        schema.Transform<double>(Cells.Of(names, [[.. names.Select(_ => (string?)null)]], schema.Reading(null, needTargets: false)), false, notes: notes);
        Assert.Equal(21, notes.All.Count);
        Assert.Equal("the same in 10 more columns ('c20', 'c21', 'c22', 'c23', 'c24', …), 10 cells", notes.All[20].Message);
    }

    [Theory]
    [InlineData("size,colour,smoker,day\n1,red,yes,2025-01-01\nbig,red,yes,2025-01-01", "'t.csv', row 1, column 'size': 'big' found, a number expected")]
    [InlineData("size,colour,smoker,day\n1,red,perhaps,2025-01-01", "'t.csv', row 0, column 'smoker': 'perhaps' found, true or false expected")]
    [InlineData("size,colour,smoker,day\n1,red,yes,1.2.2025", "'t.csv', row 0, column 'day': '1.2.2025' found, a date (y-m-d) expected")]
    [InlineData("size,colour,smoker,day\n1,red,yes,2025-01-01\n1,red,yes,x\nx,red,yes,2025-01-01", "'t.csv', row 1, column 'day'")]
    public void CellsThatCannotBeReadAreAnErrorOrMissing(string csv, string message)
    {
        DataException error = Assert.Throws<DataException>(() => s_schema.Transform<double>(Cells.Csv(csv), false));
        Assert.Contains(message, error.Message);
        Assert.Equal("BadCells = missing", error.Settings[0]);
        var notes = new Notes();
        s_schema.Transform<double>(Cells.Csv(csv), false, notes: notes, options: new() { BadCells = BadCells.Missing });
        Assert.Contains(notes.All, note => note.IsLoss && note.Message.Contains("cannot be read and is taken as missing, the first '", StringComparison.Ordinal));
    }

    [Fact]
    public void TheOtherDecimalMarkIsNamedFirstWhereItFits()
    {
        TableSchema schema = SchemaInference.Infer(Cells.Csv("size,y\n1.5,0.5\n2,2\n4,2.5\n"), new());
        Assert.Equal("Decimal = ','", Refused("-14,63", "1")[0]);
        Assert.Equal("Decimal = ','", Refused("1", "1,5")[0]);
        Assert.Equal("BadCells = missing", Refused("x", "1")[0]);
        IReadOnlyList<string> Refused(string size, string y) => Assert.Throws<DataException>(() => schema.Transform<double>(Cells.Of(["size", "y"], [[size, y]], schema.Reading(null, needTargets: true)), true)).Settings;
    }

    [Fact]
    public void MissingCellsAndBadCellsAreTheSame()
    {
        TableSchema schema = SchemaInference.Infer(Cells.Csv("size,y\n1.5,1\n,2\n4,2.5\n"), new());
        Assert.Equal(schema.Transform<double>(Cells.Csv("size\nx\n"), false, options: new() { BadCells = BadCells.Missing }).Features.ToArray(), schema.Transform<double>(Cells.Csv("size,z\n,1\n"), false).Features.ToArray());
    }

    [Fact]
    public void NumbersThatAreTooLargeOrNotFiniteAreAnError()
    {
        Assert.Contains("row 0, column 'size': '1E+300' found, a number that is not so large expected", Assert.Throws<DataException>(() => s_schema.Transform<float>(Table(1e300), false)).Message);
        Assert.Contains("row 0, column 'size': 'Infinity' found, a finite number expected", Assert.Throws<DataException>(() => s_schema.Transform<float>(Table(double.PositiveInfinity), false)).Message);

        static Table Table(double size) => new("t", [new("size", ColumnType.Real, [size]), new("colour", ["red"]), new("smoker", ["yes"]), new("day", ["2025-01-01"])]);
    }

    [Fact]
    public void ColumnsAreFoundByTheirExactNames()
    {
        DataException error = Assert.Throws<DataException>(() => s_schema.Transform<double>(Cells.Csv("Size,day,smoker,more\n1,2025-01-01,yes,1\n"), false));
        Assert.Contains("missing columns 'size' (did you mean 'Size'?), 'colour'; the file has Size, day, smoker, more", error.Message);
        Table skipped = Cells.Csv("Size,colour,day,smoker\n1,red,2025-01-01,yes\n", s_schema.Reading(null, needTargets: false));
        Assert.Contains("missing column 'size' (did you mean 'Size'?)", Assert.Throws<DataException>(() => s_schema.Transform<double>(skipped, false)).Message);
    }

    [Fact]
    public void ThousandsOfRowsAreWrittenInBlocksAsEachAlone()
    {
        string[] colours = ["red", "blue", "green", "pink"];
        Table table = Cells.Of(["day", "colour", "size", "smoker"], [.. Enumerable.Range(0, 20_000).Select(n => new[] { $"2025-01-{(n % 28) + 1:00}", colours[n % 4], n % 7 == 0 ? null : $"{n}.25", n % 3 == 0 ? "yes" : "no" })]);
        float[] all = s_schema.Transform<float>(table, false).Features.ToArray();
        for (int row = 0; row < table.Rows; row += 997)
        {
            Assert.Equal(s_schema.Transform<float>(table.Select([row]), false).Features.ToArray(), all.AsSpan(row * s_schema.FeatureCount, s_schema.FeatureCount).ToArray());
        }
    }

    private static (string, bool)[] Said(string csv)
    {
        var notes = new Notes();
        s_schema.Transform<double>(Cells.Csv(csv, s_schema.Reading(null, needTargets: false)), false, notes: notes);
        return [.. notes.All.Select(note => (note.Message, note.IsLoss))];
    }
}
