using Backprop.Tables.Models;
using Backprop.Training;

namespace Backprop.Tables.Tests.Models;

/// <summary>Models of several networks: by folds, or on one split.</summary>
public sealed class EnsembleModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-models").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Two classes that overlap.</summary>
    private static (double[][] Features, string[] Labels) Some(int rows, int seed)
    {
        var random = new Random(seed);
        double[][] features = [.. Enumerable.Range(0, rows).Select(_ => new[] { random.NextDouble() - 0.5, random.NextDouble() - 0.5 })];
        return (features, [.. features.Select(row => row[0] + row[1] + (0.5 * (random.NextDouble() - 0.5)) > 0 ? "up" : "down")]);
    }

    [Fact]
    public void FiguresOutOfFoldAreThoseOfNewRows()
    {
        (double[][] features, string[] labels) = Some(600, 1);
        (double[][] others, string[] truth) = Some(4000, 2);
        var model = TabularModel.Train(features, labels, new TrainingOptions { Folds = 5, Epochs = 20 });
        Assert.Equal(5, model.Members);
        Evaluation unseen = model.Result!.Kept!.Validation!;
        Assert.Equal(600, unseen.Rows);
        Assert.Equal(600, unseen.Confusion!.Sum(line => line.Sum()));
        double expected = model.PredictAll(others).Zip(truth, (prediction, label) => prediction.Label == label ? 1.0 : 0).Average();
        Assert.Equal(expected, unseen["accuracy"], 2 * Math.Sqrt(expected * (1 - expected) / 600));
        Assert.Equal(5, model.Result.Members);
    }

    [Fact]
    public void ModelsComeBackAsTheyWere()
    {
        (double[][] features, string[] labels) = Some(200, 3);
        var model = TabularModel.Train(features, labels, new TrainingOptions { Ensemble = 3, Epochs = 5 });
        string path = Path.Combine(_folder, "m.safetensors");
        model.Save(path);
        var back = TabularModel.Load(path);
        Assert.Equal(3, back.Members);
        Assert.Equal(model.Predict(features[7]).Probabilities, back.Predict(features[7]).Probabilities); // to the bit
        Assert.Equal(model.PredictAll(features)[7].Probabilities, back.Predict(features[7]).Probabilities);
        TabularModel<float> typed = back.As<float>();
        double Odds(double up) => Math.Pow(up / (1 - up), 1 / typed.Ensemble.Temperature); // of two classes, at the temperature
        double mean = Enumerable.Range(1, 3).Select(k => Odds(typed.Member(k).Predict(features[7]).Probabilities["up"])).Average(odds => odds / (1 + odds));
        Assert.Equal(mean, back.Predict(features[7]).Probabilities["up"], 1e-5);
        Assert.Contains("1 to 3 expected", Assert.Throws<UsageException>(() => typed.Member(4)).Message);
        Assert.Throws<UsageException>(() => typed.Network);
    }

    [Fact]
    public void TheFirstOfAnEnsembleIsTheNetworkThatOneWouldHaveBeen()
    {
        (double[][] features, string[] labels) = Some(200, 4);
        TabularModel<float> one = TabularModel.Train(features, labels, new TrainingOptions { Epochs = 5, Ensemble = 1 }).As<float>();
        TabularModel<float> three = TabularModel.Train(features, labels, new TrainingOptions { Epochs = 5, Ensemble = 3 }).As<float>();
        Assert.Equal(one.Network.Layers[0].GetWeights(), three.Ensemble.Members[0].Layers[0].GetWeights());
        Assert.NotEqual(one.Network.Layers[0].GetWeights(), three.Ensemble.Members[1].Layers[0].GetWeights());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ValuesAreMeansInTheirOwnUnits(int threads)
    {
        double[][] features = [.. Enumerable.Range(0, 300).Select(n => new[] { Math.Sin(n * 1.7), Math.Cos(n * 0.9) })];
        double[] targets = [.. features.Select(row => 100_000 + (30_000 * row[0]) - (10_000 * row[1]))];
        var model = TabularModel.Train(features, targets, new TrainingOptions { Folds = 4, Epochs = 30, Threads = threads });
        Assert.Equal(300, model.Result!.Kept!.Validation!.Rows);
        Assert.True(model.Result.Kept.Validation["r2"] > 0.95);
        Assert.InRange(model.Result.Kept.Validation["rmse"], 1, 8000);
        Assert.Equal(targets[3], model.Predict(features[3]).Value, 8000.0);
        Assert.Equal(1, model.As<float>().Ensemble.Temperature);
    }

    [Fact]
    public void AClassOfOneRowIsSaid()
    {
        (double[][] features, string[] labels) = Some(60, 5);
        labels[9] = "sideways";
        var model = TabularModel.Train(features, labels, new TrainingOptions { Folds = 3, Epochs = 2 });
        Assert.Contains(model.Notes, note => note.Message.Contains("'sideways'", StringComparison.Ordinal) && note.Message.Contains("has never seen the class", StringComparison.Ordinal));
    }

    [Fact]
    public void OptionsThatDoNotGoTogetherAreRefused()
    {
        (double[][] features, string[] labels) = Some(20, 6);
        foreach (TrainingOptions options in new TrainingOptions[] { new() { Folds = 1 }, new() { Ensemble = 0 }, new() { Folds = 3, Ensemble = 2 }, new() { Folds = 3, Validation = 0 }, new() { Folds = 3, Validation = 0.5 } })
        {
            Assert.NotEmpty(Assert.Throws<UsageException>(() => TabularModel.Train(features, labels, options)).Settings);
        }

        Assert.Contains("30 folds", Assert.Throws<DataException>(() => TabularModel.Train(features, labels, new TrainingOptions { Folds = 30 })).Message);
    }

    [Fact]
    public void ProgressNamesTheNetwork()
    {
        (double[][] features, string[] labels) = Some(60, 7);
        var seen = new System.Collections.Concurrent.ConcurrentBag<int>();
        var progress = new Seen(seen);
        TabularModel.Train(features, labels, new TrainingOptions { Ensemble = 3, Epochs = 2 }, progress);
        Assert.Equal([1, 1, 2, 2, 3, 3], seen.Order());
    }

    private sealed class Seen(System.Collections.Concurrent.ConcurrentBag<int> seen) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Last is not null)
            {
                seen.Add(value.Member);
            }
        }
    }
}
