using System.Globalization;
using System.Text;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Tables.Cells;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Tests.Models;

/// <summary>Classes whose labels are numbers: networks that know their order.</summary>
public sealed class OrderedLabelsTests
{
    [Fact]
    public void LabelsAreNumbersOrTheyHaveNoOrder()
    {
        double[]? Of(params string[] labels) => OrderedLabels.Values(new(["y"], TargetKind.Class, labels));
        Assert.Equal([3, -1.5, 20], Of("3", "-1.5", "2e1")!);
        Assert.Null(Of("3", "4"));
        Assert.Null(Of("3", "4", "many"));
        Assert.Null(Of("3", "4", "4.0"));
        Assert.Null(Of("3", "4", "Infinity"));
        Assert.Null(OrderedLabels.Values(new(["y"], TargetKind.Values, ["1", "2", "3"])));
        Assert.Equal([250, 1000, 2000.5], OrderedLabels.Values(new(["y"], TargetKind.Class, ["250", "1.000", "2.000,5"]) { Formats = [new NumberFormat(',', '.')] })!);
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
        double[] expected = [.. labels.Zip(counts).Select(pair =>
        {
            double z = (pair.First - mean) / deviation, bounded = z / Math.Sqrt(1 + (z * z / 64));
            return (pair.Second + 0.5) * Math.Exp(3 * ((first * bounded) - (second * bounded * bounded / 2)));
        })];
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

    /// <summary>A label out of all proportion, which some fold has never seen.</summary>
    [Theory]
    [InlineData("1e12")]
    [InlineData("1e300")]
    [InlineData("-1e-300")]
    public void AFarLabelStopsNothing(string far)
    {
        string csv = "x,y\n" + string.Concat(Enumerable.Range(0, 120).Select(n => string.Create(CultureInfo.InvariantCulture, $"{n * 0.37 % 5},{(n == 77 ? far : $"{(int)(n * 0.37 % 5)}")}\n")));
        TabularModel model = TabularModel.Train(DataSource.Csv(new MemoryStream(Encoding.UTF8.GetBytes(csv)), "f.csv"), new TrainingOptions { Target = "y", Columns = new() { Task = TableTask.Classification }, Epochs = 5 });
        Assert.Equal(8, model.Members);
        Assert.DoesNotContain(model.Notes, note => note.Message.Contains("finite", StringComparison.Ordinal) || note.Message.Contains("finished no epoch", StringComparison.Ordinal));
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
