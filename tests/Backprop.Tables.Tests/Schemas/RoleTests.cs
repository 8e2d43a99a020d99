using Backprop.Tables.Cells;
using Backprop.Tables.Reading;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Tests.Schemas;

public sealed class RoleTests
{
    private const string Csv = """
        zip,size a,size b,note,when,y
        01067,1,9,k,20250101,1.5
        80331,4,7,l,20250202,2.5
        01067,2,8,m,20250304,3.25
        """;

    [Fact]
    public void RolesDecide()
    {
        TableSchema schema = SchemaInference.Infer(Cells.Csv(Csv), new() { Categorical = ["zip"], Ignore = ["size *"], Ids = ["note"], Dates = ["when=ymd"] });
        Assert.Equal([FeatureKind.Categorical, FeatureKind.Ignored, FeatureKind.Ignored, FeatureKind.Id, FeatureKind.Date], schema.Columns.Select(column => column.Kind));
        Assert.Equal(["01067", "80331"], schema.Columns[0].Categories!);
        Assert.Equal(["note"], schema.Ids);
    }

    [Fact]
    public void WhatAnOptionIgnoresIsNotSaidAgain()
    {
        var notes = new Notes();
        SchemaInference.Infer(Cells.Csv(Csv), new() { Ignore = ["note", "zip"] }, notes);
        Assert.DoesNotContain(notes.All, note => note.IsLoss);
    }

    [Fact]
    public void ExactNamesComeBeforeListsAndForms()
    {
        Table table = Cells.Of(["a,b", "c=d", "y"], [["1", "2025-01-01", "1"], ["2", "2025-02-01", "2.5"], ["1", "2025-04-01", "3"]]);
        TableSchema schema = SchemaInference.Infer(table, new() { Categorical = ["a,b"], Dates = ["c=d"] });
        Assert.Equal([FeatureKind.Categorical, FeatureKind.Date], schema.Columns.Select(column => column.Kind));
        Assert.Equal(["a,b"], SchemaInference.Targets(table, "a,b"));
        Assert.Equal(["c=d", "y"], SchemaInference.Targets(table, "c=d, y"));
    }

    [Fact]
    public void NamesThatNoColumnHasGetTheNearest()
    {
        UsageException error = Assert.Throws<UsageException>(() => SchemaInference.Infer(Cells.Csv(Csv), new() { Categorical = ["zpi"] }));
        Assert.Contains("unknown column 'zpi': did you mean 'zip'?", error.Message);
        Assert.Equal(["Categorical = zpi"], error.Settings);
        Assert.Contains("unknown column 'q*'", Assert.Throws<UsageException>(() => SchemaInference.Infer(Cells.Csv(Csv), new() { Ignore = ["q*"] })).Message);
        Assert.Contains("did you mean 'zip'", Assert.Throws<UsageException>(() => SchemaInference.Targets(Cells.Csv(Csv), "zpi")).Message);
    }

    [Fact]
    public void TwoRolesAreAnError()
    {
        UsageException error = Assert.Throws<UsageException>(() => SchemaInference.Infer(Cells.Csv(Csv), new() { Categorical = ["zip"], Numeric = ["z*"] }));
        Assert.Contains("column 'zip' is named twice, as a number and as a category", error.Message);
        Assert.Contains("column 'y' is the target, which cannot be ignored too", Assert.Throws<UsageException>(() => SchemaInference.Infer(Cells.Csv(Csv), new() { Ignore = ["y"] })).Message);
        Assert.Equal(5, SchemaInference.Infer(Cells.Csv(Csv), new() { Ignore = ["*"] }).Columns.Count(column => column.Kind == FeatureKind.Ignored)); // not the target
    }

