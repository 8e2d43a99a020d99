using Backprop.Training;

namespace Backprop.Tests;

/// <summary>The probability from which on a row is said to be of a class.</summary>
public sealed class DecisionThresholdTests
{
    /// <summary>Figures written down anew, from counts.</summary>
    private static double Figure(string name, double[] p, bool[] t, double[] w, double threshold)
    {
        double Sum(bool said, bool isSo) => Enumerable.Range(0, p.Length).Where(row => p[row] >= threshold == said && t[row] == isSo).Sum(row => w[row]);
        double tp = Sum(true, true), fp = Sum(true, false), fn = Sum(false, true), tn = Sum(false, false);
        static double F(double hit, double miss, double lost) => hit == 0 ? 0 : hit / (hit + (0.5 * (miss + lost)));
        double sensitivity = tp / (tp + fn), specificity = tn / (tn + fp);
        return name switch
        {
            "accuracy" => (tp + tn) / w.Sum(),
            "balanced_accuracy" => (sensitivity + specificity) / 2,
            "youden" => sensitivity + specificity - 1,
            "f1" => F(tp, fp, fn),
            "f1_macro" => (F(tp, fp, fn) + F(tn, fn, fp)) / 2,
            _ => (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn) is var product && product == 0 ? 0 : ((tp * tn) - (fp * fn)) / Math.Sqrt(product),
        };
    }

    [Theory]
    [InlineData("accuracy")]
    [InlineData("balanced_accuracy")]
    [InlineData("f1")]
    [InlineData("f1_macro")]
    [InlineData("mcc")]
    [InlineData("youden")]
    public void NoOtherThresholdIsBetter(string figure)
    {
        var random = new Random(5);
        for (int trial = 0; trial < 50; trial++)
        {
            int rows = random.Next(5, 60);
            double[] p = [.. Enumerable.Range(0, rows).Select(_ => Math.Round(random.NextDouble(), trial % 2 == 0 ? 1 : 6))], w = [.. Enumerable.Range(0, rows).Select(_ => trial % 3 == 0 ? 1.0 : random.Next(1, 4))];
            bool[] t = [.. p.Select((one, row) => row < 2 ? row == 0 : random.NextDouble() < one * one)];
            (double threshold, double best, double atHalf) = DecisionThreshold.Choose(figure, p, t, trial % 3 == 0 ? [] : w);
            Assert.InRange(threshold, 0, 1);
            Assert.Equal(Figure(figure, p, t, w, threshold), best, 1e-12);
            Assert.Equal(Figure(figure, p, t, w, 0.5), atHalf, 1e-12);
            Assert.All(Enumerable.Range(0, 1001), n => Assert.True(Figure(figure, p, t, w, n / 1000.0) <= best + 1e-12, $"{n / 1000.0} is better than {threshold}"));
        }
    }

    [Fact]
    public void WhereNothingIsGainedItIsOneHalf()
    {
        Assert.Equal((0.5, 1, 1), DecisionThreshold.Choose("f1", [0.1, 0.2, 0.8, 0.9], [false, false, true, true]));
        Assert.Equal((0.15, 1), DecisionThreshold.Choose("f1", [0.1, 0.2, 0.3, 0.9], [false, true, true, true]) is var (threshold, figure, _) ? (Math.Round(threshold, 12), figure) : default);
        Assert.Contains("did you mean 'f1'", Assert.Throws<UsageException>(() => DecisionThreshold.Choose("f2", [0.1], [true])).Message);
        Assert.Throws<ArgumentException>(() => DecisionThreshold.Choose("f1", [0.1], [true, false]));
    }

    [Fact]
    public void ProbabilitiesOfZeroAndOneAreDecidedToo()
    {
        Assert.Equal(0.5, DecisionThreshold.Choose("accuracy", [0, 0, 1, 1], [false, false, true, true]).Threshold);
        Assert.Equal(0.75, DecisionThreshold.Choose("accuracy", [0, 0.5, 0.5, 1], [false, false, false, true]).Threshold);
    }
}
