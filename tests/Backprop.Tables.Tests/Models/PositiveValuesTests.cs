using System.Globalization;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Tests.Models;

/// <summary>Values of which causes are factors: networks with an exponential before the output.</summary>
public sealed class PositiveValuesTests
{
    private static DataSource Csv(Func<int, (double X, double Z, double Y)> row, int rows = 240) =>
        DataSource.Of(Schemas.Cells.Csv("x,z,y\n" + string.Concat(Enumerable.Range(0, rows).Select(row).Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.X},{one.Z},{one.Y}\n")))));

    /// <summary>The third moment over the second to the power 3/2: of 0, 0, 0 and 1 it is 2/√3 = 1.155, of 0, 0, 1 and 1 it is 0.</summary>
    [Theory]
    [InlineData("0 0 0 1", true)]
    [InlineData("0 0 1 1", false)]
    [InlineData("0 1 1 1", false)]
    [InlineData("0 0 0 1e300", true)]
    [InlineData("-1e-9 0 0 1", false)]
    [InlineData("5 5 5 5", false)]
    [InlineData("0 0 0 0", false)]
    public void TheyAreNeverBelowZeroAndSkewed(string values, bool are)
    {
        double[] numbers = [.. values.Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        var table = new Table("t", [new("y", ColumnType.Real, numbers)]);
        Assert.Equal(are, PositiveValues.Are(table, new(["y"], TargetKind.Values, null, [1], [2])));
        Assert.False(PositiveValues.Are(table, new(["y"], TargetKind.Values)));
        Assert.False(PositiveValues.Are(table, new(["y", "y"], TargetKind.Values, null, [1, 1], [2, 2])));
    }

    /// <summary>The output is (ȳ·eʰ − ȳ)/s, which is ȳ·eʰ in the target's own units.</summary>
    [Fact]
    public void WhatItBeginsWithIsTheMeanTimesAPower()
    {
        var network = new Network<double>(NetworkDefinition.Parse("1-1:exponential-1:identity"));
        network.Layers[0].SetWeights([1]);
        TargetColumns target = new(["y"], TargetKind.Values, null, [40], [7]);
        PositiveValues.Initialize(network, target);
        using var predictor = new Predictor<double>(network);
        double[] h = [-1.5, 0, 0.3], y = predictor.Predict(h);
        for (int n = 0; n < h.Length; n++)
        {
            Assert.Equal(40 * Math.Exp(h[n]), target.Unscale(0, y[n]), 1e-10);
        }
    }

    /// <summary>Ten factors, each there or not, in 200 of 1024 rows: the exponential is taken, and predicts new rows better than the recipe without it.</summary>
    [Fact]
    public void TheRowsOutOfFoldDecide()
    {
        var random = new Random(5);
        DataSource Factors(int rows) => DataSource.Of(Schemas.Cells.Csv("a,b,c,d,e,f,g,h,i,j,y\n" + string.Concat(Enumerable.Range(0, rows).Select(_ =>
        {
            int[] has = [.. Enumerable.Range(0, 10).Select(_ => random.Next(2))];
            return string.Create(CultureInfo.InvariantCulture, $"{string.Join(',', has)},{Math.Exp((0.7 * has.Sum()) + (0.02 * random.NextDouble()))}\n");
        }))));

        DataSource rows = Factors(200), fresh = Factors(1000);
        var trainer = new TabularTrainer<float>(rows, new TrainingOptions { Target = "y", Epochs = 60 });
        Assert.Equal(32, trainer.Trainers.Count);
        Assert.Contains(trainer.Notes.All, note => note.Message.StartsWith("'y' is never below 0 and skewed", StringComparison.Ordinal) && note.Settings.Contains("Network"));
        _ = trainer.Run(cancellation: TestContext.Current.CancellationToken);
        Assert.True(PositiveValues.Waist == trainer.Definition.Layers[^2], trainer.Choice);
        Assert.Contains("loss out of fold, with one epoch for all networks, ", trainer.Choice!, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => trainer.Run(cancellation: TestContext.Current.CancellationToken));

        double R2(TabularModel model) => model.Evaluate(fresh).Metrics.Single(metric => metric.Key == "r2").Value;
        Assert.True(R2(trainer.Model()) > R2(TabularModel.Train(rows, new TrainingOptions { Target = "y", Epochs = 60, Folds = 8 })));
    }

    [Theory]
    [InlineData(false, 16)]
    [InlineData(true, 32)]
    public void OthersHaveNone(bool isSkewed, int networks)
    {
        DataSource rows = Csv(n => (n * 0.37 % 5, n % 7, isSkewed ? Math.Exp(n * 0.37 % 5) : n * 0.37 % 5), 60);
        TabularTrainer<float> Of(TrainingOptions options) => new(rows, options with { Target = "y" });
        Assert.Equal(networks, Of(new()).Trainers.Count);
        Assert.Equal(networks, Of(new() { Begun = networks }).Trainers.Count);
        Assert.Equal(8, Of(new() { KeepBy = "mae" }).Trainers.Count);
        Assert.Equal(3, Of(new() { Folds = 3 }).Trainers.Count);
        Assert.Single(Of(new() { Network = "8:relu" }).Trainers);
        Assert.Single(Of(new() { Loss = "huber" }).Trainers);
    }
}
