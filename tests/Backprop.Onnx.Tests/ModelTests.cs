using System.Globalization;
using Backprop.Tables;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;
using Backprop.Tests.Fixtures;

namespace Backprop.Onnx.Tests;

/// <summary>Whole models, from the texts of cells to labels and values, in ONNX Runtime beside <see cref="TabularModel.PredictAll(string, Notes?)"/> on the same cells as a file.</summary>
public sealed class ModelTests : IDisposable
{
    private const double Tolerance = 1e-5;

    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-onnx").FullName;

    private static readonly TrainingOptions s_quick = new() { Epochs = 4, Threads = 1 };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void EveryKindOfColumnBecomesTheSame()
    {
        TabularModel model = Train(MixedCells.Draw(400, 1), "kind", s_quick with { Folds = 3, Columns = new() { Bins = 5, Categorical = ["code"] } });
        TableSchema schema = model.Schema!;
        Assert.Equal(3, model.Members);
        FeatureColumn Of(string name) => schema.Columns.Single(column => column.Name == name);
        Assert.True(Of("size").Edges!.Count > 2 && Of("size") is { FlagsMissing: true, IsBounded: true });
        Assert.True(Of("town") is { Kind: FeatureKind.Categorical, SharesRare: true } && Of("town").Categories!.Count > 9);
        Assert.Equal((FeatureKind.Boolean, FeatureKind.Date, FeatureKind.Categorical), (Of("open").Kind, Of("day").Kind, Of("code").Kind));
        Assert.True(Of("gap").IsFlagOnly);
        Assert.Equal(DateParts.Month | DateParts.Weekday | DateParts.DayOfYear, Of("day").Parts);
        Assert.Contains(Same(model, MixedCells.Odd(MixedCells.Draw(150, 2))), note => note.Message.Contains("'day'", StringComparison.Ordinal));
    }

    [Fact]
    public void ValuesAreInTheirOwnUnits()
    {
        Cells cells = MixedCells.Draw(300, 3);
        TabularModel one = Train(cells, "cost", s_quick with { Folds = 3 }), two = Train(cells, "cost,weight", s_quick with { Network = "8:silu" });
        Assert.True(one.Schema!.Target.Scales![0] > 100);
        Same(one, MixedCells.Odd(MixedCells.Draw(100, 4)));
        Same(two, MixedCells.Odd(MixedCells.Draw(100, 5)));
        Assert.Equal(2, two.TargetNames.Count);
    }

    [Theory]
    [InlineData("gaussian_nll", "deviation")]
    [InlineData("quantile:0.9", "value")]
    [InlineData("huber:1", "value")]
    public void LossesOfValuesGiveWhatPredictGives(string loss, string output)
    {
        foreach (int? ensemble in new int?[] { null, 3 })
        {
            TabularModel model = Train(MixedCells.Draw(200, 6), "cost", s_quick with { Network = "8:tanh", Loss = loss, Ensemble = ensemble });
            using OnnxRun run = OnnxRun.Of(model).Run;
            Assert.Contains(output, run.Outputs.Keys);
            Same(model, MixedCells.Odd(MixedCells.Draw(60, 7)));
        }
    }

    [Fact]
    public void CountsAreRatesTimesTheExposure()
    {
        Cells cells = MixedCells.Draw(300, 8);
        TabularModel model = Train(cells, "count", s_quick with { Loss = "poisson", Columns = new() { Offset = "weight", Ignore = ["kind", "cost"] } });
        Same(model, MixedCells.Odd(MixedCells.Draw(60, 9)));
        using OnnxRun run = OnnxRun.Of(model).Run;
        float[] once = (float[])run.Rows(MixedCells.Draw(20, 10))["value"], twice = (float[])run.Rows(MixedCells.Draw(20, 10).With("weight", (_, text) => Cells.Number(2 * double.Parse(text, CultureInfo.InvariantCulture))))["value"];
        Assert.InRange(Near.Worst(twice.Select(value => (double)value), once.Select(value => 2.0 * value), 1e-9), 0, 1e-6);
        Assert.All((float[])run.Rows(MixedCells.Draw(20, 10).With("weight", (row, _) => row % 2 == 0 ? "0" : "-1"))["value"], value => Assert.True(float.IsNaN(value)));
    }

