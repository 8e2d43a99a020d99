using Backprop.Networks;
using Backprop.Tables.Models;

namespace Backprop.Tables.Tests.Models;

/// <summary>The smaller network, unless the larger is better by more than a standard error.</summary>
public sealed class SizeChoiceTests
{
    private static readonly NetworkDefinition s_small = NetworkDefinition.Parse("2-4:relu-2:softmax"), s_large = NetworkDefinition.Parse("2-16:relu-8:relu-2:softmax");

    /// <summary>Differences of mean m and deviation 1 over four rows: the error of their mean is 1/2.</summary>
    [Theory]
    [InlineData(-0.1, 0)]
    [InlineData(0, 0)]
    [InlineData(0.49, 0)]
    [InlineData(0.51, 1)]
    public void OneStandardErrorDecides(double mean, int chosen)
    {
        double[] large = [1, 2, 0.5, 3], small = [1 + mean + 1, 2 + mean - 1, 0.5 + mean + 1, 3 + mean - 1];
        (int found, string why) = SizeChoice.Of([(s_small, small), (s_large, large)], weights: null);
        Assert.Equal(chosen, found);
        Assert.Contains(chosen == 0 ? "the smaller" : "the larger", why, StringComparison.Ordinal);
        Assert.Contains("4:relu and 16:relu-8:relu", why, StringComparison.Ordinal);
    }

    /// <summary>Rows that weigh nothing, and rows that one of them has no figure for, say nothing.</summary>
    [Fact]
    public void OnlySharedRowsThatCountDecide()
    {
        double[] large = [1, 1, 1, 100, double.NaN], small = [1.3, 1.2, 1.3, 0, 0];
        Assert.Equal(1, SizeChoice.Of([(s_small, small), (s_large, large)], [1, 1, 1, 0, 1]).Chosen);
        Assert.Equal(0, SizeChoice.Of([(s_small, small), (s_large, large)], weights: null).Chosen);
        Assert.Equal(1, SizeChoice.Of([(s_small, [double.NaN, double.NaN]), (s_large, [1, 1])], weights: null).Chosen);
    }

    /// <summary>A weight of two is a row that is there twice, but for what the error makes of it: Σw²(d − m)² over (Σw)².</summary>
    [Fact]
    public void WeightsCount()
    {
        // differences 1 and −0.5 with weights 3 and 1: mean 0.625, error √(9·0.375² + 1.125²)/4 = 0.398
        Assert.Equal(1, SizeChoice.Of([(s_small, [2, 0.5]), (s_large, [1, 1])], [3, 1]).Chosen);
        // weights 1 and 1: mean 0.25, error √(2·0.75²)/2 = 0.53
        Assert.Equal(0, SizeChoice.Of([(s_small, [2, 0.5]), (s_large, [1, 1])], [1, 1]).Chosen);
    }

    /// <summary>Squares of a board need more than 48 units in one layer; what is noise needs none.</summary>
    [Theory]
    [InlineData(true, "256:silu")]
    [InlineData(false, "48:silu")]
    public void TheRecipeTrainsBothAndSaysWhich(bool isBoard, string first)
    {
        var random = new Random(1);
        string csv = "a,b,y\n" + string.Concat(Enumerable.Range(0, 900).Select(_ =>
        {
            double a = 5 * random.NextDouble(), b = 5 * random.NextDouble();
            return FormattableString.Invariant($"{a},{b},{((isBoard ? ((int)a + (int)b) % 2 : random.Next(2)) == 0 ? "even" : "odd")}\n");
        }));
        var trainer = new TabularTrainer<float>(DataSource.Csv(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(csv)), "b.csv"), new TrainingOptions { Target = "y", Epochs = isBoard ? 30 : 3 });
        Assert.Equal(16, trainer.Trainers.Count);
        var result = trainer.Run(cancellation: TestContext.Current.CancellationToken);
        Assert.StartsWith(first, $"{trainer.Definition.Layers[0]}", StringComparison.Ordinal);
        TabularModel<float> model = trainer.Model(result.Kept, result.KeptBy);
        Assert.Equal((8, trainer.Definition), (model.Members, model.Definition));
        Assert.Contains(trainer.Choice!, model.Training!, StringComparison.Ordinal);
        Assert.Equal(trainer.Options.Epochs * trainer.Trainers.Sum(one => (long)Math.Ceiling((double)one.Training.Rows / trainer.Options.BatchSize)), result.Steps);
        Assert.Contains(result.Kept!.Validation!.Metrics.Single(metric => metric.Key == "log_loss").Value.ToString("G4", System.Globalization.CultureInfo.InvariantCulture), trainer.Choice!, StringComparison.Ordinal);
    }
}
