using System.Globalization;
using Backprop.Data;
using Backprop.Tables.Inspection;
using Backprop.Tables.Models;
using Backprop.Training;

namespace Backprop.Tables.Tests.Inspection;

/// <summary>What columns matter, what they do, and what is said of rows that were held out.</summary>
public class InspectionTests
{
    private static readonly string[] s_towns = ["Ulm", "Bonn", "Kiel"];

    /// <summary>Numbers with gaps, a category, a date, a truth value, a column that says nothing, and a constant one.</summary>
    private static Table Houses(int rows, int seed)
    {
        var random = new Random(seed);
        double[] size = [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble() < 0.1 ? double.NaN : Math.Round(40 + (100 * random.NextDouble()), 1))];
        string[] town = [.. Enumerable.Range(0, rows).Select(_ => s_towns[random.Next(3)])];
        string[] garden = [.. Enumerable.Range(0, rows).Select(_ => random.Next(2) == 0 ? "yes" : "no")];
        string[] sold = [.. Enumerable.Range(0, rows).Select(_ => new DateOnly(2024, 1, 1).AddDays(random.Next(700)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))];
        double[] noise = [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble())];
        double[] price = [.. Enumerable.Range(0, rows).Select(row => (3000 * (double.IsNaN(size[row]) ? 90 : size[row])) + (town[row] == "Kiel" ? 60000 : 0) + (garden[row] == "yes" ? 20000 : 0) + (1000 * random.NextDouble()))];
        return new("houses", [new("size", ColumnType.Real, size), new("town", town), new("garden", garden), new("sold", sold), new("noise", ColumnType.Real, noise), new("heating", Enumerable.Repeat("gas", rows).ToArray()), new("price", ColumnType.Real, price)]);
    }

    private static TabularModel Model(string? target = null) => TabularModel.Train(Houses(400, 1), target ?? "price", new TrainingOptions { Ensemble = 2, Epochs = 12 });

    /// <summary>The same figures by permuting cells of the table, not what they became.</summary>
    [Theory]
    [InlineData("price", "rmse", 1)]
    [InlineData("price", null, -1)]
    [InlineData("garden", null, 1)]
    [InlineData("garden", "accuracy", -1)]
    [InlineData("garden", "auc", -1)]
    public void ImportanceIsWhatPermutedCellsLose(string target, string? metric, int sign)
    {
        TabularModel model = Model(target);
        Table table = Houses(150, 2);
        Importance found = model.Importance(DataSource.Of(table), new() { Metric = metric, Repeats = 3, Seed = 9 });
        Assert.Equal(metric ?? (target == "price" ? "r2" : "log_loss"), found.Metric);
        Evaluation baseline = model.Evaluate(table);
        Assert.Equal(baseline[found.Metric], found.Baseline, 1e-12 * Math.Abs(found.Baseline));
        Assert.Equal(["heating"], found.NotUsed);
        Assert.Equal((150, 150), (found.Rows, found.AllRows));
        Assert.Equal(table.Names.Except(["heating", target]).Order(), found.Columns.Select(column => column.Column).Order());
        foreach (ColumnImportance column in found.Columns)
        {
            double[] losses = new double[3];
            for (int repeat = 0; repeat < 3; repeat++)
            {
                var order = new RowPermutation(150, 9, repeat);
                Column permuted = table.Find(column.Column)!.Select([.. Enumerable.Range(0, 150).Select(row => order[row])]);
                var changed = new Table("changed", [.. table.Columns.Select(one => one.Name == column.Column ? permuted : one)]);
                losses[repeat] = sign * (model.Evaluate(changed)[found.Metric] - baseline[found.Metric]);
            }

            Assert.All(losses.Zip(column.Losses), pair => Assert.Equal(pair.First, pair.Second, 1e-9 * Math.Max(1, Math.Abs(found.Baseline))));
            Assert.Equal(losses.Average(), column.Mean, 1e-9 * Math.Max(1, Math.Abs(found.Baseline)));
            Assert.Equal(Math.Sqrt(losses.Sum(loss => Math.Pow(loss - losses.Average(), 2)) / 3), column.Spread, 1e-9 * Math.Max(1, Math.Abs(found.Baseline)));
        }

        Assert.Equal(found.Columns.Select(column => column.Mean).OrderDescending(), found.Columns.Select(column => column.Mean));
    }

    /// <summary>Of a linear model the mean squared error grows by 2 β² var x, of independent columns: the mean over many permutations is near it.</summary>
    [Fact]
    public void ALinearModelLosesWhatTheoryHasIt()
    {
        var random = new Random(4);
        double[][] x = [.. Enumerable.Range(0, 300).Select(_ => new[] { random.NextDouble(), random.NextDouble(), random.NextDouble() })];
        double[] y = [.. x.Select(row => (3 * row[0]) - row[1])];
        var model = TabularModel.Train(x, y, new TrainingOptions { Network = "3-1:identity", Optimizer = "lbfgs", Precision = Precision.Double, Epochs = 50, Validation = 0 });
        Importance found = model.Importance(DataSource.Of(Table.From(x, new Column("y", ColumnType.Real, y))), new() { Metric = "rmse", Repeats = 200 });
        double Variance(int c) => x.Average(row => row[c] * row[c]) - Math.Pow(x.Average(row => row[c]), 2);
        double[] expected = [Math.Sqrt(2 * 9 * Variance(0)), Math.Sqrt(2 * Variance(1)), 0];
        foreach ((string column, double loss) in new[] { "x0", "x1", "x2" }.Zip(expected))
        {
            Assert.Equal(loss, found.Columns.Single(one => one.Column == column).Mean, 0.02 * expected[0]);
        }
    }

    [Fact]
    public void RowsAreDrawnAndNothingDependsOnThreads()
    {
        TabularModel model = Model();
        DataSource rows = DataSource.Of(Houses(500, 3));
        var options = new ImportanceOptions { Rows = 100, Repeats = 2 };
        Importance one = model.Importance(rows, options), again = model.Importance(rows, options), other = model.Importance(rows, options with { Seed = 1 });
        Assert.Equal((100, 500), (one.Rows, one.AllRows));
        Assert.Equal(one.Columns.SelectMany(column => column.Losses), again.Columns.SelectMany(column => column.Losses));
        Assert.NotEqual(one.Baseline, other.Baseline);
        Assert.Equal(500, model.Importance(rows, options with { Rows = 0 }).Rows);
        Assert.Equal("size", one.Columns[0].Column);
        Assert.Contains("did you mean 'rmse'", Assert.Throws<UsageException>(() => model.Importance(rows, new() { Metric = "rmsee" })).Message);
        Assert.Contains("0 repeats", Assert.Throws<UsageException>(() => model.Importance(rows, new() { Repeats = 0 })).Message);
        Assert.Contains("-1 rows", Assert.Throws<UsageException>(() => model.Importance(rows, new() { Rows = -1 })).Message);
    }

    /// <summary>The same means by writing the cell into every row of the table.</summary>
    [Theory]
    [InlineData("price", "size")]
    [InlineData("price", "town")]
    [InlineData("price", "sold")]
    [InlineData("garden", "size")]
    [InlineData("garden", "town")]
    public void DependenceIsTheMeanWhereEveryRowHasTheCell(string target, string column)
    {
        TabularModel model = Model(target);
        Table table = Houses(120, 5);
        PartialDependence found = model.PartialDependence(DataSource.Of(table), column, points: 7);
        Assert.Equal(120, found.Rows);
        Assert.Equal(column == "town" ? 3 : 7, found.Cells.Count);
        Assert.Equal(target == "price" ? ["price"] : ["false", "true"], found.Outputs.Select(output => output is "no" ? "false" : output is "yes" ? "true" : output));
        Column own = table.Find(column)!;
        for (int cell = 0; cell < found.Cells.Count; cell++)
        {
            Column everywhere = own.IsText ? new(column, Enumerable.Repeat((string?)found.Cells[cell], 120).ToArray()) : new(column, ColumnType.Real, Enumerable.Repeat(found.Positions[cell], 120).ToArray());
            Predictions said = model.PredictAll(new Table("all", [.. table.Columns.Select(one => one.Name == column ? everywhere : one)]));
            for (int output = 0; output < found.Outputs.Count; output++)
            {
                double expected = said.Average(row => target == "price" ? row.Value : row.Probabilities[found.Outputs[output]]);
                Assert.Equal(expected, found.Means[output][cell], 1e-9 * Math.Max(1, Math.Abs(expected)));
            }
        }

        Assert.Equal(found.Positions.Order(), found.Positions);
        if (column == "sold")
        {
            Assert.Equal(found.Cells.Select(day => (double)(DateOnly.Parse(day, CultureInfo.InvariantCulture).DayNumber - new DateOnly(1970, 1, 1).DayNumber)), found.Positions.Select(day => Math.Round(day)));
        }

        Assert.Contains("did you mean 'town'", Assert.Throws<UsageException>(() => model.PartialDependence(DataSource.Of(table), "twon")).Message);
    }

    /// <summary>What is held out is what the run's own figures are of; each fold's rows are predicted by its network.</summary>
    [Theory]
    [InlineData(4, null, "price")]
    [InlineData(4, null, "garden")]
    [InlineData(null, 3, "garden")]
    [InlineData(null, 1, "price")]
    public void HeldOutRowsAreThoseOfTheFigures(int? folds, int? ensemble, string target)
    {
        Table table = Houses(240, 6);
        var trainer = new TabularTrainer<float>(DataSource.Of(table), new() { Target = target, Folds = folds, Ensemble = ensemble, Epochs = 6, KeepTable = true });
        Assert.Throws<InvalidOperationException>(() => trainer.HeldOut());
        TrainingResult result = trainer.Run();
        using HeldOut held = trainer.HeldOut()!;
        Assert.Equal(result.Kept!.Validation!.Metrics, held.Evaluation.Metrics);
        Assert.Equal(folds is not null, held.AreFolds);
        Assert.Equal(folds is null ? 48 : 240, held.Predictions.Count);
        if (target == "garden")
        {
            Assert.Equal(held.Evaluation["accuracy"], Enumerable.Range(0, held.Predictions.Count).Average(row => held.Predictions[row].Label == held.Predictions.Labels[held.Classes[row]] ? 1.0 : 0), 1e-12);
        }
        else
        {
            double[] errors = [.. held.Actual[0].Select((actual, row) => held.Predictions[row].Value - actual)];
            Assert.Equal(held.Evaluation["rmse"], Math.Sqrt(errors.Average(error => error * error)), 0.01);
            if (folds is not null)
            {
                Assert.Equal(table.Find("price")!.Numbers.ToArray(), held.Actual[0].Select(value => Math.Round(value, 3)), (a, b) => Math.Abs(a - b) < 1);
            }
        }

        Importance importance = held.Importance(new() { Repeats = 2 });
        Assert.Equal(held.Evaluation[importance.Metric], importance.Baseline, 1e-12);
        Assert.Equal(5, held.PartialDependence("noise", points: 5).Cells.Count);
    }

    [Fact]
    public void NothingIsHeldOutWhereNothingValidates()
    {
        var trainer = new TabularTrainer<float>(DataSource.Of(Houses(60, 7)), new() { Target = "price", Validation = 0, Epochs = 2 });
        trainer.Run();
        Assert.Null(trainer.HeldOut());
        Assert.Null(trainer.Table);
    }

    /// <summary>Arrays have columns by number; those whose table was not kept have no cells to take.</summary>
    [Fact]
    public void ArraysHaveColumnsToo()
    {
        double[] x = [.. Enumerable.Range(0, 400).Select(n => Math.Sin(n * n))];
        var array = new NumericArray("x", [200, 2], x, IsInteger: false, IsPixels: false, IsBytes: false);
        var y = new NumericArray("y", [200], [.. Enumerable.Range(0, 200).Select(n => 5 * x[2 * n])], IsInteger: false, IsPixels: false, IsBytes: false);
        var trainer = new TabularTrainer<double>(DataSource.Of(array, y), new() { Network = "8:tanh", Epochs = 30, Precision = Precision.Double });
        trainer.Run();
        using HeldOut held = trainer.HeldOut()!;
        Importance importance = held.Importance();
        Assert.Equal(["x0", "x1"], importance.Columns.Select(column => column.Column));
        Assert.True(importance.Columns[0].Mean > 5 * Math.Abs(importance.Columns[1].Mean));
        Assert.Throws<InvalidOperationException>(() => held.PartialDependence("x0"));
    }
}