    [Theory]
    [InlineData("12:relu", null)]
    [InlineData(null, "binary_cross_entropy")]
    public void AThresholdDecidesTheLabel(string? network, string? loss)
    {
        TabularModel model = Train(MixedCells.Draw(400, 11), "open", s_quick with { Network = network, Loss = loss, Threshold = "f1", Columns = new() { Task = TableTask.Classification, Ignore = ["kind"] } });
        double threshold = Assert.Single(model.Schema!.Target.Thresholds!);
        Assert.NotEqual(0.5, threshold);
        Cells cells = MixedCells.Odd(MixedCells.Draw(200, 12));
        Same(model, cells);
        using OnnxRun run = OnnxRun.Of(model).Run;
        Dictionary<string, Array> found = run.Rows(cells);
        string[] labels = (string[])found["label"], byHalf = [.. ((float[])found["probabilities"]).Chunk(2).Select(p => model.Labels[p[1] > p[0] ? 1 : 0])];
        Assert.NotEqual(byHalf, labels);
    }

    [Fact]
    public void FlagsHaveTheirThresholds()
    {
        TabularModel model = Train(MixedCells.Draw(400, 13), "left,right", s_quick with { Threshold = "f1" });
        Cells cells = MixedCells.Draw(80, 14);
        Same(model, cells);
        using OnnxRun run = OnnxRun.Of(model).Run;
        Predictions predictions = model.PredictAll(cells.Write(Path.Combine(_folder, "flags.csv")));
        long[] expected = [.. Enumerable.Range(0, 80).SelectMany(row => new[] { "left_label", "right_label" }.Select(name => (long)predictions.Columns.Single(column => column.Name == name).Numbers[row]))];
        Assert.Equal(expected, (long[])run.Rows(cells)["flag"]);
    }

    [Fact]
    public void NumbersTakenAsTheyAreAreSo()
    {
        Cells cells = Cells.Draw(100, 15, random => new() { ["a"] = Cells.Number(random.NextDouble()), ["b"] = Cells.Number(3 * random.NextDouble()), ["y"] = random.Next(3).ToString(CultureInfo.InvariantCulture) });
        TabularModel model = Train(cells, "y", s_quick with { Network = "6:gelu", Columns = new() { Preprocess = false } });
        Same(model, cells);
        using OnnxRun run = OnnxRun.Of(model).Run;
        Dictionary<string, Array> gap = run.Rows(cells.With("a", (row, text) => row == 3 ? "" : text)); // predict refuses the row
        Assert.Equal([3], Enumerable.Range(0, 100).Where(row => ((string[])gap["label"])[row].Length == 0));
    }

    [Fact]
    public void WhatPredictRefusesHasNoLabelAndNoNumbers()
    {
        TabularModel model = Train(MixedCells.Draw(300, 16), "kind", s_quick), values = Train(MixedCells.Draw(300, 16), "cost", s_quick);
        (string Column, string Cell)[] odd = [("open", "perhaps"), ("day", "2024-13-01"), ("day", "soon"), ("size", "Infinity"), ("weight", "-Infinity")];
        Cells cells = MixedCells.Draw(odd.Length + 1, 17);
        for (int n = 0; n < odd.Length; n++)
        {
            Cells one = MixedCells.Draw(1, 17).With(odd[n].Column, (_, _) => odd[n].Cell);
            Assert.Throws<DataException>(() => model.PredictAll(one.Write(Path.Combine(_folder, "odd.csv"))));
            cells = cells.With(odd[n].Column, (row, text) => row == n ? odd[n].Cell : text);
        }

        using OnnxRun run = OnnxRun.Of(model).Run;
        Dictionary<string, Array> found = run.Rows(cells);
        Assert.Equal(Enumerable.Range(0, odd.Length), Enumerable.Range(0, odd.Length + 1).Where(row => ((string[])found["label"])[row].Length == 0));
        Assert.Equal(3 * odd.Length, ((float[])found["probabilities"])[..(odd.Length * 3)].Count(float.IsNaN));
        Assert.Equal(3, ((float[])found["probabilities"])[(odd.Length * 3)..].Count(float.IsFinite));
        using OnnxRun other = OnnxRun.Of(values).Run;
        Assert.Equal(Enumerable.Repeat(true, odd.Length).Append(false), ((float[])other.Rows(cells)["value"]).Select(float.IsNaN));
    }

    [Fact]
    public void ANumberThatStandsForAMissingOneIsOne()
    {
        Cells cells = MixedCells.Draw(200, 18).With("size", (row, text) => row % 5 == 0 ? "-999" : text).With("town", (row, text) => row % 7 == 0 ? "-999" : text);
        TabularModel model = Train(cells, "kind", s_quick with { Reading = new() { Missing = ["-999", "none"] } });
        Cells rows = MixedCells.Draw(50, 19).With("size", (row, text) => row % 3 == 0 ? "-999" : text).With("town", (row, text) => row % 3 == 1 ? "-999" : row % 5 == 0 ? "none" : text);
        Same(model, rows);
    }

