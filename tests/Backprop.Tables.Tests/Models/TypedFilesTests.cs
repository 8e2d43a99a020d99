using System.Globalization;
using System.Text.Json;
using Backprop.Data;
using Backprop.Tables.Models;
using Backprop.Tables.Reading;
using Backprop.Tables.Schemas;
using Backprop.Tables.Writing;

namespace Backprop.Tables.Tests.Models;

/// <summary>Files whose cells have types, from training to predictions: what is not used, what rows lack, what is carried, what doubles do not keep.</summary>
public sealed class TypedFilesTests : IDisposable
{
    private const long Exact = 1L << 53;

    private static readonly TrainingOptions s_quick = new() { Epochs = 2, Target = "y" };

    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-typed").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    [Theory]
    [InlineData("tags")]
    [InlineData("z,ta*")]
    [InlineData("*a*,z")]
    public void AColumnThatIsNotUsedIsNotRead(string ignore)
    {
        File.WriteAllText(At("t.json"), Json(60));
        DataException refused = Assert.Throws<DataException>(() => TabularModel.Train(At("t.json"), options: s_quick));
        Assert.Contains("row 0 (line 1), column 'tags': a list found", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["Ignore = tags", "BadCells = missing"], refused.Settings);
        var model = TabularModel.Train(At("t.json"), options: s_quick with { Columns = new() { Ignore = [ignore] } });
        Assert.Equal(["x", "g", "c"], model.Schema!.Columns.Where(column => column.IsFeature).Select(column => column.Name));
        Assert.Equal(["tags", "z"], model.Schema.Columns.Where(column => column.Kind == FeatureKind.Ignored).Select(column => column.Name).Order());
        var notes = new Notes();
        Assert.Equal(60, model.PredictAll(At("t.json"), notes).Count);
        Assert.Empty(notes.All);
        Assert.True(model.Evaluate(At("t.json")).Rows == 60);
    }

