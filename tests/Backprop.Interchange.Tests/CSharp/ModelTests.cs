using System.Globalization;
using Backprop.Interchange.CSharp;
using Backprop.Tables;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;
using Backprop.Tests.Fixtures;

namespace Backprop.Interchange.Tests.CSharp;

/// <summary>Whole models, from the texts of cells to labels and values, as C# beside <see cref="TabularModel.PredictAll(string, Notes?)"/> on the same cells as a file: the same bits.</summary>
public sealed class ModelTests : IDisposable
{
    private static readonly TrainingOptions s_quick = new() { Epochs = 3, Threads = 1 };

    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-csharp").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void EveryKindOfColumnBecomesTheSame()
    {
        TabularModel model = Train(MixedCells.Draw(300, 1), "kind", s_quick with { Folds = 3, Columns = new() { Bins = 5, Categorical = ["code"] } });
        FeatureColumn Of(string name) => model.Schema!.Columns.Single(column => column.Name == name);
        Assert.Equal(3, model.Members);
        Assert.True(Of("size").Edges!.Count > 2 && Of("size") is { FlagsMissing: true, IsBounded: true });
        Assert.True(Of("town") is { Kind: FeatureKind.Categorical, SharesRare: true } && Of("gap").IsFlagOnly);
        Assert.Equal((FeatureKind.Boolean, FeatureKind.Date, FeatureKind.Categorical), (Of("open").Kind, Of("day").Kind, Of("code").Kind));
        Same(model, MixedCells.Odd(MixedCells.Draw(120, 2)), Target.Current, Target.Standard);
    }

    /// <summary>As Swedish has its minus, where the system's own data say so.</summary>
    [Fact]
    public void TheSourceIsTheSameInEveryCulture()
    {
        TabularModel[] models = [Train(MixedCells.Draw(200, 1), "kind", s_quick with { Columns = new() { Bins = 5, Categorical = ["code"] } }), Train(MixedCells.Draw(200, 3), "cost", s_quick with { Network = "8:silu" })];
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (culture.NumberFormat.NegativeSign, culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NaNSymbol) = ("\u2212", ",", "¤");
        CultureInfo before = CultureInfo.CurrentCulture;
        foreach (TabularModel model in models)
        {
            string expected = CSharpExport.Source(model);
            Assert.Contains(" -1", expected, StringComparison.Ordinal);
            try
            {
                CultureInfo.CurrentCulture = culture;
                Assert.Equal(expected, CSharpExport.Source(model));
                Assert.Same(culture, CultureInfo.CurrentCulture);
            }
            finally
            {
                CultureInfo.CurrentCulture = before;
            }
        }
    }

    [Fact]
    public void ValuesAndDeviationsAreInTheirOwnUnits()
    {
        Cells cells = MixedCells.Draw(200, 3);
        Same(Train(cells, "cost,weight", s_quick with { Network = "8:silu" }), MixedCells.Odd(MixedCells.Draw(40, 5)));
        Same(Train(cells, "cost", s_quick with { Network = "8:tanh", Loss = "gaussian_nll", Ensemble = 2, Precision = Precision.Double }), MixedCells.Odd(MixedCells.Draw(40, 7)));
    }

