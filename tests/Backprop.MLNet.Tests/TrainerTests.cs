using System.Diagnostics;
using System.Globalization;
using Backprop.Data;
using Backprop.Tables;
using Backprop.Tables.Models;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.MLNet.Tests;

/// <summary>Pipelines of ML.NET with our trainer: what they say is what the model says, saved and loaded elsewhere too.</summary>
public sealed class TrainerTests : IDisposable
{
    private static readonly TrainingOptions s_quick = new() { Network = "8:tanh", Optimizer = "adam", Epochs = 60, OptimizerOptions = new() { LearningRate = 0.02 } };
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-mlnet-").FullName;
    private readonly MLContext _ml = new(1);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ClassesByTheRecipeOnRealFlowers()
    {
        Flower[] flowers = Flowers();
        IDataView view = _ml.Data.LoadFromEnumerable(flowers);
        ITransformer model = _ml.Transforms.Conversion.MapValueToKey("Label", nameof(Flower.Species)).Append(_ml.MulticlassClassification.Trainers.Backprop(options: new() { Preset = Preset.Fast })).Fit(view);
        BackpropTransformer own = Own(model);
        IDataView scored = model.Transform(view);
        MulticlassClassificationMetrics metrics = _ml.MulticlassClassification.Evaluate(scored);

        Predictions expected = own.Model.PredictAll(Doubles(flowers));
        Assert.Equal(expected.Select(row => row.Label), Original(scored));
        Probabilities(expected, scored);
        Assert.Equal(flowers.Zip(expected).Count(pair => pair.First.Species == pair.Second.Label) / 150.0, metrics.MicroAccuracy, 12);
        Assert.True(metrics.MicroAccuracy > 0.95, $"{metrics.MicroAccuracy}");
        double loss = flowers.Zip(expected).Average(pair => -Math.Log(pair.Second.Probabilities[pair.First.Species]));
        Assert.Equal(loss, metrics.LogLoss, 1e-4);
    }

    [Fact]
    public void ALoadedModelSaysTheSameInAnotherProcess()
    {
        Flower[] flowers = Flowers();
        IDataView view = _ml.Data.LoadFromEnumerable(flowers);
        foreach (string column in new[] { "Score", "Probability" })
        {
            IEstimator<ITransformer> pipeline = column == "Score"
                ? _ml.Regression.Trainers.Backprop(nameof(Flower.Length), options: s_quick)
                : _ml.BinaryClassification.Trainers.Backprop(nameof(Flower.IsVirginica), options: s_quick);
            ITransformer model = pipeline.Fit(view);
            string[] here = [.. model.Transform(view).GetColumn<float>(column).Select(value => value.ToString("R", CultureInfo.InvariantCulture))];
            Assert.Equal(here, Elsewhere(model, view.Schema, flowers, column));
        }

        ITransformer classes = _ml.Transforms.Conversion.MapValueToKey("Label", nameof(Flower.Species)).Append(_ml.MulticlassClassification.Trainers.Backprop(options: s_quick)).Fit(view);
        string[] scores = [.. classes.Transform(view).GetColumn<float[]>("Score").Select(row => string.Join(',', row.Select(value => value.ToString("R", CultureInfo.InvariantCulture))))];
        // what was before the trainer is not in the second process's rows
        Assert.Equal(scores, Elsewhere(Own(classes), view.Schema, flowers, "Score"));
    }