    /// <summary>predict takes -999 for missing however it is written; the graph does as far as texts are listed, and what is not, is said.</summary>
    [Theory]
    [InlineData("code")]
    [InlineData("open")]
    [InlineData("day")]
    public void AMissingNumberAmongTextsCountsInEachSpelling(string column)
    {
        string[] spellings = ["-999", "-999.0", "-999.00", "-999.000"];
        string Cell(int row, string text) => row % 7 == 0 ? spellings[row / 7 % 4] : text;
        Cells cells = MixedCells.Draw(300, 26).With(column, Cell);
        TabularModel model = Train(cells, "kind", s_quick with { Reading = new() { Missing = ["-999.00"] }, Columns = new() { Categorical = ["code"] } });
        IReadOnlyList<Note> notes = Same(model, MixedCells.Draw(60, 27).With(column, Cell).With("gap", (_, _) => "").With("size", (_, _) => "7").With("town", (_, text) => text == "" ? "7" : text));
        Note note = Assert.Single(notes, note => note.Message.Contains("numbers that stand for a missing cell", StringComparison.Ordinal));
        Assert.Contains("as -999.00, -999, -999.0, -999.000 and in no other form", note.Message, StringComparison.Ordinal);
        Assert.True(note.IsLoss);
    }

    [Fact]
    public void AMissingExposureHasNoAnswer()
    {
        Cells cells = MixedCells.Draw(200, 28);
        TabularModel model = Train(cells, "count", s_quick with { Loss = "poisson", Reading = new() { Missing = ["99", ""] }, Columns = new() { Offset = "weight", Ignore = ["kind", "cost"] } });
        Cells odd = MixedCells.Draw(20, 29).With("weight", (row, text) => row % 2 == 0 ? "99" : text);
        Assert.Throws<DataException>(() => model.PredictAll(odd.Write(Path.Combine(_folder, "odd.csv"))));
        using OnnxRun run = OnnxRun.Of(model).Run;
        Assert.All(((float[])run.Rows(odd)["value"]).Index(), value => Assert.Equal(value.Index % 2 == 0, float.IsNaN(value.Item)));
    }

