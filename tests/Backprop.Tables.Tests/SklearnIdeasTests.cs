using System.Text.RegularExpressions;
using Backprop.Tables.Models;
using Backprop.Tests.Oracles;
using Backprop.Training;

namespace Backprop.Tables.Tests;

/// <summary>What scikit-learn 1.2.1 tests of its multi-layer perceptrons and nothing else here did: docs/sklearn-ideas.md has the list.</summary>
public sealed partial class SklearnIdeasTests
{
    /// <summary>The list names every one of the 36 ideas, and each counterpart is a test that there is.</summary>
    [Fact]
    public void EveryCounterpartIsATest()
    {
        string[] lines = [.. File.ReadAllLines(Repository.At("docs/sklearn-ideas.md")).Where(line => line.StartsWith("| test_", StringComparison.Ordinal))];
        Assert.Equal(36, lines.Length);
        Dictionary<string, string> sources = Directory.GetFiles(Repository.At("tests"), "*Tests.cs", SearchOption.AllDirectories).ToLookup(path => Path.GetFileNameWithoutExtension(path)).ToDictionary(group => group.Key, group => string.Concat(group.Select(File.ReadAllText)), StringComparer.Ordinal);
        foreach (string line in lines)
        {
            MatchCollection named = Counterpart().Matches(line);
            Assert.True(named.Count > 0 || line.Contains("not here: ", StringComparison.Ordinal), line);
            Assert.All(named, test => Assert.Matches($@"\b{test.Groups["method"].Value}\(", sources[test.Groups["class"].Value]));
        }
    }

    /// <summary>A greater penalty leaves smaller weights, in every layer.</summary>
    [Fact]
    public void AGreaterPenaltyLeavesSmallerWeights()
    {
        double[][] sums = [.. new[] { 0.0, 0.1, 1 }.Select(alpha =>
        {
            var model = (TabularModel<float>)TabularModel.Train(Digits(0, 1), "digit", new() { Network = "10:relu", Optimizer = "adam", L2 = alpha, Epochs = 40 });
            return Enumerable.Range(0, 2).Select(layer => model.Network.Layers[layer].GetWeights().Sum(weight => (double)Math.Abs(weight))).ToArray();
        })];
        for (int layer = 0; layer < 2; layer++)
        {
            Assert.True(sums[0][layer] > sums[1][layer] && sums[1][layer] > sums[2][layer], $"layer {layer}: {sums[0][layer]}, {sums[1][layer]}, {sums[2][layer]}");
        }
    }

    /// <summary>L-BFGS learns two digits and three of them to more than 95 %, by every activation.</summary>
    [Theory]
    [InlineData("identity", 2)]
    [InlineData("sigmoid", 2)]
    [InlineData("tanh", 3)]
    [InlineData("relu", 3)]
    public void LbfgsLearnsDigits(string activation, int classes)
    {
        TrainingOptions options = new() { Network = $"50:{activation}", Optimizer = "lbfgs", Epochs = 150, Validation = 0.3, L2 = 1e-5 };
        TrainingResult result = TabularModel.Train(Digits([.. Enumerable.Range(0, classes)]), "digit", options).Result!;
        Assert.True(result.Kept!.Validation!["accuracy"] > 0.95, $"{result.Kept.Validation["accuracy"]}");
        Assert.True(result.Steps <= 150);
    }

    /// <summary>Several flags of a row at once: each output is a probability of its own, and they do not add up to 1.</summary>
    [Fact]
    public void FlagsAreLearnedTogether()
    {
        var random = new Random(0);
        double[][] x = [.. Enumerable.Range(0, 120).Select(_ => new[] { random.NextDouble(), random.NextDouble(), random.NextDouble() })];
        Table table = Table.From([.. x.Select(row => row.Concat([row[0] > 0.5 ? 1 : 0, row[1] > 0.5 ? 1.0 : 0, row[0] + row[2] > 1 ? 1 : 0]).ToArray())], ["a", "b", "c", "p", "q", "r"]);
        TabularModel model = TabularModel.Train(table, "p,q,r", new() { Network = "50:tanh", Optimizer = "lbfgs", Loss = "binary_cross_entropy", Epochs = 150, Validation = 0 });
        Evaluation evaluation = model.Evaluate(DataSource.Of(table));
        Assert.True(evaluation["accuracy"] > 0.97, $"{evaluation["accuracy"]}");
        Assert.Equal("sigmoid", model.Definition.Layers[^1].Activation.Name);
    }