    [Fact]
    public void YesOrNo()
    {
        Flower[] flowers = Flowers();
        IDataView view = _ml.Data.LoadFromEnumerable(flowers);
        BackpropTransformer model = _ml.BinaryClassification.Trainers.Backprop(nameof(Flower.IsVirginica), exampleWeightColumnName: nameof(Flower.Weight), options: s_quick).Fit(view);
        IDataView scored = model.Transform(view);
        CalibratedBinaryClassificationMetrics metrics = _ml.BinaryClassification.Evaluate(scored, nameof(Flower.IsVirginica));
        Predictions expected = model.Model.PredictAll(Doubles(flowers));
        foreach ((Prediction row, float probability, float score, bool label) in Zip(expected, scored.GetColumn<float>("Probability"), scored.GetColumn<float>("Score"), scored.GetColumn<bool>("PredictedLabel")))
        {
            Assert.Equal(row.Probabilities["true"], probability, 1e-6);
            Assert.Equal(Math.Log(row.Probabilities["true"] / row.Probabilities["false"]), score, 1e-4 * Math.Max(1, Math.Abs(score)));
            Assert.Equal(row.Label == "true", label);
        }

        Assert.Equal(flowers.Zip(expected).Count(pair => pair.First.IsVirginica == (pair.Second.Label == "true")) / 150.0, metrics.Accuracy, 12);
        Assert.True(metrics.AreaUnderRocCurve > 0.98);
        TabularModel unweighted = _ml.BinaryClassification.Trainers.Backprop(nameof(Flower.IsVirginica), options: s_quick).Fit(view).Model;
        Assert.NotEqual(unweighted.PredictAll(Doubles(flowers))[100].Probabilities["true"], expected[100].Probabilities["true"]);
    }

    [Fact]
    public void Values()
    {
        Flower[] flowers = Flowers();
        IDataView view = _ml.Data.LoadFromEnumerable(flowers);
        BackpropTransformer model = _ml.Regression.Trainers.Backprop(nameof(Flower.Length), options: s_quick).Fit(view);
        IDataView scored = model.Transform(view);
        Predictions expected = model.Model.PredictAll(Doubles(flowers));
        foreach ((Prediction row, float score) in expected.Zip(scored.GetColumn<float>("Score")))
        {
            Assert.Equal(row.Values[0], score, 1e-5 * Math.Abs(score));
        }

        double squares = flowers.Zip(expected).Average(pair => Math.Pow(pair.First.Length - pair.Second.Values[0], 2));
        Assert.Equal(squares, _ml.Regression.Evaluate(scored, nameof(Flower.Length)).MeanSquaredError, 1e-5);
    }

    [Fact]
    public void KeysThatNoRowHasAndRowsWithoutAKey()
    {
        Keyed[] rows = [.. Enumerable.Range(0, 120).Select(n => new Keyed { Features = [n % 3, n % 7 == 0 ? float.NaN : n % 5], Label = n % 10 == 9 ? 99u : (uint)((n % 3) + (n % 3 == 2 ? 1 : 0)) })]; // in objects keys count from 0, in views from 1
        IDataView view = _ml.Data.LoadFromEnumerable(rows);
        BackpropTransformer model = _ml.MulticlassClassification.Trainers.Backprop(options: s_quick).Fit(view);
        IDataView scored = model.Transform(view);
        Assert.Equal(["1", "2", "4"], model.Model.Labels);
        Assert.All(scored.GetColumn<float[]>("Score"), score => Assert.Equal((5, 0f, 0f), (score.Length, score[2], score[4])));
        Assert.Equal(5ul, ((KeyDataViewType)scored.Schema["PredictedLabel"].Type).Count);
        Assert.Equal(rows.Where(row => row.Label < 99).Select(row => row.Label + 1), scored.GetColumn<uint>("PredictedLabel").Zip(rows).Where(pair => pair.Second.Label < 99).Select(pair => pair.First));
        Assert.Contains(model.Notes, note => note.IsLoss && note.Message.Contains("12 rows have no label", StringComparison.Ordinal));
        Assert.Contains(model.Notes, note => note.Message.Contains("no row is 3 or 5", StringComparison.Ordinal));
    }

    [Fact]
    public void KeysOfNumbersKeepTheirValues()
    {
        Numbered[] rows = [.. Enumerable.Range(0, 60).Select(n => new Numbered { Features = [n % 3, n], Grade = (n % 3 * 10) - 5.5f })];
        IDataView view = _ml.Data.LoadFromEnumerable(rows);
        ITransformer model = _ml.Transforms.Conversion.MapValueToKey("Label", nameof(Numbered.Grade)).Append(_ml.MulticlassClassification.Trainers.Backprop(options: s_quick)).Append(_ml.Transforms.Conversion.MapKeyToValue("Said", "PredictedLabel")).Fit(view);
        Assert.Equal(rows.Select(row => row.Grade), model.Transform(view).GetColumn<float>("Said"));
    }

