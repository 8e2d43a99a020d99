using System.Globalization;
using System.Text;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Tests.Models;

/// <summary>Classes whose labels are numbers: networks that know their order.</summary>
public sealed class OrderedLabelsTests
{
    [Fact]
    public void LabelsAreNumbersOrTheyHaveNoOrder()
    {
        Assert.Equal([3, -1.5, 20], OrderedLabels.Values(["3", "-1.5", "2e1"])!);
        Assert.Null(OrderedLabels.Values(["3", "4"]));
        Assert.Null(OrderedLabels.Values(["3", "4", "many"]));
        Assert.Null(OrderedLabels.Values(["3", "4", "4.0"]));
        Assert.Null(OrderedLabels.Values(["3", "4", "Infinity"]));
        Assert.Null(OrderedLabels.Values(null));
    }

    /// <summary>h = 0 says the base rates (with half a row more of each), h₁ and h₂ a normal distribution of mean h₁/h₂ and variance 1/(3·h₂) of standardised labels, times them.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.7, 0)]
    [InlineData(-4, 5)]
    public void WhatItBeginsWithIsANormalDistribution(double first, double second)
    {
        var network = new Network<double>(NetworkDefinition.Parse("2-2:identity-4:softmax"));
        network.Layers[0].SetWeights([1, 0, 0, 1]);
        int[] rows = [0, 0, 0, 1, 2, 2, 3, 3, 3, 3];
        double[] labels = [10, 20, 40, 50], counts = [3, 1, 2, 4];
        OrderedLabels.Initialize(network, labels, Targets<double>.Classes(rows, 4));
        double mean = labels.Zip(counts).Sum(pair => pair.First * pair.Second) / 10, deviation = Math.Sqrt(labels.Zip(counts).Sum(pair => Math.Pow(pair.First - mean, 2) * pair.Second) / 10);
        double[] expected = [.. labels.Zip(counts).Select(pair => (pair.Second + 0.5) * Math.Exp(3 * ((first * (pair.First - mean) / deviation) - (second * Math.Pow((pair.First - mean) / deviation, 2) / 2))))];
        using var predictor = new Predictor<double>(network);
        double[] found = predictor.Predict([first, second]);
        for (int k = 0; k < 4; k++)
        {
            Assert.Equal(expected[k] / expected.Sum(), found[k], 12);
        }
    }

    /// <summary>A number of points that follows from the columns is learned by what knows its order; a number that is a name is not.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TheRowsOutOfFoldDecide(bool isOrdered)
    {
        var random = new Random(3);
        int[] names = [.. Enumerable.Range(0, 12).OrderBy(_ => random.Next())];
        string csv = "a,b,y\n" + string.Concat(Enumerable.Range(0, 240).Select(_ =>
        {
            double a = random.NextDouble(), b = random.NextDouble();
            int points = (int)(11.99 * (isOrdered ? (a + b) / 2 : a));
            return string.Create(CultureInfo.InvariantCulture, $"{a},{b},{(isOrdered ? points : names[points])}\n");
        }));
        var trainer = new TabularTrainer<float>(DataSource.Csv(new MemoryStream(Encoding.UTF8.GetBytes(csv)), "p.csv"), new TrainingOptions { Target = "y", Columns = new() { Task = TableTask.Classification }, Epochs = 60 });
        Assert.Equal(32, trainer.Trainers.Count);
        Assert.Contains(trainer.Notes.All, note => note.Message.StartsWith("the 12 labels are numbers: networks that know their order", StringComparison.Ordinal) && note.Settings.Contains("Network"));
        var result = trainer.Run(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(isOrdered, trainer.Definition.Layers[^2] == OrderedLabels.Waist);
        Assert.Contains("48:silu-2:identity, 48:silu, 256:silu-128:silu-2:identity and 256:silu-128:silu", trainer.Choice!, StringComparison.Ordinal);
        Assert.Equal((8, trainer.Definition), (trainer.Model(result.Kept, result.KeptBy).Members, trainer.Definition));
    }

    [Theory]
    [InlineData("a,b,c", 16)]
    [InlineData("1,2", 16)]
    [InlineData("1,2,3", 32)]
    public void TextsAndTwoLabelsHaveNone(string labels, int networks)
    {
        string[] of = labels.Split(',');
        string csv = "x,y\n" + string.Concat(Enumerable.Range(0, 60).Select(n => string.Create(CultureInfo.InvariantCulture, $"{n * 0.37 % 5},{of[n % of.Length]}\n")));
        TabularTrainer<float> Of(TrainingOptions options) => new(DataSource.Csv(new MemoryStream(Encoding.UTF8.GetBytes(csv)), "t.csv"), options with { Target = "y" });
        Assert.Equal(networks, Of(new()).Trainers.Count);
        Assert.Equal(networks, Of(new() { Begun = networks }).Trainers.Count);
        Assert.Equal(3, Of(new() { Folds = 3 }).Trainers.Count);
        Assert.Single(Of(new() { Network = "8:relu" }).Trainers);
    }
}