    [Fact]
    public void ANumberIsAskedForWhereTextStands()
    {
        DataException error = Assert.Throws<DataException>(() => SchemaInference.Infer(Cells.Csv(Csv), new() { Numeric = ["note"] }));
        Assert.Contains("row 0, column 'note': 'k' found, a number expected", error.Message);
        TableSchema schema = SchemaInference.Infer(Cells.Column("b", ["yes", "no", "yes"]), new() { Numeric = ["b"] });
        Assert.Equal((FeatureKind.Numeric, true, 2 / 3.0), (schema.Columns[0].Kind, schema.Columns[0].TakesBooleans, schema.Columns[0].Mean));
    }

    [Fact]
    public void CategoriesAreFoundByTextThenByNumber()
    {
        TableSchema schema = SchemaInference.Infer(Cells.Csv(Csv), new() { Categorical = ["zip"], Ignore = ["note"] });
        var notes = new Notes();
        double[] features = schema.Transform<double>(Cells.Csv(Csv.Replace("01067", "1067")), false, notes: notes).Features.ToArray();
        Assert.Equal(schema.Transform<double>(Cells.Csv(Csv), false).Features.ToArray(), features);
        features = schema.Transform<double>(Text(Cells.Csv(Csv.Replace("01067", "1067.0"))), false, notes: notes).Features.ToArray();
        Assert.Equal(schema.Transform<double>(Cells.Csv(Csv), false).Features.ToArray(), features);
        Assert.Contains(notes.All, note => note.Message == "column 'zip': 2 cells are taken for the category that means the same, the first '1067.0' in row 0");

        static Table Text(Table table) => new("t", [.. table.AsWritten(["zip"]).Columns]);
    }

    [Fact]
    public void CategoriesOfOneNumberAreToldApartByTheirText()
    {
        const string csv = "code,y\n1.10,1\n1.1,2\n1.10,3.5\n1.1,4\n";
        TableSchema schema = SchemaInference.Infer(Cells.Csv(csv), new() { Categorical = ["code"] });
        Assert.Equal(["1.1", "1.10"], schema.Columns[0].Categories!);
        Assert.Equal([0, 1, 1, 0, 0, 1, 1, 0], schema.Transform<double>(Cells.Csv(csv), false).Features.ToArray());
        Assert.Equal([0, 1], schema.Transform<double>(Cells.Csv("code\n1.10\n"), false).Features.ToArray());
        Assert.Equal([0, 0], schema.Transform<double>(Cells.Csv("code\n1.100\n"), false).Features.ToArray()); // it could be either
    }

    [Fact]
    public void AFileIsReadAsTheSchemaHasIt()
    {
        TableSchema schema = SchemaInference.Infer(Cells.Csv(Csv), new() { Categorical = ["zip"], Ignore = ["size a"], Ids = ["note"], Dates = ["when=ymd"], Reading = new() { Missing = ["-"] } });
        ReadingOptions reading = schema.Reading(new() { Separator = ';' }, needTargets: false);
        Assert.Equal((';', ColumnReadingKind.Skip), (reading.Separator, reading.Others));
        Assert.Equal(["-"], reading.Missing!);
        Assert.Equal([ColumnReadingKind.Text, ColumnReadingKind.Skip, ColumnReadingKind.Number, ColumnReadingKind.Skip, ColumnReadingKind.Text, ColumnReadingKind.Skip],
            new[] { "zip", "size a", "size b", "note", "when", "y" }.Select(name => reading.Columns![name].Kind));
        Assert.Equal(NumberFormat.Plain, reading.Columns!["size b"].Format);
        ReadingOptions kept = schema.Reading(new() { Missing = ["?"], Decimal = ',' }, needTargets: true, ["note", "more", "size b"]);
        Assert.Equal([ColumnReadingKind.Text, ColumnReadingKind.Text, ColumnReadingKind.Number, ColumnReadingKind.Number], new[] { "note", "more", "size b", "y" }.Select(name => kept.Columns![name].Kind));
        Assert.Equal(',', kept.Columns!["size b"].Format!.Decimal);
        Assert.Equal(["?"], kept.Missing!);
    }
}