    /// <summary>A row with an infinite feature has no class, and not the one whose value is that of nothing: 0 and false.</summary>
    [Fact]
    public void ARowWithoutAnAnswerHasAMissingKey()
    {
        Several[] rows = [.. Enumerable.Range(0, 60).Select(n => new Several { Features = [n % 2, n], Whole = n % 2, Flag = n % 2 == 1, Text = n % 2 == 0 ? " " : "a", Real = n % 2 })];
        IDataView view = _ml.Data.LoadFromEnumerable(rows), odd = _ml.Data.LoadFromEnumerable(rows.Take(2).Append(new() { Features = [float.PositiveInfinity, 1] }));
        foreach (string label in new[] { nameof(Several.Whole), nameof(Several.Flag), nameof(Several.Text), nameof(Several.Real) })
        {
            ITransformer model = _ml.Transforms.Conversion.MapValueToKey("Label", label).Append(_ml.MulticlassClassification.Trainers.Backprop(options: s_quick)).Fit(view);
            string zip = Path.Combine(_folder, "model.zip");
            _ml.Model.Save(model, view.Schema, zip);
            foreach (ITransformer one in new[] { model, new MLContext().Model.Load(zip, out _) })
            {
                IDataView scored = one.Transform(odd), values = _ml.Transforms.Conversion.MapKeyToValue("Said", "PredictedLabel").Fit(scored).Transform(scored);
                Assert.Equal([1u, 2u, 0u], scored.GetColumn<uint>("PredictedLabel"));
                Assert.Equal(view.Schema[label].Type, values.Schema["Said"].Type);
                Assert.All(scored.GetColumn<float[]>("Score").Last(), score => Assert.True(float.IsNaN(score)));
            }
        }

        IDataView flags = _ml.BinaryClassification.Trainers.Backprop(nameof(Several.Flag), options: s_quick).Fit(view).Transform(odd);
        Assert.Equal([false, false, true], flags.GetColumn<float>("Probability").Select(float.IsNaN));
        Assert.Equal([false, false, true], flags.GetColumn<float>("Score").Select(float.IsNaN));
        Assert.False(flags.GetColumn<bool>("PredictedLabel").Last()); // ML.NET's Boolean has no third value
    }

    [Fact]
    public void CrossValidationTakesItAsAnyTrainer()
    {
        IDataView view = _ml.Transforms.Conversion.MapValueToKey("Label", nameof(Flower.Species)).Fit(_ml.Data.LoadFromEnumerable(Flowers())).Transform(_ml.Data.LoadFromEnumerable(Flowers()));
        var folds = _ml.MulticlassClassification.CrossValidate(view, _ml.MulticlassClassification.Trainers.Backprop(options: s_quick), 3);
        Assert.All(folds, fold => Assert.True(fold.Metrics.MicroAccuracy > 0.8, $"{fold.Metrics.MicroAccuracy}"));
    }