    [Fact]
    public void AListOfNamesMeansWhatItMeansInAnyFile()
    {
        // A column's exact name comes first, though its parts are columns too and stand before it.
        File.WriteAllText(At("t.json"), string.Join('\n', Enumerable.Range(0, 40).Select(n => $$"""{"a":{{n % 7}},"b":{{n % 5}},"a,b":[{{n}}],"y":{{n}}.5}""")));
        var model = TabularModel.Train(At("t.json"), options: s_quick with { Columns = new() { Ignore = ["a,b"] } });
        Assert.Equal(["a", "b"], model.Schema!.Columns.Where(column => column.IsFeature).Select(column => column.Name));
        Assert.Contains("cannot be ignored too", Assert.Throws<UsageException>(() => TabularModel.Train(At("t.json"), options: s_quick with { Columns = new() { Ignore = ["y", "a,b"] } })).Message, StringComparison.Ordinal);
        Assert.Contains("named twice", Assert.Throws<UsageException>(() => TabularModel.Train(At("t.json"), options: s_quick with { Columns = new() { Ignore = ["a", "a,b"], Numeric = ["a"] } })).Message, StringComparison.Ordinal);
        Assert.Contains("unknown column 'q'", Assert.Throws<UsageException>(() => TabularModel.Train(At("t.json"), options: s_quick with { Columns = new() { Ignore = ["q", "a,b"] } })).Message, StringComparison.Ordinal);
        Assert.Contains("no column is left", Assert.Throws<DataException>(() => TabularModel.Train(At("t.json"), options: s_quick with { Columns = new() { Ignore = ["a", "b", "a,b"] } })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AListInThePlaceOfANumberIsABadCell()
    {
        string[] rows = [.. Enumerable.Range(0, 60).Select(n => $$"""{"x":{{(n == 7 ? "[1,2]" : n == 9 ? "{}" : n * 7 % 30)}},"y":{{n * 7 % 30}}.5}""")];
        File.WriteAllLines(At("t.json"), rows);
        File.WriteAllLines(At("v.json"), rows);
        DataException refused = Assert.Throws<DataException>(() => TabularModel.Train(At("t.json"), options: s_quick));
        Assert.Contains("row 7 (line 8), column 'x': a list found", refused.Message, StringComparison.Ordinal);
        var notes = new Notes();
        TrainingOptions forgiving = s_quick with { BadCells = BadCells.Missing, ValidationData = DataSource.Named(At("v.json")) };
        var trainer = new TabularTrainer<float>(DataSource.Named(At("t.json")), forgiving, notes);
        Assert.Contains(notes.All, note => note.IsLoss && note.Message.Contains("column 'x': 2 cells that are lists or objects are taken as missing, the first a list in row 7", StringComparison.Ordinal) && note.Settings.Contains("BadCells = missing"));
        TabularModel model = TabularModel.Train(At("t.json"), options: forgiving);
        Assert.Throws<DataException>(() => model.PredictAll(At("t.json")));
        Predictions predictions = model.PredictAll(DataSource.Named(At("t.json")), options: new() { BadCells = BadCells.Missing });
        Assert.Equal(60, predictions.Count);
        _ = TabularModel.Train(At("t.json"), options: forgiving with { From = model, ValidationData = null });
        Assert.Equal(60, trainer.Rows);
    }

    [Fact]
    public void APropertyThatIsNotUsedMayBeOfAnyType()
    {
        var rows = Enumerable.Range(0, 40).Select(n => new { X = n * 7 % 30, Tags = new[] { n }, Y = n * 7 % 30 * 2.5 }).ToArray();
        Assert.Throws<DataException>(() => TabularModel.Train(rows, "Y", s_quick));
        var model = TabularModel.Train(rows, "Y", s_quick with { Columns = new() { Ignore = ["Tags"] } });
        Assert.True(double.IsFinite(model.Predict(rows[3]).Value));
    }

    [Fact]
    public void WhatIsCarriedAndHasNoCellsIsLeftOutAndSaid()
    {
        File.WriteAllText(At("t.json"), Json(60));
        var model = TabularModel.Train(At("t.json"), options: s_quick with { Columns = new() { Ignore = ["tags"] } });
        var notes = new Notes();
        Predictions all = model.PredictAll(DataSource.Named(At("t.json")), notes: notes, options: new() { KeepAll = true });
        Assert.DoesNotContain("tags", all.Columns.Select(column => column.Name));
        Assert.Contains(notes.All, note => note.IsLoss && note.Message.Contains("column 'tags': a list in row 0 found, which is no cell: the column is left out", StringComparison.Ordinal));
        Assert.Contains("column 'tags': a list found", Assert.Throws<DataException>(() => model.PredictAll(DataSource.Named(At("t.json")), options: new() { Ids = ["tags"] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ARowThatLacksAKeyHasAGapAloneAndInCompany()
    {
        File.WriteAllText(At("t.json"), Json(60));
        var model = TabularModel.Train(At("t.json"), options: s_quick with { Columns = new() { Ignore = ["tags"] } });
        string[] rows = ["""{"g":true,"c":"a"}""", """{"x":3}""", """{"c":"b","x":null}""", """{"c":"b","x":12,"g":false}""", "{}", """{"other":[1]}"""];
        double[] together = Values(model, [.. rows]);
        for (int row = 0; row < rows.Length; row++)
        {
            Assert.Equal(together[row], Values(model, rows[row])[0]); // to the bit
        }

        Assert.Equal(together[4], together[5]);
        var notes = new Notes();
        Values(model, [rows[0], rows[1]], notes);
        Assert.DoesNotContain(notes.All, note => note.Message.Contains("no row has", StringComparison.Ordinal));
        Values(model, ["""{"X":3,"c":"a"}"""], notes);
        Assert.Contains(notes.All, note => note.IsLoss && note.Message.Contains("no row has columns 'x' (did you mean 'X'?), 'g'", StringComparison.Ordinal));
        Assert.Contains("missing column 'y'", Assert.Throws<DataException>(() => model.Evaluate(At("rows.json"))).Message, StringComparison.Ordinal); // no target is filled in
    }

    /// <summary>Other files have columns: one that is not there is an error as ever.</summary>
    [Fact]
    public void AFileThatLacksAColumnIsRefused()
    {
        File.WriteAllText(At("t.json"), Json(60));
        var model = TabularModel.Train(At("t.json"), options: s_quick with { Columns = new() { Ignore = ["tags"] } });
        PredictionWriter.Write(At("t.parquet"), [new("x", ColumnType.Real, [1, 2]), new("c", ["a", "b"])]);
        File.WriteAllText(At("t.csv"), "x,c\n1,a\n");
        foreach (string name in new[] { "t.parquet", "t.csv" })
        {
            Assert.Contains("missing column 'g'; the file has x, c", Assert.Throws<DataException>(() => model.PredictAll(At(name))).Message, StringComparison.Ordinal);
        }

        PredictionWriter.Write(At("u.parquet"), [new("q", ["a", "b"])]);
        Assert.Contains("the file has q", Assert.Throws<DataException>(() => model.PredictAll(At("u.parquet"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FeaturesAreCarriedAsTheFileHasThem()
    {
        File.WriteAllText(At("t.json"), Json(60));
        var model = TabularModel.Train(At("t.json"), options: s_quick with { Columns = new() { Ignore = ["tags"], Categorical = ["x"] } });
        const string Rows = """
            {"x":9007199254740993,"g":true,"c":"NA","z":[],"more":1.50}
            {"x":7,"g":false,"c":"b","more":true}
            {"g":null,"c":"b","more":"text"}
            """;
        File.WriteAllText(At("new.json"), Rows);
        Predictions predicted = model.PredictAll(DataSource.Named(At("new.json")), options: new() { KeepAll = true });
        Assert.Equal(["""{"x":9007199254740993,"g":true,"c":"NA","more":1.50,""", """{"x":7,"g":false,"c":"b","more":true,""", """{"x":null,"g":null,"c":"b","more":"text","""], Lines(predicted, "k.jsonl").Select(line => line[..line.IndexOf("\"y\"", StringComparison.Ordinal)]));
        Assert.Equal(["x,g,c,more", "9007199254740993,true,NA,1.50", "7,false,b,true", ",,b,text"], Lines(predicted, "k.csv").Select(line => line[..line.LastIndexOf(',')]));
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            PredictionWriter.WriteRow(json, predicted.Columns, 0);
        }

        Assert.StartsWith("""{"x":9007199254740993,"g":true,"c":"NA","more":1.50,""", System.Text.Encoding.UTF8.GetString(stream.ToArray()), StringComparison.Ordinal);
        PredictionWriter.Write(At("k.parquet"), predicted.Columns);
        Table back = TableReader.Read(At("k.parquet"));
        Assert.Equal([ColumnType.Integer, ColumnType.Boolean, ColumnType.Text, ColumnType.Text], back.Columns.Take(4).Select(column => column.Type));
        Assert.Equal(["9007199254740993", "7", null], Enumerable.Range(0, 3).Select(back.AsWritten(["x"]).Columns[0].Text));

        // The same of a file in two parts.
        string[] lines = Rows.Split('\n');
        File.WriteAllText(At("part-1.json"), lines[0]);
        File.WriteAllText(At("part-2.json"), lines[1].Replace("true", "2", StringComparison.Ordinal).Replace("{", "{\"z\":[],", StringComparison.Ordinal));
        Predictions joined = model.PredictAll(DataSource.Named(At("part-*.json")), options: new() { KeepAll = true });
        Assert.StartsWith("""{"x":9007199254740993,"g":true,"c":"NA","more":1.50,""", Lines(joined, "j.jsonl")[0], StringComparison.Ordinal);
    }

    /// <summary>Whole numbers that are one double stay apart wherever they are names and no amounts.</summary>
    [Theory]
    [InlineData("parquet")]
    [InlineData("jsonl")]
    public void WholeNumbersBeyondDoublesStayApart(string extension)
    {
        string path = At($"t.{extension}");
        Column[] columns =
        [
            Whole("number", 60, n => Exact + n),
            Whole("category", 60, n => Exact + (n % 3)),
            new("x", ColumnType.Real, [.. Enumerable.Range(0, 60).Select(n => n * 7 % 30 * 0.5)]),
            Whole("y", 60, n => Exact + (n % 2)),
        ];
        PredictionWriter.Write(path, columns);
        Assert.All(new[] { 0, 1, 3 }, c => Assert.Equal((ColumnType.Integer, null), (TableReader.Read(path).Columns[c].Type, TableReader.Read(path).Columns[c].Format))); // numbers, and no text that is some
        var model = TabularModel.Train(path, options: s_quick with { Columns = new() { Ids = ["number"], Categorical = ["category"] } });
        Assert.Equal(["9007199254740992", "9007199254740993"], model.Labels);
        Assert.Equal(["9007199254740992", "9007199254740993", "9007199254740994"], model.Schema!.Columns[1].Categories!);
        var notes = new Notes();
        Predictions predicted = model.PredictAll(DataSource.Named(path), notes: notes, options: new() { Ids = ["category"] });
        Assert.Empty(notes.All);
        string[] lines = Lines(predicted, "p.csv");
        for (int row = 0; row < 60; row++)
        {
            Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{Exact + row},{Exact + (row % 3)},"), lines[row + 1], StringComparison.Ordinal);
        }

        TargetColumns target = model.Schema.Target;
        Assert.Equal(Enumerable.Range(0, 60).Select(n => n % 2), target.Classes(TableReader.Read(path, model.Schema.Reading(null, needTargets: true))));
        Assert.Equal(Enumerable.Range(0, 60).Select(n => n % 2), target.Classes(TableReader.Read(path)));

        // Rows alone, features bit for bit: each category is its own.
        PredictionWriter.Write(At($"one.{extension}"), [Whole("category", 1, _ => Exact + 1), new("x", ColumnType.Real, [3.5])]);
        PredictionWriter.Write(At($"three.{extension}"), [Whole("category", 3, n => Exact + n), new("x", ColumnType.Real, [3.5, 3.5, 3.5])]);
        double one = Probability(model.PredictAll(At($"one.{extension}"))[0]);
        Predictions three = model.PredictAll(At($"three.{extension}"));
        Assert.Equal(one, Probability(three[1]));
        Assert.NotEqual(one, Probability(three[0]));

        // As amounts their last digits are lost, and that is said.
        var told = TabularModel.Train(path, options: s_quick with { Columns = new() { Ignore = ["number"] } });
        Assert.Contains(told.Notes, note => note.Message.Contains("column 'category': whole numbers beyond 2^53 are taken as numbers", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("json")]
    [InlineData("parquet")]
    public void AFileThatChangesBetweenTwoReadingsIsRefused(string extension)
    {
        string path = At($"t.{extension}");
        PredictionWriter.Write(path, [new("a", ColumnType.Integer, [1, 2, 3])]);
        Table table = TableReader.Read(path);
        Assert.Equal("2", table.AsWritten(["a"]).Columns[0].Text(1));
        PredictionWriter.Write(path, [new("a", ColumnType.Integer, [10, 20, 30, 40])]);
        Assert.Contains($"'{path}' has changed since it was begun to be read", Assert.Throws<DataException>(() => table.AsWritten(["a"])).Message, StringComparison.Ordinal);
        PredictionWriter.Write(path, [new("a", ColumnType.Integer, [1, 2, 3])]);
        File.SetLastWriteTimeUtc(path, new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Contains("has changed", Assert.Throws<DataException>(() => table.AsWritten(["a"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FilesOfTwoDecimalMarksAreReadEachByItself()
    {
        File.WriteAllText(At("t-1.csv"), "x;y\n" + string.Concat(Enumerable.Range(0, 40).Select(n => $"{n * 7 % 30},5;{n * 7 % 30 * 2},25\n")));
        File.WriteAllText(At("t-2.csv"), "x,y\n" + string.Concat(Enumerable.Range(0, 40).Select(n => $"{n * 7 % 30}.5,{n * 7 % 30 * 2}.25\n")));
        var model = TabularModel.Train(At("t-*.csv"), options: s_quick);
        Assert.Contains(model.Notes, note => note.Message.Contains("t-2.csv' are written otherwise", StringComparison.Ordinal));
        DataException refused = Assert.Throws<DataException>(() => model.Evaluate(At("t-*.csv")));
        Assert.Contains("t-2.csv', column 'x': '0.5' found, numbers with a decimal comma expected as in the other files", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["Decimal = '.'"], refused.Settings);
        refused = Assert.Throws<DataException>(() => model.Evaluate(DataSource.Named(At("t-*.csv"), new() { Decimal = '.' }), options: new() { BadCells = BadCells.Missing }));
        Assert.Contains("t-1.csv', column 'x': '0,5' found", refused.Message, StringComparison.Ordinal);
        Assert.Equal(40, model.Evaluate(DataSource.Named(At("t-1.csv"))).Rows);
        Assert.Equal(40, model.Evaluate(DataSource.Named(At("t-2.csv"), new() { Decimal = '.' })).Rows);
    }

    [Fact]
    public void AModelWithoutASchemaSaysThatNumbersAreReadAsTheyLook()
    {
        NumericArray x = new("X", [40, 2], [.. Enumerable.Range(0, 80).Select(n => n * 0.5)], false, false), y = new("y", [40], [.. Enumerable.Range(0, 40).Select(n => n * 0.25)], false, false);
        var model = TabularModel.Train(DataSource.Of(x, y), s_quick with { Target = null, Network = "2-1:identity", Columns = new() { Preprocess = false } });
        Assert.Null(model.Schema);
        File.WriteAllText(At("t.csv"), "a,b\n1.5,2\n2.5,1\n");
        File.WriteAllText(At("u.csv"), "a;b\n1,5;2\n2,5;1\n");
        var notes = new Notes();
        model.PredictAll(At("t.csv"), notes);
        Assert.Empty(notes.All); // plain numbers can be read in one way only
        Assert.Equal(model.PredictAll(At("t.csv")).Select(row => row.Value), model.PredictAll(At("u.csv"), notes).Select(row => row.Value));
        Assert.Contains(notes.All, note => note.IsGuess && note.Message.Contains("the model has no schema, so columns are taken in file order and numbers as they look", StringComparison.Ordinal));

        // What has no cells is no feature, and that is said.
        File.WriteAllText(At("t.json"), """[{"a":1.5,"tags":[1],"b":2},{"a":2.5,"tags":7,"b":1}]""");
        notes = new();
        Assert.Equal(model.PredictAll(At("t.csv")).Select(row => row.Value), model.PredictAll(At("t.json"), notes).Select(row => row.Value));
        Assert.Contains(notes.All, note => note.Message.Contains("column 'tags': a list in row 0 found", StringComparison.Ordinal));
    }

    private static double Probability(Prediction row) => row.Probabilities["9007199254740993"];

    private static Column Whole(string name, int rows, Func<int, long> number)
    {
        long[] different = [.. Enumerable.Range(0, rows).Select(number).Distinct()];
        return new(name, [.. Enumerable.Range(0, rows).Select(n => Array.IndexOf(different, number(n)))], [.. different.Select(value => value.ToString(CultureInfo.InvariantCulture))], [.. different.Select(value => (double)value)]);
    }

    private static string Json(int rows) => string.Join('\n', Enumerable.Range(0, rows).Select(n => $$"""{"x":{{n * 7 % 30}},"tags":[{{n}},{"q":1}],"g":{{(n % 2 == 0 ? "true" : "false")}},"c":"{{"abc"[n % 3]}}","z":null,"y":{{n * 7 % 30 * 2}}.5}"""));

    private string[] Lines(Predictions predictions, string name)
    {
        PredictionWriter.Write(At(name), predictions.Columns);
        return File.ReadAllLines(At(name));
    }

    private double[] Values(TabularModel model, string row) => Values(model, [row]);

    private double[] Values(TabularModel model, string[] rows, Notes? notes = null)
    {
        File.WriteAllText(At("rows.json"), string.Join('\n', rows));
        return [.. model.PredictAll(At("rows.json"), notes).Select(row => row.Value)];
    }
}
