using System.Globalization;
using Backprop.Tables.Models;

namespace Backprop.Tables.Tests.Models;

/// <summary>What is said of a target before it is learned.</summary>
public sealed class TrainingDoubtsTests
{
    /// <summary>The others have a middle half 21 wide around 21: 2200 is 104 times as far away, 2000 94 times.</summary>
    [Theory]
    [InlineData("19", null, false)]
    [InlineData("2000", null, false)]
    [InlineData("2200", null, true)]
    [InlineData("-1e9", null, true)]
    [InlineData("1e9", "huber", false)]
    public void OneValueFarFromAllOthersIsSaidWithItsRow(string far, string? loss, bool isSaid)
    {
        string csv = "x,y\n" + string.Concat(Enumerable.Range(0, 40).Select(n => string.Create(CultureInfo.InvariantCulture, $"{n * 0.7 % 3},{(n == 19 ? far : $"{n}")}\n")));
        var trainer = new TabularTrainer<float>(DataSource.Of(Schemas.Cells.Csv(csv)), new TrainingOptions { Target = "y", Loss = loss, Validation = 0, Network = "3:tanh", Columns = new() { Task = Tables.Schemas.TableTask.Regression } });
        Assert.Equal(isSaid, trainer.Notes.All.Any(note => note.Message.Contains("row 19", StringComparison.Ordinal) && note.Message.Contains("from the median", StringComparison.Ordinal) && note.Settings.Contains("Loss = huber")));
    }

    /// <summary>Where a column says nothing, the best F1 is that of saying the label of every row: 2p/(1 + p) of a part p, here 0.4.</summary>
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void AThresholdThatSaysALabelOfEveryRowIsSaid(bool isLearnable, bool isSaid)
    {
        string csv = "x,y\n" + string.Concat(Enumerable.Range(0, 120).Select(n => string.Create(CultureInfo.InvariantCulture, $"{(isLearnable ? n % 5 : n / 5 % 2)},{(n % 5 < 2 ? "yes" : "no")}\n")));
        TabularModel model = TabularModel.Train(DataSource.Of(Schemas.Cells.Csv(csv)), new TrainingOptions { Target = "y", Threshold = "f1", Network = "4:tanh", Epochs = isLearnable ? 40 : 2, Folds = 3 });
        Assert.Equal(isSaid, model.Notes.Any(note => note.Message.Contains("'yes' said of every row has an f1 of 0.571", StringComparison.Ordinal)));
    }
}