    [Fact]
    public void WhatCannotBeIsSaid()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(Flowers());
        Assert.Contains("exposures", Assert.Throws<UsageException>(() => _ml.Regression.Trainers.Backprop(options: new() { Target = "y" })).Message, StringComparison.Ordinal);
        Assert.Contains("OneHotEncoding", Assert.Throws<UsageException>(() => _ml.Regression.Trainers.Backprop(options: new() { Columns = new() { Categorical = ["a"] } })).Message, StringComparison.Ordinal);
        Assert.Contains("'Score'", Assert.Throws<UsageException>(() => _ml.Regression.Trainers.Backprop(featureColumnName: "Score")).Message, StringComparison.Ordinal);
        IDataView odd = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 50).Select(n => new Odd { Features = [n, 1], Doubles = [n, 1], IsAll = true, Value = n, Text = "1" }));
        Assert.Contains("every row is true", Assert.Throws<DataException>(() => _ml.BinaryClassification.Trainers.Backprop(nameof(Odd.IsAll), options: s_quick).Fit(odd)).Message, StringComparison.Ordinal);
        Assert.Contains("vector of Single", Assert.Throws<DataException>(() => _ml.Regression.Trainers.Backprop(nameof(Odd.Value), nameof(Odd.Doubles), options: s_quick).Fit(odd)).Message, StringComparison.Ordinal);
        Assert.Contains("weights of Single", Assert.Throws<DataException>(() => _ml.Regression.Trainers.Backprop(nameof(Odd.Value), exampleWeightColumnName: nameof(Odd.Text), options: s_quick).Fit(odd)).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => _ml.Regression.Trainers.Backprop("Nothing", options: s_quick).Fit(view));
        Assert.Contains("a key (MapValueToKey makes one) expected", Assert.Throws<DataException>(() => _ml.MulticlassClassification.Trainers.Backprop(nameof(Flower.Species), options: s_quick).Fit(view)).Message, StringComparison.Ordinal);
        Assert.Contains("Single expected", Assert.Throws<DataException>(() => _ml.Regression.Trainers.Backprop(nameof(Flower.IsVirginica), options: s_quick).Fit(view)).Message, StringComparison.Ordinal);
    }

    private static BackpropTransformer Own(ITransformer model) => ((IEnumerable<ITransformer>)model).OfType<BackpropTransformer>().Single();

    private static double[][] Doubles(Flower[] flowers) => Array.ConvertAll(flowers, flower => Array.ConvertAll(flower.Features, value => (double)value));

    private static IEnumerable<(Prediction, float, float, bool)> Zip(Predictions rows, IEnumerable<float> first, IEnumerable<float> second, IEnumerable<bool> third) =>
        rows.Zip(first, second).Zip(third, (three, last) => (three.First, three.Second, three.Third, last));

    private static void Probabilities(Predictions expected, IDataView scored)
    {
        foreach ((Prediction row, float[] score) in expected.Zip(scored.GetColumn<float[]>("Score")))
        {
            Assert.Equal(row.Probabilities.Count, score.Length);
            Assert.All(row.Probabilities.Values.Zip(score), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * Math.Max(1e-3, pair.First)));
        }
    }

    private IEnumerable<string> Original(IDataView scored) => _ml.Transforms.Conversion.MapKeyToValue("Said", "PredictedLabel").Fit(scored).Transform(scored).GetColumn<string>("Said");

    private string[] Elsewhere(ITransformer model, DataViewSchema schema, Flower[] flowers, string column)
    {
        string zip = Path.Combine(_folder, "model.zip"), rows = Path.Combine(_folder, "rows.csv");
        _ml.Model.Save(model, schema, zip);
        File.WriteAllLines(rows, flowers.Select(flower => string.Join(',', flower.Features.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))));
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Backprop.MLNet.Scorer.dll"), zip, rows, column]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static Flower[] Flowers()
    {
        using var reader = new StreamReader(EmbeddedData.OpenCsv("iris"));
        string[][] lines = [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.TrimEnd('\r').Split(','))];
        return [.. lines.Select((cells, n) => new Flower
        {
            Features = [.. cells.Take(4).Select(cell => float.Parse(cell, CultureInfo.InvariantCulture))],
            Species = cells[4],
            IsVirginica = cells[4].Contains("virginica", StringComparison.Ordinal),
            Length = float.Parse(cells[0], CultureInfo.InvariantCulture) * 2,
            Weight = 1 + (n % 4),
        })];
    }

    private sealed class Flower
    {
        [VectorType(4)]
        public float[] Features { get; set; } = [];

        public string Species { get; set; } = "";

        public bool IsVirginica { get; set; }

        public float Length { get; set; }

        public float Weight { get; set; }
    }

    private sealed class Odd
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        [VectorType(2)]
        public double[] Doubles { get; set; } = [];

        public bool IsAll { get; set; }

        public float Value { get; set; }

        public string Text { get; set; } = "";
    }

    private sealed class Keyed
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        [KeyType(5)]
        public uint Label { get; set; }
    }

    private sealed class Several
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        public int Whole { get; set; }

        public bool Flag { get; set; }

        public string Text { get; set; } = "";

        public float Real { get; set; }
    }

    private sealed class Numbered
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        public float Grade { get; set; }
    }
}
