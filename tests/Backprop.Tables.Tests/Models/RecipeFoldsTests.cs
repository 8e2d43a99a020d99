using Backprop.Tables.Models;
using Backprop.Training;

namespace Backprop.Tables.Tests.Models;

/// <summary>How many networks the recipe trains, and what their probabilities are worth on rows that nobody has seen.</summary>
public sealed class RecipeFoldsTests
{
    private static readonly TrainingOptions s_quick = new() { Epochs = 2 };

    [Theory]
    [InlineData(39, Preset.Default, 1)]
    [InlineData(40, Preset.Default, 8)]
    [InlineData(40, Preset.Best, 16)]
    [InlineData(40, Preset.Fast, 1)]
    [InlineData(39, Preset.Best, 1)]
    public void ManyNetworksWhereThereAreRowsForThem(int rows, Preset preset, int members)
    {
        var model = TabularModel.Train(Table(rows), s_quick with { Preset = preset });
        Assert.Equal(members, model.Members);
        Assert.Equal(rows == 39 && preset == Preset.Best, model.Notes.Any(note => note.Message.Contains("too few to be divided into folds", StringComparison.Ordinal)));
    }

    [Fact]
    public void WhatIsSaidComesFirst()
    {
        Assert.Equal(1, TabularModel.Train(Table(50), s_quick with { Validation = 0.2 }).Members);
        Assert.Equal(1, TabularModel.Train(Table(50), s_quick with { Ensemble = 1 }).Members);
        Assert.Equal(3, TabularModel.Train(Table(50), s_quick with { Folds = 3 }).Members);
        Assert.Equal(1, TabularModel.Train(Table(50), s_quick with { Network = "4:relu" }).Members);
        foreach (TrainingOptions bad in new TrainingOptions[] { new() { Preset = Preset.Fast, Folds = 3 }, new() { Preset = Preset.Best, Network = "4:relu" }, new() { Preset = Preset.Best, Validation = 0.2 }, new() { Folds = 3, Validation = 0.2 } })
        {
            Assert.Throws<UsageException>(() => TabularModel.Train(Table(50), bad));
        }
    }

    [Fact]
    public void ForLittleTimeThereIsOneNetworkAndThatIsSaid()
    {
        TabularModel little = TabularModel.Train(Table(2000), s_quick with { Epochs = 400, MaxSeconds = 1 }), enough = TabularModel.Train(Table(200), s_quick with { MaxSeconds = 1000 });
        Assert.Equal((1, 8), (little.Members, enough.Members));
        Assert.Contains(little.Notes, note => note.Message.StartsWith("one network in place of 8, for the time of 1 s", StringComparison.Ordinal));
    }

    /// <summary>60,000 images of 784 pixels in ten classes: seven networks of 512 and 256 units, each on six sevenths of them, for 30 epochs are 1.7e13 multiplications.</summary>
    [Theory]
    [InlineData(300, 60_000, true, true)]
    [InlineData(280, 60_000, true, false)]
    [InlineData(3000, 50_000, true, false)]
    [InlineData(300, 60_000, false, false)]
    [InlineData(null, 60_000, true, false)]
    public void ManyRowsOfClassesAndTimeMakeALongRun(int? seconds, int rows, bool classes, bool isLong)
    {
        var notes = new Notes();
        var options = new TrainingOptions { MaxSeconds = seconds };
        Recipe.Effort effort = Recipe.Of(options, rows, 784, classes, notes);
        Assert.Equal(isLong, effort.IsLong);
        Assert.Equal(isLong, notes.All.Any(note => note.Message.StartsWith("7 networks 512:silu-256:silu learn for 30 epochs", StringComparison.Ordinal)));
        TrainingOptions taken = Recipe.For(options, effort), chosen = Recipe.For(options with { Epochs = 3, Dropout = 0.4 }, effort);
        Assert.Equal(isLong ? (Recipe.LongHidden, 30, 256, 0.25, 7) : (Recipe.Hidden, null, null, null, rows > 50_000 ? 4 : 8), (taken.Hidden, taken.Epochs, taken.BatchSize, taken.Dropout, effort.Folds));
        Assert.Equal((3, 0.4), (chosen.Epochs, chosen.Dropout));
    }

    /// <summary>However much time there is now.</summary>
    [Theory]
    [InlineData(7, 1, true)]
    [InlineData(8, 1000, false)]
    public void ARunThatGoesOnStaysWhatItWas(int begun, int seconds, bool isLong) =>
        Assert.Equal(new(isLong ? 7 : 4, isLong), Recipe.Of(new() { MaxSeconds = seconds, Begun = begun }, 60_000, 784, classes: true, new()));

    [Fact]
    public void WhatIsSaidComesBeforeALongRun()
    {
        TrainingOptions time = new() { MaxSeconds = 1000 };
        foreach (TrainingOptions said in new[] { time with { Network = "64:relu" }, time with { Preset = Preset.Fast }, time with { Ensemble = 2 }, time with { Validation = 0.1 }, time with { KeepBy = "accuracy" }, time with { FollowsOne = true }, time with { OptimizerOptions = new() { LearningRate = 0.01 } } })
        {
            Assert.False(Recipe.Of(said, 60_000, 784, classes: true, new()).IsLong);
        }
    }

