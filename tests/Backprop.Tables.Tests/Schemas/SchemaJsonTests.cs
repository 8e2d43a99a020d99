using System.Text;
using System.Text.Json;
using Backprop.Data;
using Backprop.Tables.Cells;
using Backprop.Tables.Reading;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Tests.Schemas;

public sealed class SchemaJsonTests
{
    public static TheoryData<string> VersionOne => [.. Directory.GetFiles(Folder, "version-1-*.json").Select(path => Path.GetFileName(path)!)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Fixtures", "schemas");

    /// <summary>Schemas and features as the library wrote them that knew version 1 alone.</summary>
    [Theory]
    [MemberData(nameof(VersionOne))]
    public void SchemasOfVersionOneMeanWhatTheyMeant(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, name)));
        JsonElement root = document.RootElement;
        TableSchema schema = SchemaJson.Read(root.GetProperty("schema").GetRawText());
        var table = new Table("t", [.. root.GetProperty("columns").EnumerateArray().Select(Read)]);
        foreach (TableSchema one in (TableSchema[])[schema, SchemaJson.Read(SchemaJson.Write(schema))])
        {
            Dataset<double> data = one.Transform<double>(table, needTargets: true);
            Assert.Equal([.. root.GetProperty("features").EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(value => value.GetDouble())], data.Features.ToArray());
            Assert.Equal([.. root.GetProperty("classes").EnumerateArray().Select(value => value.GetInt32())], data.Targets.ClassIndices.ToArray());
            Assert.Equal([.. root.GetProperty("values").EnumerateArray().Select(value => value.GetDouble())], data.Targets.AllValues.ToArray());
        }

        static Column Read(JsonElement column)
        {
            string name = column.GetProperty("name").GetString()!;
            JsonElement[] cells = [.. column.GetProperty("cells").EnumerateArray()];
            return Array.Exists(cells, cell => cell.ValueKind == JsonValueKind.String) ? new(name, [.. cells.Select(cell => cell.GetString())])
                : Array.Exists(cells, cell => cell.ValueKind is JsonValueKind.True or JsonValueKind.False)
                    ? new(name, ColumnType.Boolean, [.. cells.Select(cell => cell.ValueKind == JsonValueKind.Null ? double.NaN : cell.GetBoolean() ? 1 : 0)])
                : new(name, ColumnType.Real, [.. cells.Select(cell => cell.ValueKind == JsonValueKind.Null ? double.NaN : cell.GetDouble())]);
        }
    }

    [Fact]
    public void NumericColumnsOfVersionOneTakeTrueAndFalse()
    {
        const string columns = "\"columns\":[{\"name\":\"b\",\"kind\":\"numeric\"}],\"target\":{\"names\":[\"y\"],\"kind\":\"values\"}}";
        Table table = Cells.Csv("b\nTrue\nfalse\n");
        Assert.Equal([1, 0], SchemaJson.Read("{" + columns).Transform<double>(table, false).Features.ToArray());
        Assert.Throws<DataException>(() => SchemaJson.Read("{\"version\":2," + columns).Transform<double>(table, false));
        Assert.Contains("version 3", Assert.Throws<ModelException>(() => SchemaJson.Read("{\"version\":3," + columns)).Message);
    }

    [Fact]
    public void VersionOneHasItsOwnMissingCellsAndBlanks()
    {
        TableSchema schema = SchemaJson.Read("""{"columns":[{"name":"c","kind":"categorical","categories":["None","nan"," a"]},{"name":"x","kind":"numeric","imputed":4}],"target":{"names":["y"],"kind":"class","labels":["None","ok"]}}""");
        foreach (TableSchema one in (TableSchema[])[schema, SchemaJson.Read(SchemaJson.Write(schema))])
        {
            Table table = TableReader.ReadCsv(new MemoryStream(Encoding.UTF8.GetBytes("c,x,y\nNone,1,ok\nnan,na,None\n a,3,ok\n")), "t.csv", one.Reading(null, needTargets: true));
            Dataset<double> data = one.Transform<double>(table, needTargets: true);
            Assert.Equal([1, 0, 0, 1, 0, 1, 0, 4, 0, 0, 1, 3], data.Features.ToArray());
            Assert.Equal([1, 0, 1], data.Targets.ClassIndices.ToArray());
        }
    }

    [Fact]
    public void EverythingComesBackTheSame()
    {
        FeatureColumn[] columns =
        [
            new("n", FeatureKind.Numeric, 0.1, 1e-17, double.Epsilon, true) { Format = new(',', '.', "€"), HadMissing = true, Minimum = -1e300, Maximum = 1 / 3.0 },
            new("flag", FeatureKind.Numeric, 4, 1, 4, true) { IsFlagOnly = true, HadMissing = true, TakesBooleans = true },
            new("b", FeatureKind.Boolean) { HadMissing = true },
            new("d", FeatureKind.Date, 20453, 2, 20454.5, true) { Date = DateForm.Parse("d.m.y H:M"), Parts = DateParts.Month | DateParts.Hour, HadMissing = true },
            new("c", FeatureKind.Categorical, Categories: ["007", "ü\"\\", ""]) { SharesRare = true },
            new("i", FeatureKind.Ignored, Why: "always 3"),
            new("id", FeatureKind.Id),
        ];
        var schema = new TableSchema(columns, new(["y"], TargetKind.Values, null, [0.1], [3]) { Formats = [new('.', ',', "%")] }, "w") { Missing = ["-", "n/a"], Decimal = ',' };
        TableSchema back = SchemaJson.Read(SchemaJson.Write(schema));
        for (int n = 0; n < columns.Length; n++)
        {
            Assert.Equal(columns[n] with { Categories = null }, back.Columns[n] with { Categories = null });
            Assert.Equal(columns[n].Categories, back.Columns[n].Categories);
        }

        Assert.Equal(schema.Target.Formats, back.Target.Formats);
        Assert.Equal(schema.Missing, back.Missing);
        Assert.Equal((schema.Decimal, schema.SampleWeight), (back.Decimal, back.SampleWeight));
        Assert.Equal(SchemaJson.Write(schema), SchemaJson.Write(back));
        Assert.StartsWith("{\"version\":2,\"columns\":[{\"name\":\"n\",\"kind\":\"numeric\"", SchemaJson.Write(schema), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"name\":\"b\",\"kind\":\"date\"}")]
    [InlineData("{\"name\":\"b\",\"kind\":\"date\",\"form\":\"x\"}")]
    [InlineData("{\"name\":\"b\",\"kind\":\"date\",\"form\":\"d.m.y\",\"parts\":[\"year\"]}")]
    [InlineData("{\"name\":\"b\",\"kind\":\"boolean\",\"flags_missing\":true}")]
    [InlineData("{\"name\":\"b\",\"kind\":\"numeric\",\"flag_only\":true}")]
    [InlineData("{\"name\":\"b\",\"kind\":\"numeric\",\"format\":{\"decimal\":\"ab\"}}")]
    [InlineData("{\"name\":\"b\",\"kind\":\"numeric\",\"minimum\":1e999}")]
    [InlineData("{\"name\":\"y\",\"kind\":\"numeric\"}")]
    [InlineData("{\"name\":\"b\",\"kind\":\"id\",\"imputed\":\"x\"}")]
    public void WhatDoesNotFitTogetherIsRefused(string column) =>
        Assert.Throws<ModelException>(() => SchemaJson.Read($"{{\"version\":2,\"columns\":[{column}],\"target\":{{\"names\":[\"y\"],\"kind\":\"values\"}}}}"));
}