    [Fact]
    public void CountsAreRatesTimesTheExposure()
    {
        TabularModel model = Train(MixedCells.Draw(200, 8), "count", s_quick with { Loss = "poisson", Columns = new() { Offset = "weight", Ignore = ["kind", "cost"] } });
        Cells cells = MixedCells.Odd(MixedCells.Draw(40, 9));
        Same(model, cells);
        GeneratedModel generated = GeneratedModel.Of(model, Target.Current);
        string[] row = Row(cells, generated.Columns, 0);
        row[^1] = "0";
        Assert.Contains("'weight'", Assert.Throws<ArgumentException>(() => generated.Predict([row])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AThresholdDecidesTheLabel()
    {
        TabularModel model = Train(MixedCells.Draw(300, 11), "open", s_quick with { Network = "12:relu", Threshold = "f1", Columns = new() { Task = TableTask.Classification, Ignore = ["kind"] } });
        Assert.NotEqual(0.5, Assert.Single(model.Schema!.Target.Thresholds!));
        Same(model, MixedCells.Odd(MixedCells.Draw(100, 12)));
        TabularModel flags = Train(MixedCells.Draw(300, 13), "left,right", s_quick with { Threshold = "f1" });
        Same(flags, MixedCells.Draw(40, 14));
        Assert.Contains("IsSet(int target, double value)", CSharpExport.Source(flags), StringComparison.Ordinal);
    }

    [Fact]
    public void CellsAreReadAsFilesHaveThem()
    {
        Cells cells = Cells.Draw(200, 15, random => new()
        {
            ["price"] = $"€ {random.Next(1, 9)}.{random.Next(100, 999)},{random.Next(10, 99)}",
            ["share"] = $"{random.Next(100)},{random.Next(10)} %",
            ["when"] = $"{random.Next(1, 28)}.{random.Next(1, 13)}.{random.Next(2001, 2020)} {random.Next(24):00}:{random.Next(60):00}",
            ["level"] = random.Next(3) switch { 0 => "1", 1 => "2", _ => "high" },
            ["truth"] = random.Next(2) == 0 ? "TRUE" : "false",
            ["mark"] = random.Next(5) == 0 ? "-999" : random.Next(50).ToString(CultureInfo.InvariantCulture),
            ["y"] = random.Next(2) == 0 ? "left \"one\"\\" : "rechts: ü\u2028",
        });
        TabularModel model = Train(cells, "y", s_quick with { Network = "6:gelu", Reading = new() { Missing = ["-999", "none"] } });
        Assert.Equal(FeatureKind.Date, model.Schema!.Columns.Single(column => column.Name == "when").Kind);
        Same(model, cells.With("level", (row, text) => row % 5 == 0 ? "2.0" : row % 5 == 1 ? "none" : text).With("mark", (row, text) => row % 3 == 0 ? "none" : text).With("when", (row, text) => row % 4 == 0 ? "2011-02-03T04:05:06.789+02:00" : text), Target.Current, Target.Standard);
    }

    [Fact]
    public void WhatPredictRefusesIsRefused()
    {
        TabularModel model = Train(MixedCells.Draw(300, 16), "kind", s_quick);
        GeneratedModel generated = GeneratedModel.Of(model, Target.Current);
        foreach ((string column, string cell) in new[] { ("open", "perhaps"), ("day", "2024-13-01"), ("day", "soon"), ("size", "Infinity"), ("weight", "big") })
        {
            Cells one = MixedCells.Draw(1, 17).With(column, (_, _) => cell);
            Assert.Throws<DataException>(() => model.PredictAll(one.Write(Path.Combine(_folder, "odd.csv"))));
            string message = Assert.Throws<ArgumentException>(() => generated.Predict([Row(one, generated.Columns, 0)])).Message;
            Assert.Contains($"'{column}'", message, StringComparison.Ordinal);
            Assert.Contains(cell, message, StringComparison.Ordinal);
        }

        TabularModel plain = Train(MixedCells.Draw(100, 18), "kind", s_quick with { Network = "3:relu", Columns = new() { Preprocess = false, Ignore = ["id", "town", "colour", "open", "day", "gap", "size"] } });
        GeneratedModel bare = GeneratedModel.Of(plain, Target.Current);
        string[] gap = Row(MixedCells.Draw(1, 17), bare.Columns, 0);
        gap[0] = "";
        Assert.Contains("nothing found, a number expected", Assert.Throws<ArgumentException>(() => bare.Predict([gap])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ColumnsGiveTheirNamesToProperties()
    {
        Cells cells = Cells.Draw(60, 21, random => new()
        {
            ["a b"] = Cells.Number(random.NextDouble()),
            ["a_b"] = Cells.Number(random.NextDouble()),
            ["row"] = Cells.Number(random.NextDouble()),
            ["class"] = Cells.Number(random.NextDouble()),
            ["2nd"] = Cells.Number(random.NextDouble()),
            ["</summary>"] = Cells.Number(random.NextDouble()),
            ["%"] = Cells.Number(random.NextDouble()),
            ["größe"] = Cells.Number(random.NextDouble()),
            ["y"] = random.Next(2) == 0 ? "left" : "right",
        });
        TabularModel model = Train(cells, "y", s_quick with { Network = "4:relu" });
        var notes = new Notes();
        GeneratedModel generated = GeneratedModel.Of(model, Target.Standard, notes);
        foreach (string property in new[] { "AB", "AB2", "Row2", "Class", "_2nd", "Summary", "Column6", "Größe" })
        {
            Assert.Contains($"public double? {property} {{ get; set; }}", generated.Source, StringComparison.Ordinal);
        }

        Assert.Equal(["AB2", "Row2"], notes.All.Where(note => note.Message.Contains("property", StringComparison.Ordinal)).Select(note => note.Message.Split("called ")[1].Split(',')[0]));
        Same(model, cells);
    }

    [Fact]
    public void AClassIsCalledAsItsFileIs()
    {
        TabularModel model = Train(MixedCells.Draw(60, 22), "kind", s_quick with { Network = "4:relu" });
        string path = Path.Combine(_folder, "small kinds.g.cs");
        CSharpExport.Write(model, path, new() { Namespace = "Of.Things" });
        string source = File.ReadAllText(path);
        Assert.Contains("namespace Of.Things;\n", source, StringComparison.Ordinal);
        Assert.Contains("\npublic static class SmallKinds\n", source, StringComparison.Ordinal);
        Assert.Equal(source, CSharpExport.Source(model, new() { Namespace = "Of.Things", Class = "SmallKinds" }));
        var notes = new Notes();
        CSharpExport.Write(model, path = Path.Combine(_folder, "row.cs"), notes: notes);
        Assert.Contains(notes.All, note => note.Message.Contains("RowModel", StringComparison.Ordinal));
        Assert.Contains("\npublic static class RowModel\n", File.ReadAllText(path), StringComparison.Ordinal);
        foreach (CSharpOptions odd in new CSharpOptions[] { new() { Class = "Row" }, new() { Class = "class" }, new() { Class = "Math" }, new() { Class = "a b" }, new() { Namespace = "a..b" }, new() { Namespace = "int" } })
        {
            Assert.Throws<UsageException>(() => CSharpExport.Source(model, odd));
        }
    }

    [Theory]
    [InlineData("9", 9)]
    [InlineData("9.0", 9)]
    [InlineData("14", 10)]
    [InlineData("latest", 10)]
    public void VersionsOfTheLanguage(string text, int expected) => Assert.Equal(expected, CSharpOptions.ParseLanguage(text));

    [Theory]
    [InlineData("8")]
    [InlineData("7.3")]
    [InlineData("preview")]
    public void OtherVersionsAreRefused(string text) => Assert.Throws<UsageException>(() => CSharpOptions.ParseLanguage(text));

    [Fact]
    public void TheSourceSaysWhatTheModelIs()
    {
        TabularModel model = Train(MixedCells.Draw(200, 23), "kind", s_quick);
        string source = CSharpExport.Source(model);
        Assert.Contains("train.csv", source, StringComparison.Ordinal);
        Assert.Contains("accuracy 0.", source, StringComparison.Ordinal);
        Assert.Equal(source, CSharpExport.Source(model));
    }

    private TabularModel Train(Cells cells, string target, TrainingOptions options)
    {
        string path = Path.Combine(_folder, "model.safetensors");
        TabularModel.Train(cells.Write(Path.Combine(_folder, "train.csv")), target, options).Save(path);
        return TabularModel.Load(path);
    }

    /// <summary>Every number that predict writes, and every label.</summary>
    private void Same(TabularModel model, Cells cells, params Target[] targets)
    {
        Predictions predictions = model.PredictAll(cells.Write(Path.Combine(_folder, "rows.csv")));
        bool areClasses = model.Labels.Count > 0;
        double[] expected = [.. predictions.SelectMany(row => areClasses ? model.Labels.Select(label => row.Probabilities[label]) : row.Values.Concat(row.Deviations))];
        Assert.True(expected.Distinct().Count() > 10); // there is something to compare
        foreach (Target target in targets.Length > 0 ? targets : [Target.Current])
        {
            GeneratedModel generated = GeneratedModel.Of(model, target);
            string[][] rows = [.. Enumerable.Range(0, cells.Rows).Select(row => Row(cells, generated.Columns, row))];
            NetworkTests.Bits(expected, generated.Predict(rows), $"{target}");
            Assert.Equal(0, generated.Allocated(rows[0]));
            if (areClasses)
            {
                Assert.Equal(predictions.Select(row => row.Label), rows.Select(generated.Label));
            }
        }
    }

    private static string[] Row(Cells cells, IEnumerable<string> columns, int row) => [.. columns.Select(column => cells[column][row])];
}