    /// <summary>The networks are those that were said.</summary>
    [Fact]
    public void ALongRunTrainsItsNetworks()
    {
        TabularModel model = TabularModel.Train(Clouds(50_002, 1), new TrainingOptions { MaxSeconds = 1000, Epochs = 1, BatchSize = 1024 });
        Assert.Equal(7, model.Members);
        Assert.Equal([512, 256, 2], model.As<float>().Definition.Layers.Select(layer => layer.Units));
        Assert.Contains(model.Notes, note => note.Message.StartsWith("7 networks 512:silu-256:silu learn for 1 epoch,", StringComparison.Ordinal));
    }

    /// <summary>The first network of a bag goes on, which is said.</summary>
    [Fact]
    public void ABagIsGoneOnFromByItsFirstNetwork()
    {
        var bag = TabularModel.Train(Table(50), s_quick with { Folds = 3 });
        var model = TabularModel.Train(Table(50), s_quick with { From = bag });
        Assert.Equal(1, model.Members);
        Assert.Contains(model.Notes, note => note.Message.Contains("holds 3 networks, the first is taken", StringComparison.Ordinal));
    }

    /// <summary>97 rows in three folds: one network learns 64, the others 65, whose last batch of 32 has one row.</summary>
    [Fact]
    public void ABatchOfOneIsSaidOfAnyFold()
    {
        bool IsSaid(int rows) => TabularModel.Train(Table(rows), s_quick with { Folds = 3, BatchSize = 32, Network = "4:relu,batch_norm" }).Notes.Any(note => note.Message.Contains("has one row", StringComparison.Ordinal));
        Assert.True(IsSaid(97));
        Assert.False(IsSaid(96));
    }

    [Fact]
    public void ATargetThatIsAlwaysTheSameIsSaid()
    {
        bool IsSaid(double last) => TabularModel.Train(Csv("a,y\n" + string.Concat(Enumerable.Range(0, 50).Select(n => FormattableString.Invariant($"{n * 0.3},{(n % 7 == 0 ? last : 3.5)}\n")))), s_quick with { Target = "y" }).Notes.Any(note => note.Message.Contains("'y' is the same in every row", StringComparison.Ordinal));
        Assert.True(IsSaid(3.5));
        Assert.False(IsSaid(4.5));
    }

    /// <summary>A row of weight 0 counts as if it were not there: in means, pieces, categories, classes, folds and the time that they take.</summary>
    [Theory]
    [InlineData(39, false, 1)]
    [InlineData(48, false, 8)]
    [InlineData(48, true, 8)]
    public void RowsThatWeighNothingAreNotThere(int counting, bool classes, int members)
    {
        string Rows(bool withGhosts) => "a,b,y,w\n" + string.Concat(Enumerable.Range(0, counting).Select(n => FormattableString.Invariant($"{(n % 5 == 0 && withGhosts ? $"{1e6 * n},ghost,{(classes ? "none" : "-1e9")},0\n" : "")}{n * 0.37 % 3},{"uvw"[n % 3]},{(classes ? $"{"xy"[n % 2]}" : $"{n * 1.5}")},{1 + (n % 2)}\n")));
        TabularModel Train(bool withGhosts) => TabularModel.Train(DataSource.Csv(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Rows(withGhosts))), "w.csv"), s_quick with { Target = "y", Columns = new() { SampleWeight = "w" } });
        TabularModel clean = Train(withGhosts: false), ghosts = Train(withGhosts: true);
        Assert.Equal((members, members), (clean.Members, ghosts.Members));
        Assert.Contains(ghosts.Notes, note => note.Message.Contains($"{(counting + 4) / 5} of {counting + ((counting + 4) / 5)} rows weigh nothing and are left out", StringComparison.Ordinal) && note.Settings.Contains("SampleWeight = w"));
        Assert.Equal(clean.Notes.Select(note => note.Message), ghosts.Notes.Where(note => !note.Message.Contains("weigh nothing", StringComparison.Ordinal)).Select(note => note.Message));
        for (int member = 0; member < members; member++)
        {
            Assert.Equal(clean.As<float>().Ensemble.Members[member].Layers[0].GetWeights(), ghosts.As<float>().Ensemble.Members[member].Layers[0].GetWeights());
        }
    }

    /// <summary>Two clouds apart: no row is wrong out of fold, and 60 rows cannot show that none ever will be.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void ProbabilitiesAreNoSharperThanTheRowsCanShow(int seed)
    {
        TabularModel bag = TabularModel.Train(Clouds(60, seed), new TrainingOptions()), one = TabularModel.Train(Clouds(60, seed), new TrainingOptions { Preset = Preset.Fast });
        Evaluation Of(TabularModel model) => model.Evaluate(Clouds(4000, seed + 100));
        double LogLoss(TabularModel model) => Of(model).Metrics.First(metric => metric.Key == "log_loss").Value;
        Assert.Equal(8, bag.Members);
        Assert.True(LogLoss(bag) < 1.1 * LogLoss(one), $"{LogLoss(bag)} against {LogLoss(one)}, temperature {bag.As<float>().Ensemble.Temperature}");
    }

    private static DataSource Table(int rows) => Csv("a,b,y\n" + string.Concat(Enumerable.Range(0, rows).Select(n => FormattableString.Invariant($"{Math.Sin(n)},{n % 7},{Math.Cos(n) + (0.1 * (n % 7))}\n"))));

    private static DataSource Clouds(int rows, int seed)
    {
        var random = new Random(seed);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return Csv("a,b,y\n" + string.Concat(Enumerable.Range(0, rows).Select(n => FormattableString.Invariant($"{Normal() + (n % 2 == 0 ? 2 : -2)},{Normal()},{(n % 2 == 0 ? "up" : "down")}\n"))));
    }

    private static DataSource Csv(string text) => DataSource.Csv(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), "t.csv");
}
