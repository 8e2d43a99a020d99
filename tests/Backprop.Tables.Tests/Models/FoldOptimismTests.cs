using System.Text;
using Backprop.Tables.Models;

namespace Backprop.Tables.Tests.Models;

/// <summary>What choosing an epoch by each fold flatters is told.</summary>
public sealed class FoldOptimismTests
{
    /// <summary>Two folds of 10 and 30 rows: each at its best 0.1 and 0.5; together epoch 2 is best: (10·0.3 + 30·0.5)/40.</summary>
    [Fact]
    public void OneEpochForAllIsWhatIsCompared()
    {
        (double kept, double common, int epoch) = FoldOptimism.Of([[0.1, 0.3, 0.9], [0.9, 0.5, 0.6, 0.1]], [0, 1], [10, 30])!.Value;
        Assert.Equal((0.4, 0.45, 1), (Math.Round(kept, 12), Math.Round(common, 12), epoch));
        Assert.Null(FoldOptimism.Of([[], [1]], [0, 0], [1, 1]));
    }

    /// <summary>Coins: what is said is about what new rows give, log 2.</summary>
    [Fact]
    public void NoiseIsTold()
    {
        var random = new Random(3);
        string csv = "a,b,y\n" + string.Concat(Enumerable.Range(0, 80).Select(_ =>
        {
            double a = random.NextDouble() - 0.5, b = random.NextDouble() - 0.5;
            return FormattableString.Invariant($"{a},{b},{(random.NextDouble() > 0.5 ? "yes" : "no")}\n");
        }));
        string said = TabularModel.Train(DataSource.Csv(new MemoryStream(Encoding.UTF8.GetBytes(csv)), "n.csv"), new TrainingOptions { Target = "y", Epochs = 30 })
            .Notes.FirstOrDefault(note => note.Message.StartsWith("each network keeps the epoch", StringComparison.Ordinal))!.Message;
        Assert.InRange(double.Parse(said.Split("it would be ")[1].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture), 0.62, 0.76);
    }
}