    [Fact]
    public void ATimeOfTheDayIsRefusedByName()
    {
        Cells cells = MixedCells.Draw(100, 20).With("day", (row, text) => $"{(text.Length == 0 ? "2024-01-01" : text)}T{row % 24:00}:00:00");
        TabularModel model = Train(cells, "kind", s_quick);
        ModelException error = Assert.Throws<ModelException>(() => OnnxExport.Write(model, Path.Combine(_folder, "no.onnx")));
        Assert.Contains("'day'", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, "no.onnx")));
        using OnnxRun bare = OnnxRun.Of(model, bare: true).Run;
        Assert.Equal(["x"], bare.Inputs.Keys);
    }

    [Fact]
    public void AColumnKeepsItsNameAndAnOutputGivesWay()
    {
        Cells cells = Cells.Draw(60, 21, random => new() { ["label"] = Cells.Number(random.NextDouble()), ["gemm_1"] = Cells.Number(random.NextDouble()), ["a b/ü"] = Cells.Number(random.NextDouble()), ["y"] = random.Next(2) == 0 ? "left" : "right" });
        TabularModel model = Train(cells, "y", s_quick with { Network = "4:relu" });
        (OnnxRun run, OnnxSignature signature, Notes notes) = OnnxRun.Of(model);
        Assert.Equal(["label", "gemm_1", "a b/ü"], run.Inputs.Keys);
        Assert.Equal(["label_", "probabilities"], signature.Outputs.Select(output => output.Name));
        Assert.Equal(model.PredictAll(cells.Write(Path.Combine(_folder, "rows.csv"))).Select(row => row.Label), (string[])run.Rows(cells)["label_"]);
        Assert.Contains(notes.All, note => note.Message.Contains("'label_'", StringComparison.Ordinal));
        run.Dispose();
    }

    [Fact]
    public void LargeNumbersThatLieCloseTogetherAreSaid()
    {
        Cells cells = Cells.Draw(60, 22, random => new() { ["stamp"] = (1_700_000_000 + random.Next(1000)).ToString(CultureInfo.InvariantCulture), ["a"] = Cells.Number(random.NextDouble()), ["y"] = random.Next(2) == 0 ? "left" : "right" });
        (OnnxRun run, _, Notes notes) = OnnxRun.Of(Train(cells, "y", s_quick));
        run.Dispose();
        Assert.Contains("'stamp'", Assert.Single(notes.All, note => note.Message.Contains("rounded", StringComparison.Ordinal)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ColumnsInOneInputAndLabelsInAnotherOrder()
    {
        Cells cells = Cells.Draw(60, 24, random => new() { ["a"] = Cells.Number(random.NextDouble()), ["same"] = "7", ["b"] = random.Next(6) == 0 ? "" : Cells.Number(random.NextDouble()), ["y"] = random.Next(2) == 0 ? "left" : "right" });
        TabularModel model = Train(cells, "y", s_quick);
        using var stream = new MemoryStream();
        OnnxSignature signature = OnnxExport.Write(model, stream, new() { Vector = "all", Labels = ["up", "right", "left"], OutputPrefix = "our." });
        Assert.Equal(("all", 3), (Assert.Single(signature.Inputs).Name, signature.Inputs[0].Width));
        using var run = new OnnxRun(stream.ToArray());
        float[] rows = [.. Enumerable.Range(0, 60).SelectMany(row => new[] { "a", "same", "b" }.Select(name => cells[name][row] is "" ? float.NaN : float.Parse(cells[name][row], CultureInfo.InvariantCulture)))];
        float[] found = run.Numbers("all", rows, 3, "our.probabilities");
        foreach ((int n, Prediction row) in model.PredictAll(cells.Write(Path.Combine(_folder, "rows.csv"))).Index())
        {
            Assert.Equal(0, found[3 * n]);
            Assert.Equal(row.Probabilities["right"], found[(3 * n) + 1], 1e-5);
            Assert.Equal(row.Probabilities["left"], found[(3 * n) + 2], 1e-5);
        }

        Assert.Contains("'right'", Assert.Throws<UsageException>(() => OnnxExport.Write(model, stream, new() { Labels = ["left", "up"] })).Message, StringComparison.Ordinal);
        Assert.Contains("'size' is categorical", Assert.Throws<ModelException>(() => OnnxExport.Write(Train(Cells.Draw(60, 25, random => new() { ["a"] = Cells.Number(random.NextDouble()), ["size"] = random.Next(2) == 0 ? "S" : "L", ["y"] = Cells.Number(random.NextDouble()) }), "y", s_quick), stream, new() { Vector = "x" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheSameModelIsTheSameBytes()
    {
        TabularModel model = Train(MixedCells.Draw(200, 23), "kind", s_quick);
        byte[] Bytes()
        {
            using var stream = new MemoryStream();
            OnnxExport.Write(model, stream);
            return stream.ToArray();
        }

        Assert.Equal(Bytes(), Bytes());
    }

    internal TabularModel Train(Cells cells, string target, TrainingOptions options)
    {
        string path = Path.Combine(_folder, "model.safetensors");
        TabularModel.Train(cells.Write(Path.Combine(_folder, "train.csv")), target, options).Save(path);
        return TabularModel.Load(path);
    }

    /// <summary>Labels, probabilities, values and deviations of both are compared.</summary>
    private IReadOnlyList<Note> Same(TabularModel model, Cells cells)
    {
        Predictions predictions = model.PredictAll(cells.Write(Path.Combine(_folder, "rows.csv")));
        (OnnxRun run, OnnxSignature signature, Notes notes) = OnnxRun.Of(model);
        using (run)
        {
            Dictionary<string, Array> found = run.Rows(cells);
            if (model.Labels.Count > 0)
            {
                Assert.Equal(predictions.Select(row => row.Label), (string[])found["label"]);
                Assert.InRange(Near.Worst(((float[])found["probabilities"]).Select(p => (double)p), predictions.SelectMany(row => model.Labels.Select(label => row.Probabilities[label])), 1e-10), 0, Tolerance);
            }
            else
            {
                double scale = model.Schema!.Target.Scales?.Min() ?? 1e-6;
                Assert.InRange(Near.Worst(((float[])found["value"]).Select(value => (double)value), predictions.SelectMany(row => row.Values), scale), 0, Tolerance);
                Assert.True(predictions.Select(row => row.Values[0]).Distinct().Count() > 10); // there is something to compare
                if (found.TryGetValue("deviation", out Array? deviation))
                {
                    Assert.InRange(Near.Worst(((float[])deviation).Select(value => (double)value), predictions.SelectMany(row => row.Deviations), 1e-12), 0, Tolerance);
                }
            }

            Assert.Equal(signature.Inputs.Select(input => input.Name), run.Inputs.Keys);
            Assert.Equal(signature.Outputs.Select(output => output.Name), found.Keys);
        }

        return notes.All;
    }
}