    /// <summary>Five values at once, linear in ten columns.</summary>
    [Fact]
    public void SeveralValuesAreLearnedTogether()
    {
        var random = new Random(0);
        double[,] weights = new double[5, 10];
        for (int n = 0; n < 50; n++)
        {
            weights[n / 10, n % 10] = 100 * random.NextDouble();
        }

        double[][] rows = [.. Enumerable.Range(0, 200).Select(_ =>
        {
            double[] x = [.. Enumerable.Range(0, 10).Select(_ => random.NextDouble() - 0.5)];
            return x.Concat(Enumerable.Range(0, 5).Select(target => Enumerable.Range(0, 10).Sum(n => weights[target, n] * x[n]))).ToArray();
        })];
        string[] targets = [.. Enumerable.Range(0, 5).Select(n => $"y{n}")];
        Table table = Table.From(rows, [.. Enumerable.Range(0, 10).Select(n => $"x{n}"), .. targets]);
        TabularModel model = TabularModel.Train(table, string.Join(',', targets), new() { Network = "50:relu", Optimizer = "lbfgs", Epochs = 200, Validation = 0 });
        Assert.True(model.Evaluate(DataSource.Of(table))["r2"] > 0.9);
    }

    /// <summary>An order of its own for each epoch trains another network than file order, which is always the same.</summary>
    [Fact]
    public void ShufflingMatters()
    {
        float[] Trained(bool shuffle, ulong seed) => ((TabularModel<float>)TabularModel.Train(DataSource.Named("builtin:iris"), new() { Network = "4:tanh", Optimizer = "sgd", BatchSize = 1, Epochs = 1, Shuffle = shuffle, Seed = seed, Validation = 0 })).Network.Parameters.Span.ToArray();
        Assert.Equal(Trained(false, 0), Trained(false, 0));
        Assert.NotEqual(Trained(true, 0), Trained(false, 0));
    }

    /// <summary>Patience ends a run a while after its best epoch, and patience without end does not.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(null)]
    public void PatienceIsCountedFromTheBestEpoch(int? patience)
    {
        TrainingResult result = TabularModel.Train(Digits(0, 1), "digit", new() { Network = "10:relu", Optimizer = "sgd", OptimizerOptions = new() { LearningRate = 1e-12 }, Epochs = 30, EarlyStopping = patience }).Result!;
        Assert.Equal(patience is null ? 30 : result.Kept!.Epoch + 3, result.History.Count);
        Assert.Equal(patience is null ? StopReason.Finished : StopReason.EarlyStopping, result.Reason);
    }

    /// <summary>Float and double rows of the same numbers train networks that predict the same but for rounding, each in its own arithmetic.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void BothPrecisionsAgree(bool classes)
    {
        double[][] outputs = [.. new[] { Precision.Float, Precision.Double }.Select(precision =>
        {
            TrainingOptions options = new() { Target = classes ? null : "petal_length", Network = "4:tanh", Optimizer = "sgd", OptimizerOptions = new() { LearningRate = 0.01 }, Epochs = 5, Precision = precision };
            TabularModel model = TabularModel.Train(DataSource.Named("builtin:iris"), options);
            Assert.Equal(precision == Precision.Double, model is TabularModel<double>);
            return model.PredictAll(DataSource.Named("builtin:iris")).SelectMany(prediction => classes ? prediction.Probabilities.Values : [prediction.Value]).Select(value => (double)value).ToArray();
        })];
        Assert.All(outputs[0].Zip(outputs[1]), pair => Assert.Equal(pair.Second, pair.First, 1e-4 * Math.Max(1, Math.Abs(pair.Second))));
    }

    private static Table Digits(params int[] digits)
    {
        Table all = DataSource.Named("builtin:digits").Read(new TrainingOptions()).Table!;
        double[] labels = all.Find("digit")!.Numbers.ToArray();
        return all.Select([.. Enumerable.Range(0, all.Rows).Where(row => digits.Contains((int)labels[row]))]);
    }

    [GeneratedRegex("`(?<class>[A-Za-z]+Tests)\\.(?<method>[A-Za-z0-9]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Counterpart();
}
