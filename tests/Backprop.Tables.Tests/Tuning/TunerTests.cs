using Backprop.Data;
using Backprop.Tables.Models;
using Backprop.Tables.Tuning;

namespace Backprop.Tables.Tests.Tuning;

/// <summary>The search above the race: what is fixed, what is held out, what is trained in the end.</summary>
public sealed class TunerTests
{
    private static readonly DataSource s_iris = DataSource.Named("builtin:iris");

    /// <summary>The recipe's values as options train the very model that the recipe trains: classes and values, few rows.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TheRecipeSpelledOutIsTheRecipe(bool classes)
    {
        TrainingOptions quick = new() { Epochs = 3, Folds = 3, Target = classes ? null : "petal_length" };
        TabularModel recipe = TabularModel.Train(s_iris, quick);
        TrainingOptions spelled = TunableOption.Apply(quick, RecipeValues.Of(quick, rows: 100, columns: 5, classes)) with { KeepBy = classes ? "log_loss" : "loss" };
        Assert.False(spelled.UsesRecipe);
        Assert.Equal(Parameters(recipe), Parameters(TabularModel.Train(s_iris, spelled)));
        var tuner = new Tuner<float>(s_iris, quick, new() { Trials = 2 });
        Assert.True(tuner.IsFirstTheRecipe); // in the usual ranges
        Assert.Equal(6, tuner.Ranges.Count);
    }

    [Fact]
    public void TheBestIsTrainedAsItsOptionsSay()
    {
        var tuner = new Tuner<float>(s_iris, new() { Epochs = 4 }, new() { Trials = 5, Ranges = [SearchRange.Parse("learning-rate=1e-3..1e-1:log"), SearchRange.Parse("network=8:relu,16:relu,32:relu")] });
        TuningResult<float> found = tuner.Run();
        Assert.Equal(0, tuner.HeldoutRows);
        Assert.Null(found.Heldout);
        Assert.Equal(8, found.Model!.Members);
        Assert.Equal(found.Values.First(value => value.Key == "network").Value, found.Options.Network);
        TrainingOptions again = TunableOption.Apply(new() { Epochs = 4, Folds = 8, KeepBy = found.Race.Measure }, found.Values.Where(value => value.Key is not ("folds" or "keep-by")));
        Assert.Equal(Parameters(found.Model), Parameters(TabularModel.Train(s_iris, again)));
    }

    /// <summary>Values that no candidate saw: the figure is that of the same options trained on the other rows, by hand.</summary>
    [Fact]
    public void HeldOutRowsAreSeenByNoCandidate()
    {
        Table table = Numbers(700);
        var tuner = new Tuner<float>(DataSource.Of(table), new() { Network = "4:tanh", Epochs = 3, Validation = 0.25 }, new() { Trials = 3, Ranges = [SearchRange.Parse("learning-rate=1e-3..1e-1:log")] });
        TuningResult<float> found = tuner.Run();
        Assert.Equal((140, 140), (tuner.HeldoutRows, found.Heldout!.Rows));
        Assert.Contains("140 rows of one split", found.Race.MeasuredOn, StringComparison.Ordinal); // a quarter of 560
        (int[] used, int[] aside) = StratifiedSplit.Split([], 700, 0.2, 0x484F4C44);
        var by = TabularModel.Train(DataSource.Of(table.Select(used)), found.Options);
        Assert.Equal(by.Evaluate(DataSource.Of(table.Select(aside))).Loss, found.Heldout.Loss);
        Assert.NotEqual(Parameters(by), Parameters(found.Model!));
        Assert.Equal(Parameters(TabularModel.Train(DataSource.Of(table), found.Options)), Parameters(found.Model!));
    }

    /// <summary>A row number is one no more where rows are left out: it must not become a feature of the search.</summary>
    [Fact]
    public void WhatAColumnIsTakesAllRows()
    {
        Table table = Numbers(600);
        table = new Table("numbers", [new Column("n", ColumnType.Integer, [.. Enumerable.Range(0, 600).Select(n => (double)n)]), .. table.Columns]);
        var tuner = new Tuner<float>(DataSource.Of(table), new() { Network = "4:tanh", Epochs = 2 }, new() { Trials = 1, Ranges = [SearchRange.Parse("learning-rate=1e-3..1e-1:log")], Holdout = 0.3 });
        TuningResult<float> found = tuner.Run();
        Assert.Equal(180, found.Heldout!.Rows);
        Assert.Equal(2, found.Model!.Definition.Inputs);
        Assert.Equal(2, tuner.Race.Model()!.Definition.Inputs);
    }

    [Fact]
    public void WhatCannotBeSearchedIsSaid()
    {
        SearchRange rate = SearchRange.Parse("learning-rate=1e-3..1e-1:log");
        void Refused(string message, TrainingOptions options, TuningOptions tuning) =>
            Assert.Contains(message, Assert.Throws<UsageException>(() => new Tuner<float>(s_iris, options, tuning)).Message, StringComparison.Ordinal);
        Refused("a value and a range", new() { OptimizerOptions = new() { LearningRate = 0.1 } }, new() { Ranges = [rate] });
        Refused("two ranges of learning-rate", new(), new() { Ranges = [rate, rate] });
        Refused("at least 1 trial", new(), new() { Trials = 0 });
        Refused("held out", new(), new() { Holdout = 1 });
        Refused("above 0 seconds", new(), new() { MaxSeconds = 0 });
        Refused("nothing of it can be searched", new() { From = TabularModel.Train(s_iris, new() { Network = "2:relu", Epochs = 1 }) }, new());
        var few = new Tuner<float>(s_iris, new() { Network = "4:tanh", Epochs = 1 }, new() { Trials = 9, Ranges = [SearchRange.Parse("bins=0,4,8")] });
        Assert.Contains(few.Notes.All, note => note.Message.Contains("3 different candidates, 9 were asked for", StringComparison.Ordinal));
    }

    private static Table Numbers(int rows)
    {
        var random = new Random(1);
        double[][] x = [.. Enumerable.Range(0, rows).Select(_ => new[] { random.NextDouble(), random.NextDouble() })];
        return new("numbers", [new Column("a", ColumnType.Real, [.. x.Select(row => row[0])]), new Column("b", ColumnType.Real, [.. x.Select(row => row[1])]), new Column("y", ColumnType.Real, [.. x.Select(row => Math.Sin(6 * row[0]) + (row[1] * row[1]))])]);
    }

    private static float[] Parameters(TabularModel model) => [.. ((TabularModel<float>)model).Ensemble.Members.SelectMany(member => member.Parameters.Span.ToArray())];
}
