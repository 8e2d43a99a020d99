using Backprop.Data;
using Backprop.Tables.Models;

namespace Backprop.Tables.Tests;

/// <summary>What is measured on rows that the model to go on from may have learned is said to be.</summary>
public sealed class LearnedRowsTests : IDisposable
{
    private static readonly TrainingOptions s_quick = new() { Network = "4:tanh", Epochs = 2 };
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-from").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ItIsSaidUnlessTheSplitIsTheSame()
    {
        using (var table = new StreamReader(EmbeddedData.OpenCsv("iris")))
        {
            File.WriteAllText(Path.Combine(_folder, "a.csv"), table.ReadToEnd());
        }

        File.Copy(Path.Combine(_folder, "a.csv"), Path.Combine(_folder, "b.csv"));
        TabularModel Train(string file, TrainingOptions options) => TabularModel.Train(Path.Combine(_folder, file), "species", options);
        bool IsSaid(TabularModel model)
        {
            bool isSaid = model.Notes.Any(note => note.IsLoss && note.Message.Contains("may have learned the rows that validate", StringComparison.Ordinal));
            Assert.True(!isSaid || model.Conformal is null); // intervals would be of what it knows by heart
            return isSaid;
        }

        TabularModel first = Train("a.csv", s_quick), all = Train("a.csv", s_quick with { Validation = 0 }), bag = Train("a.csv", s_quick with { Folds = 3 });
        TrainingOptions On(TabularModel from) => new() { From = from, Epochs = 1 };

        Assert.False(IsSaid(first));
        Assert.False(IsSaid(Train("a.csv", On(first)))); // the same rows are held out
        Assert.NotNull(Train("a.csv", On(first)).Conformal);
        Assert.True(IsSaid(Train("a.csv", On(first) with { Seed = 1 })));
        Assert.True(IsSaid(Train("a.csv", On(first) with { Validation = 0.3 })));
        Assert.True(IsSaid(Train("b.csv", On(first))));
        Assert.True(IsSaid(Train("a.csv", On(all))));
        Assert.True(IsSaid(Train("a.csv", On(bag))));
        Assert.False(IsSaid(Train("a.csv", On(all) with { Validation = 0 })));
        Assert.False(IsSaid(Train("a.csv", On(all) with { ValidationData = DataSource.Named(Path.Combine(_folder, "b.csv")) })));
    }
}
