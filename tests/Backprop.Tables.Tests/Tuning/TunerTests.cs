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
        Assert.Equal([Recipe.Hidden], tuner.RecipeNetworks); // in the usual ranges; with folds that are given it has one size
        Assert.Equal(6, tuner.Ranges.Count);
    }

    /// <summary>Training has two sizes and chooses: both are candidates, whether the network has a range or not, and the one that it chooses makes its very model.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("dropout=0..0.3")]
    public void BothSizesOfTheRecipeAreCandidates(string? range)
    {
        TrainingOptions quick = new() { Epochs = 3 };
        TabularModel recipe = TabularModel.Train(s_iris, quick);
        var tuner = new Tuner<float>(s_iris, quick, new() { Trials = 3, Ranges = range is null ? [] : [SearchRange.Parse(range)] });
        Assert.Equal([Recipe.Smaller, Recipe.Hidden], tuner.RecipeNetworks);
        Assert.Contains(tuner.Ranges, one => one.Name == "network");
        Candidate[] first = [.. tuner.Run().Race.Trials.OrderBy(trial => trial.Number).Take(2).Select(trial => trial.Candidate)];
        Assert.Equal([Recipe.Smaller, Recipe.Hidden], first.Select(candidate => candidate.Options.Network));
        Assert.All(first, candidate => Assert.False(candidate.Options.UsesRecipe));
        Assert.Single(first, candidate => Parameters(TabularModel.Train(s_iris, candidate.Options with { Folds = 8, KeepBy = "log_loss" })).AsSpan().SequenceEqual(Parameters(recipe)));

        Assert.Equal([Recipe.Smaller], Networks(new() { Trials = 1 })); // no more candidates than were asked for
        Assert.Equal([Recipe.Smaller], Networks(new() { Trials = 3, Ranges = [SearchRange.Parse("network=48:silu,16:relu")] }));
        Assert.Empty(Networks(new() { Trials = 3, Ranges = [SearchRange.Parse("dropout=0.2..0.3")] }));
        Assert.Equal([Recipe.Smaller, Recipe.Hidden], new Tuner<float>(s_iris, quick with { Target = "petal_length" }, new() { Trials = 2 }).RecipeNetworks);
        Assert.Equal([Recipe.Hidden], new Tuner<float>(s_iris, quick with { Target = "petal_length", KeepBy = "mae" }, new() { Trials = 2 }).RecipeNetworks);

        IReadOnlyList<string> Networks(TuningOptions tuning) => new Tuner<float>(s_iris, quick, tuning).RecipeNetworks;
    }

    /// <summary>Rows that no candidate sees belong to a search as much as those that it learns from.</summary>
    [Fact]
    public void ASearchGoesOnWithTheSameRowsHeldOut()
    {
        string folder = Directory.CreateTempSubdirectory("backprop-tune").FullName;
        try
        {
            Table table = Numbers(600);
            (int[] used, int[] aside) = StratifiedSplit.Split([], 600, 0.2, 0x484F4C44);
            double[] Changed(string name, int row) => [.. table.Find(name)!.Numbers.ToArray().Select((value, n) => n == row ? value + 0.5 : value)];
            Table With(string name, int row) => new("numbers", [.. table.Columns.Select(column => column.Name == name ? new Column(name, ColumnType.Real, Changed(name, row)) : column)]);
            Tuner<float> Search(Table of, RaceJournal journal) => new(DataSource.Of(of), new() { Network = "4:tanh", Epochs = 1 }, new() { Trials = 2, Ranges = [SearchRange.Parse("learning-rate=1e-3..1e-1:log")], Journal = journal });
            using (var journal = RaceJournal.Begin(folder))
            {
                Search(table, journal).Run();
            }

            using var again = RaceJournal.Resume(folder);
            Assert.Equal(120, Search(table, again).HeldoutRows);
            foreach ((string name, int row, string said) in new[] { ("a", aside[3], "the held-out features are not"), ("y", aside[^1], "the held-out targets are not"), ("a", used[0], "training") })
            {
                Assert.Contains(said, Assert.Throws<DataException>(() => Search(With(name, row), again)).Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
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

    /// <summary>Options that an optimizer does not have are no usual ranges of it.</summary>
    [Theory]
    [InlineData("lbfgs", new[] { "weight-decay", "batch-size", "dropout" })]
    [InlineData("levenberg_marquardt", new[] { "learning-rate", "weight-decay", "batch-size", "dropout" })]
    [InlineData("rprop", new[] { "weight-decay" })]
    [InlineData("sgd", new string[0])]
    public void UsualRangesAreTheOptimizers(string optimizer, string[] without)
    {
        string[] names = [.. new Tuner<float>(s_iris, new TrainingOptions { Optimizer = optimizer }, new() { Trials = 3 }).Ranges.Select(range => range.Name)];
        Assert.Equal(new[] { "learning-rate", "network", "dropout", "weight-decay", "batch-size", "bins" }.Except(without), names);
    }

    /// <summary>The recipe's decay, dropout and batches are no options of theirs.</summary>
    [Fact]
    public void OptimizersOfAllKindsAreCandidates()
    {
        var tuner = new Tuner<float>(s_iris, new TrainingOptions { Epochs = 2 }, new() { Trials = 3, Ranges = [SearchRange.Parse("optimizer=lbfgs,adamw,rprop"), SearchRange.Parse("network=4:tanh,6:tanh")] });
        Assert.All(tuner.Run().Race.Trials, trial => Assert.Null(trial.Failure));
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
