using Backprop.Tables.Models;
using Backprop.Training;

namespace Backprop.Tables.Tests.Models;

/// <summary>The probability from which on a class is said, and classes of few rows.</summary>
public sealed class ThresholdTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-thresholds").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>One row in twelve or so is positive, and hard to tell.</summary>
    private static (double[][] Features, string[] Labels) Rare(int rows, int seed)
    {
        var random = new Random(seed);
        double[][] features = [.. Enumerable.Range(0, rows).Select(_ => new[] { random.NextDouble(), random.NextDouble() })];
        return (features, [.. features.Select(row => random.NextDouble() < 0.3 * row[0] * row[0] ? "yes" : "no")]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(4)]
    public void LabelsObeyItAndProbabilitiesDoNot(int? folds)
    {
        (double[][] features, string[] labels) = Rare(600, 1);
        TrainingOptions options = new() { Network = "4:tanh", Epochs = 10, Folds = folds };
        var plain = TabularModel.Train(features, labels, options);
        var model = TabularModel.Train(features, labels, options with { Threshold = "balanced_accuracy" });
        double threshold = Assert.Single(model.Schema!.Target.Thresholds!);
        Assert.InRange(threshold, 0.01, 0.3);
        Predictions before = plain.PredictAll(features), after = model.PredictAll(features);
        Assert.Equal(before.Select(one => one.Probabilities["yes"]), after.Select(one => one.Probabilities["yes"]));
        Assert.All(after, one => Assert.Equal(one.Probabilities["yes"] >= threshold ? "yes" : "no", one.Label));
        string path = Path.Combine(_folder, "m.st");
        model.Save(path);
        var back = TabularModel.Load(path);
        Assert.Equal(after.Select(one => one.Label), back.PredictAll(features).Select(one => one.Label));
        Assert.Equal("balanced_accuracy", back.Schema!.Target.ThresholdBy);

        (double[][] others, string[] truth) = Rare(4000, 2);
        Table rows = Table.From(others).With([.. Table.From(others).Columns, new Column("y", truth)]);
        Evaluation with = back.Evaluate(rows), without = plain.Evaluate(rows);
        Assert.Equal(back.PredictAll(others).Zip(truth, (one, label) => one.Label == label ? 1.0 : 0).Average(), with["accuracy"], 1e-12);
        Assert.True(with["balanced_accuracy"] > without["balanced_accuracy"] + 0.05);
        foreach (string untouched in new[] { "log_loss", "auc", "brier", "calibration_error" })
        {
            Assert.Equal(without[untouched], with[untouched]);
        }

        Evaluation kept = model.Result!.Kept!.Validation!;
        Assert.True(kept["balanced_accuracy"] > plain.Result!.Kept!.Validation!["balanced_accuracy"]);
        Assert.Contains(model.Notes, note => note.Message.Contains("'yes' from a probability of", StringComparison.Ordinal));
    }

    [Fact]
    public void FlagsHaveOneEach()
    {
        (double[][] features, string[] labels) = Rare(600, 3);
        (_, string[] others) = Rare(600, 4);
        double[] Flags(string[] of) => [.. of.Select(label => label == "yes" ? 1.0 : 0)];
        Table table = Table.From(features).With([.. Table.From(features).Columns, new Column("a", ColumnType.Real, Flags(labels)), new Column("b", ColumnType.Real, Flags(others))]);
        var model = TabularModel.Train(table, "a,b", new TrainingOptions { Network = "4:tanh", Epochs = 10, Threshold = "f1" });
        Assert.Equal(2, model.Schema!.Target.Thresholds!.Count);
        Predictions predictions = model.PredictAll(features);
        Assert.Equal(["a", "b", "a_label", "b_label"], predictions.Columns.Select(column => column.Name));
        Assert.All(Enumerable.Range(0, 600), row => Assert.Equal(predictions[row].Values[0] >= model.Schema.Target.Thresholds[0] ? 1 : 0, predictions.Columns[2].Number(row)));
        Evaluation evaluation = model.Evaluate(table);
        double right = Enumerable.Range(0, 600).Average(row => predictions.Columns[2].Number(row) == Flags(labels)[row] ? 1.0 : 0);
        Assert.Equal(right, evaluation.PerOutput![0].Metrics.Single(metric => metric.Key == "accuracy").Value, 1e-12);
    }

    [Fact]
    public void WhereThereIsNothingToChooseItIsRefused()
    {
        (double[][] features, string[] labels) = Rare(60, 5);
        TrainingOptions options = new() { Network = "2:tanh", Epochs = 1, Threshold = "f1" };
        Assert.Contains("validation rows", Assert.Throws<UsageException>(() => TabularModel.Train(features, labels, options with { Validation = 0 })).Message);
        Assert.Contains("values found", Assert.Throws<UsageException>(() => TabularModel.Train(features, [.. features.Select(row => row[0])], options)).Message);
        Assert.Contains("3 classes", Assert.Throws<UsageException>(() => TabularModel.Train(features, [.. features.Select((_, row) => row % 3)], options)).Message);
        Assert.Contains("no probability", Assert.Throws<UsageException>(() => TabularModel.Train(features, labels, options with { Loss = "hinge" })).Message);
        Assert.Contains("did you mean 'f1'", Assert.Throws<UsageException>(() => TabularModel.Train(features, labels, options with { Threshold = "f2" })).Message);
    }

    [Fact]
    public void ARareClassIsSaid()
    {
        double[][] features = [.. Enumerable.Range(0, 200).Select(row => new[] { Math.Sin(row), Math.Cos(3 * row) })];
        int[] classes = [.. features.Select((_, row) => row < 6 ? 1 : 0)];
        TrainingOptions options = new() { Network = "2:tanh", Epochs = 1, Folds = 8 };
        IReadOnlyList<Note> notes = TabularModel.Train(features, classes, options).Notes;
        Note rare = Assert.Single(notes, note => note.Message.Contains("1: 6 of 200, 3.0 %", StringComparison.Ordinal));
        Assert.Contains("ClassWeights = balanced", rare.Settings);
        Assert.Contains(notes, note => note.Message.Contains("fewer rows than the 8 folds (1: 6)", StringComparison.Ordinal));
        Assert.DoesNotContain(TabularModel.Train(features, classes, options with { ClassWeights = ClassWeights.Balanced }).Notes, note => note.Message.Contains("of few rows", StringComparison.Ordinal));
        Assert.DoesNotContain(TabularModel.Train(features, [.. features.Select((_, row) => row % 10)], options).Notes, note => note.Message.Contains("few rows", StringComparison.Ordinal));
    }
}
