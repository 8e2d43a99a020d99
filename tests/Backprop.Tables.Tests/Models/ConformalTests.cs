using Backprop.Tables.Models;
using Backprop.Tables.Schemas;
using Backprop.Training;

namespace Backprop.Tables.Tests.Models;

/// <summary>Intervals of values and sets of classes that hold the truth as often as is asked for.</summary>
public sealed class ConformalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-conformal").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static (double[][] Features, double[] Values) Values(int rows, int seed)
    {
        var random = new Random(seed);
        double[][] features = [.. Enumerable.Range(0, rows).Select(_ => new[] { random.NextDouble() - 0.5, random.NextDouble() - 0.5 })];
        return (features, [.. features.Select(row => 1000 + (50 * (row[0] + (row[1] * row[1]) + (0.3 * (random.NextDouble() + random.NextDouble() - 1)))))]);
    }

    private static (double[][] Features, string[] Labels) Classes(int rows, int seed)
    {
        (double[][] features, double[] values) = Values(rows, seed);
        return (features, [.. values.Select(value => value < 990 ? "low" : value < 1010 ? "middle" : "high")]);
    }

    private static PredictionOptions Asked(double coverage) => new() { Coverage = coverage };

    private static Table Rows(double[][] features, Column target) => Table.From(features).With([.. Table.From(features).Columns, target]);

    private static DataSource Source(double[][] features) => DataSource.Of(Table.From(features));

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void IntervalsAreByTheQuantileOfTheResiduals(double coverage)
    {
        (double[][] features, double[] values) = Values(301, 1);
        (double[][] held, double[] truth) = Values(150, 2);
        var model = TabularModel.Train(features, values, new TrainingOptions { Network = "6:tanh", Epochs = 10, ValidationData = DataSource.Of(Rows(held, new Column("y", ColumnType.Real, truth))), Precision = Precision.Double });
        double[] residuals = [.. model.PredictAll(held).Zip(truth, (prediction, value) => Math.Abs(value - prediction.Value)).Order()];
        double expected = residuals[(int)Math.Ceiling(151 * coverage) - 1];
        Prediction one = model.PredictAll(Source(features[..1]), options: Asked(coverage))[0];
        Assert.Equal(one.Value - expected, one.Intervals[0].Low, 1e-3);
        Assert.Equal(one.Value + expected, one.Intervals[0].High, 1e-3);
        Assert.True(one.Intervals[0].High - one.Value >= expected - 1e-9);
        Assert.Equal(["y", "y_low", "y_high"], model.PredictAll(Source(features), options: Asked(coverage)).Columns.Select(column => column.Name));
        Assert.Equal((150, false, ConformalKind.Absolute), (model.Conformal!.Rows, model.Conformal.AreOutOfFold, model.Conformal.Kind));
    }

    /// <summary>A row counts by its weight: q is the least residual that so much of the weight is not above, of as many rows as (Σw)²/Σw².</summary>
    [Fact]
    public void RowsCountByTheirWeights()
    {
        Table Weighed(int rows, int seed, out double[][] features, out double[] values, out double[] weights)
        {
            (features, values) = Values(rows, seed);
            weights = [.. Enumerable.Range(0, rows).Select(row => row % 3 == 0 ? 5.0 : 1)];
            return Rows(features, new Column("y", ColumnType.Real, values)).With([.. Rows(features, new Column("y", ColumnType.Real, values)).Columns, new Column("w", ColumnType.Real, weights)]);
        }

        Table held = Weighed(300, 2, out double[][] others, out double[] truth, out double[] weights);
        TabularModel model = TabularModel.Train(DataSource.Of(Weighed(300, 1, out _, out _, out _)), new TrainingOptions { Target = "y", Network = "6:tanh", Epochs = 10, ValidationData = DataSource.Of(held), Precision = Precision.Double, Columns = new() { SampleWeight = "w" } });
        Assert.Equal((int)(Math.Pow(weights.Sum(), 2) / weights.Sum(weight => weight * weight)), model.Conformal!.Rows);
        (double Residual, double Weight)[] sorted = [.. model.PredictAll(others).Zip(truth, (prediction, value) => Math.Abs(value - prediction.Value)).Zip(weights).OrderBy(one => one.First)];
        foreach (double coverage in new[] { 0.3, 0.6, 0.9 })
        {
            double below = 0, part = Math.Ceiling((model.Conformal.Rows + 1) * coverage) / model.Conformal.Rows;
            double expected = sorted.First(one => (below += one.Weight) >= (part * weights.Sum()) - 1e-9).Residual;
            Assert.Equal(expected, model.Conformal.Quantile(0, coverage), 1e-6 * expected);
        }
    }

    [Theory]
    [InlineData(null, 0.8)]
    [InlineData(null, 0.9)]
    [InlineData(6, 0.9)]
    public void NewRowsLieInThemAsOftenAsAsked(int? folds, double coverage)
    {
        (double[][] features, double[] values) = Values(1000, 3);
        (double[][] others, double[] truth) = Values(4000, 4);
        var model = TabularModel.Train(features, values, new TrainingOptions { Network = "6:tanh", Epochs = 10, Folds = folds, Validation = folds is null ? 0.5 : null });
        Predictions predictions = model.PredictAll(Source(others), options: Asked(coverage));
        double measured = predictions.Zip(truth, (prediction, value) => value >= prediction.Intervals[0].Low && value <= prediction.Intervals[0].High ? 1.0 : 0).Average();
        Assert.Equal(coverage, measured, 3 * Math.Sqrt(coverage * (1 - coverage) / 500));
        CoverageFigures figures = model.Evaluate(DataSource.Of(Rows(others, new Column("y", ColumnType.Real, truth))), options: Asked(coverage)).Coverage!;
        Assert.Equal((coverage, measured), (figures.Asked, figures.Measured));
        Assert.Equal(predictions.Average(prediction => prediction.Intervals[0].High - prediction.Intervals[0].Low), figures.MeanSize, 1e-9);
        Assert.False(figures.AreSets);
    }

    [Theory]
    [InlineData(0.7)]
    [InlineData(0.95)]
    public void SetsHoldTheLabelAsOftenAsAsked(double coverage)
    {
        (double[][] features, string[] labels) = Classes(1000, 5);
        (double[][] others, string[] truth) = Classes(4000, 6);
        (double[][] held, string[] heldLabels) = Classes(500, 13);
        TrainingOptions options = new() { Network = "6:tanh", Epochs = 20, ValidationData = DataSource.Of(Rows(held, new Column("y", heldLabels))) };
        var model = TabularModel.Train(features, labels, options);
        Predictions predictions = model.PredictAll(Source(others), options: Asked(coverage));
        double measured = predictions.Zip(truth, (prediction, label) => prediction.Set.Contains(label) ? 1.0 : 0).Average();
        Assert.Equal(coverage, measured, 3 * Math.Sqrt(coverage * (1 - coverage) / 500));
        Column sets = predictions.Columns.Single(column => column.Name == "set");
        Assert.All(predictions.Select((prediction, row) => (prediction, row)), one => Assert.Equal(string.Join('|', one.prediction.Set), sets.Text(one.row)));
        double[] missed = [.. TabularModel.Train(features, labels, options).PredictAll(held).Zip(heldLabels, (prediction, label) => 1 - prediction.Probabilities[label]).Order()];
        double least = 1 - missed[(int)Math.Ceiling(501 * coverage) - 1];
        Assert.All(predictions, prediction => Assert.All(prediction.Probabilities.Where(label => Math.Abs(label.Value - least) > 1e-6), label =>
            Assert.Equal(label.Value >= least || label.Value == prediction.Probabilities.Values.Max(), prediction.Set.Contains(label.Key))));
        CoverageFigures figures = model.Evaluate(DataSource.Of(Rows(others, new Column("y", truth))), options: Asked(coverage)).Coverage!;
        Assert.Equal(measured, figures.Measured, 1e-12);
        Assert.Equal(predictions.Average(prediction => prediction.Set.Count), figures.MeanSize, 1e-12);
        Assert.True(figures.AreSets);
    }

    /// <summary>Two targets whose units differ a millionfold: each has intervals, and metrics, of its own.</summary>
    [Fact]
    public void TargetsOfDifferentScaleAreTreatedAlike()
    {
        (double[][] features, double[] values) = Values(800, 7);
        Table Two(double[][] rows, double[] of) => Table.From(rows).With([.. Table.From(rows).Columns, new Column("small", ColumnType.Real, of), new Column("large", ColumnType.Real, [.. of.Select(value => 1e6 * value)])]);
        var model = TabularModel.Train(Two(features, values), "small,large", new TrainingOptions { Network = "6:tanh", Epochs = 60, Validation = 0.4 });
        (double[][] others, double[] truth) = Values(2000, 8);
        Evaluation evaluation = model.Evaluate(DataSource.Of(Two(others, truth)), options: Asked(0.9));
        Assert.All(evaluation.PerOutput!, output => Assert.True(output.Metrics.Single(metric => metric.Key == "r2").Value > 0.6));
        Assert.Equal(1e6, evaluation.PerOutput![1].Metrics[1].Value / evaluation.PerOutput[0].Metrics[1].Value, 2e5);
        Assert.All(evaluation.Coverage!.PerOutput!, output => Assert.Equal(0.9, output.Measured, 0.05));
        Assert.Equal(1e6, evaluation.Coverage.PerOutput![1].MeanWidth / evaluation.Coverage.PerOutput[0].MeanWidth, 2e5);
        Assert.Equal(["small", "large", "small_low", "small_high", "large_low", "large_high"], model.PredictAll(Source(others), options: Asked(0.9)).Columns.Select(column => column.Name));
    }

    [Fact]
    public void TheFileHasThem()
    {
        (double[][] features, double[] values) = Values(3000, 9);
        var model = TabularModel.Train(features, values, new TrainingOptions { Network = "2:tanh", Epochs = 1, Validation = 0.7 });
        Assert.Equal(2100, model.Conformal!.Rows);
        Assert.Equal(ConformalScores.Most, model.Conformal.Of(0).Count);
        string path = Path.Combine(_folder, "m.st");
        model.Save(path);
        var back = TabularModel.Load(path);
        Assert.Equal(model.Conformal.Of(0), back.Conformal!.Of(0));
        Assert.Equal(model.PredictAll(Source(features), options: Asked(0.9))[5].Intervals, back.PredictAll(Source(features), options: Asked(0.9))[5].Intervals);
        double[] scores = [.. Enumerable.Range(1, 999).Select(n => back.Conformal.Quantile(0, n / 1000.0))];
        Assert.Equal(scores.Order(), scores);
    }

    [Fact]
    public void WhatCannotBeKnownIsRefused()
    {
        (double[][] features, double[] values) = Values(40, 10);
        TrainingOptions options = new() { Network = "2:tanh", Epochs = 1, Validation = 0.5 };
        var model = TabularModel.Train(features, values, options);
        Assert.Contains("takes 99 rows", Assert.Throws<UsageException>(() => model.PredictAll(Source(features), options: Asked(0.99))).Message);
        Assert.Contains("above 0 and below 1", Assert.Throws<UsageException>(() => model.PredictAll(Source(features), options: Asked(1))).Message);
        Assert.Equal(40, model.PredictAll(Source(features), options: Asked(0.95)).Count); // of 20 rows the greatest of all
        var blind = TabularModel.Train(features, values, options with { Validation = 0 });
        Assert.Null(blind.Conformal);
        Assert.Contains("train it anew", Assert.Throws<UsageException>(() => blind.PredictAll(Source(features), options: Asked(0.5))).Message);
        Assert.Contains("train it anew", Assert.Throws<UsageException>(() => blind.Evaluate(DataSource.Of(Rows(features, new Column("y", ColumnType.Real, values))), options: Asked(0.5))).Message);
        var hinge = TabularModel.Train(features, [.. values.Select(value => value > 1000 ? 1 : 0)], options with { Loss = "hinge" });
        Assert.Contains("scores", Assert.Throws<UsageException>(() => hinge.PredictAll(Source(features), options: Asked(0.5))).Message);
    }

    /// <summary>Where noise grows with x, intervals of a model that knows how sure it is grow too.</summary>
    [Fact]
    public void ModelsThatKnowTheirDeviationHaveIntervalsAsWide()
    {
        var random = new Random(12);
        double[][] features = [.. Enumerable.Range(0, 2000).Select(_ => new[] { random.NextDouble() })];
        double[] values = [.. features.Select(row => row[0] * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5))];
        var model = TabularModel.Train(features, values, new TrainingOptions { Network = "8:tanh", Loss = "gaussian_nll", OptimizerOptions = new() { LearningRate = 0.01 }, Epochs = 30, Validation = 0.5 });
        Assert.Equal(ConformalKind.Deviations, model.Conformal!.Kind);
        Predictions predictions = model.PredictAll(Source([[0.1], [0.9]]), options: Asked(0.9));
        double Width(int row) => predictions[row].Intervals[0].High - predictions[row].Intervals[0].Low;
        Assert.True(Width(1) > 3 * Width(0));
        Assert.Equal(predictions[1].Deviations[0] / predictions[0].Deviations[0], Width(1) / Width(0), 1e-6);
    }
}
