using Backprop.Data;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Tests.Oracles;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>Metrics of small cases worked out by hand. Networks here pass their inputs on: features are pre-activations of the output.</summary>
public class MetricsTests
{
    // Six rows of five classes: the last never comes up, the last but one is predicted only.
    private static readonly int[] s_classes = [0, 0, 1, 2, 2, 2];

    private static readonly double[] s_scores =
    [
        0.7, 0.2, 0.1, 0, 0,
        0.1, 0.6, 0.3, 0, 0,
        0.2, 0.5, 0.3, 0, 0,
        0.1, 0.1, 0.8, 0, 0,
        0.1, 0.1, 0.3, 0.5, 0,
        0.25, 0.25, 0.5, 0, 0,
    ];

    private static readonly string[] s_ofClasses = ["accuracy", "balanced_accuracy", "f1_macro", "log_loss", "brier", "auc", "calibration_error"];

    [Fact]
    public void ClassesAreCounted()
    {
        Evaluation found = Evaluate("5-5:softmax", Logarithms(s_scores), Targets<double>.Classes(s_classes, 5));
        Assert.Equal(6, found.Rows);
        Assert.Equal([[1, 1, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 2, 1, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]], found.Confusion!);
        Assert.Null(found.WeightedConfusion);
        Assert.Equal(s_ofClasses, found.Metrics.Select(metric => metric.Key));
        Near(4.0 / 6, found["accuracy"]);
        Near(13.0 / 18, found["balanced_accuracy"]); // (1/2 + 1 + 2/3) / 3
        Near(8.0 / 15, found["f1_macro"]); // (2/3 + 2/3 + 4/5 + 0) / 4
        Near(-Math.Log(0.7 * 0.1 * 0.5 * 0.8 * 0.3 * 0.5) / 6, found["log_loss"]);
        Near((0.14 + 1.26 + 0.38 + 0.06 + 0.76 + 0.375) / 6, found["brier"]);
        Near((0.3 + 0.6 + 0.2 + 0.5) / 6, found["calibration_error"]); // 0.7 and 0.8 right, 0.6 wrong, each alone in its fifteenth; of three at 0.5 two right
        Assert.Equal(new ClassMetrics(1, 0.5, 2.0 / 3, double.NaN, 2), found.PerClass![0] with { Auc = double.NaN });
        Assert.Equal((0, 0, 0, 0), (found.PerClass[3].Precision, found.PerClass[3].Recall, found.PerClass[3].F1, found.PerClass[4].Support));
        Assert.True(double.IsNaN(found.PerClass[3].Auc));
    }

    /// <summary>Of scores there are no metrics of probabilities, and it is said why.</summary>
    [Fact]
    public void ScoresAreNoProbabilities()
    {
        Evaluation found = Evaluate("5-5:identity", s_scores, Targets<double>.Classes(s_classes, 5), "hinge");
        Assert.Equal(s_ofClasses, found.Metrics.Select(metric => metric.Key));
        Near(4.0 / 6, found["accuracy"]);
        Assert.Equal(["brier", "calibration_error", "log_loss"], found.Reasons.Keys.Order());
        Assert.All(found.Reasons.Keys, name => Assert.True(double.IsNaN(found[name])));
    }

    [Fact]
    public void TheFirstOfEqualScoresIsPredicted()
    {
        Assert.Equal(1, ClassificationMetrics.ArgMax([0.2, 0.4, 0.4]));
        Assert.Equal(0, ClassificationMetrics.ArgMax([0.4, 0.4, 0.2]));
        Assert.Equal(2, ClassificationMetrics.ArgMax([-3, -2, -1]));
    }

    [Fact]
    public void TwoClassesHaveAnAreaUnderTheCurve()
    {
        // Of the 3·2 pairs the positive one is above in 4 and level in one; in rows of any order.
        double[] positive = [0.4, 0.1, 0.4, 0.8, 0.35];
        Evaluation found = Evaluate("2-2:softmax", Logarithms([.. positive.SelectMany(p => new[] { 1 - p, p })]), Targets<double>.Classes([1, 0, 0, 1, 1], 2));
        Near(4.5 / 6, found["auc"]);
        Near((0.36 + 0.01 + 0.16 + 0.04 + 0.4225) / 5, found["brier"]); // of one probability
        Near(-Math.Log(0.4 * 0.9 * 0.6 * 0.8 * 0.35) / 5, found["log_loss"]);
        Evaluation one = Evaluate("2-2:softmax", [0.2, 0.8, 0.4, 0.6], Targets<double>.Classes([1, 1], 2));
        Assert.True(double.IsNaN(one["auc"]));
        Assert.Equal("all rows are of one class", one.Reasons["auc"]);
        Near(52 * Math.Log(2) / 2, Evaluate("2-2:softmax", [800, 0, 0, 800], Targets<double>.Classes([1, 1], 2))["log_loss"]); // no more than 52 bits for one row
    }

    /// <summary>Each class against the rest; rows whose other classes are exchanged tie.</summary>
    [Fact]
    public void EveryClassHasAnAreaUnderTheCurve()
    {
        Evaluation found = Evaluate("3-3:softmax", [0, 1, 2, 0, 2, 1, 2, 1, 0, 1, 0, 2], Targets<double>.Classes([0, 1, 0, 2], 3));
        Golden.Near([2.5 / 4, 1, 2.5 / 3], [.. found.PerClass!.Select(c => c.Auc)], 1e-14, "auc"); // ½ + 0 + 2 pairs; 3; ½ + 2
        Near((0.625 + 1 + (2.5 / 3)) / 3, found["auc"]);
    }

    /// <summary>Probabilities of 1e-26, and those that round to 1, still rank, with one output, with two and with more.</summary>
    [Theory]
    [InlineData(-60.0)]
    [InlineData(-700.0)]
    [InlineData(60.0)]
    [InlineData(700.0)]
    public void RankingIsByWhatDoesNotRoundAway(double level)
    {
        double[] p = [level, level + 5, level + 8, level + 10, level + 15, level + 19];
        int[] classes = [0, 0, 1, 0, 1, 1];
        double[] flags = [.. classes.Select(c => (double)c)];
        Near(8.0 / 9, Evaluate("1-1:sigmoid", p, Targets<double>.Values(flags, 1), "binary_cross_entropy")["auc"]);
        Near(8.0 / 9, Evaluate("2-2:softmax", [.. p.SelectMany(value => new[] { 0, value })], Targets<double>.Classes(classes, 2))["auc"]);
        Near(8.0 / 9, Evaluate("3-3:softmax", [.. p.SelectMany(value => new[] { 0, value, -3 })], Targets<double>.Classes(classes, 3)).PerClass![1].Auc);
        Near(8.0 / 9, Evaluate("3-3:log_softmax", [.. p.SelectMany(value => new[] { 0, value, -3 })], Targets<double>.Classes(classes, 3)).PerClass![1].Auc);
    }

    [Fact]
    public void RegressionIsMeasuredForEachTarget()
    {
        // Of four outputs the first two are means; the second target is in thousands.
        var targets = Targets<double>.Values([1, 10, 2, 20, 4, 60], 2);
        double[] outputs = [1.5, 12, 9, 9, 2, 20, 9, 9, 3, 50, 9, 9];
        Evaluation found = Evaluate("4-4:identity", outputs, targets, "gaussian_nll", [1, 1000]);
        Assert.Equal(3, found.Rows);
        double r1 = 1 - (1.25 / (14.0 / 3)), r2 = 1 - (104.0 / 1400); // about the means 7/3 and 30
        Near((r1 + r2) / 2, found["r2"]);
        Near((Math.Sqrt(1.25 / 3) + Math.Sqrt(104e6 / 3)) / 2, found["rmse"]); // the mean of both targets', as scikit-learn has it
        Near((1.5 + 12e3) / 6, found["mae"]);
        Assert.Equal(2, found.PerOutput!.Count);
        Golden.Near([r2, Math.Sqrt(104e6 / 3), 4e3], [.. found.PerOutput[1].Metrics.Select(metric => metric.Value)], 1e-14, "second");
        Near((Math.Sqrt(1.25 / 3) + Math.Sqrt(104.0 / 3)) / 2, Evaluate("4-4:identity", outputs, targets, "gaussian_nll")["rmse"]);
        Assert.Equal(1, Evaluate("1-1:identity", [3, 3], Targets<double>.Values([3, 3], 1))["r2"]); // without any variance: right or not
        Assert.Equal(0, Evaluate("1-1:identity", [3, 4], Targets<double>.Values([3, 3], 1))["r2"]);
        Assert.Equal(0, Evaluate("1-1:identity", [0.1, 0.2, 0.1], Targets<double>.Values([0.1, 0.1, 0.1], 1))["r2"]); // 3 · 0.1 / 3 is not 0.1
        Evaluation one = Evaluate("1-1:identity", [3], Targets<double>.Values([4], 1));
        Assert.True(double.IsNaN(one["r2"]));
        Assert.Equal("one row has no variance", one.Reasons["r2"]);
        Assert.Equal(1, one["rmse"]);
    }

    /// <summary>A Poisson output is the logarithm of a rate: metrics compare the rate with the count.</summary>
    [Fact]
    public void CountsAreMeasuredAsCounts()
    {
        Evaluation found = Evaluate("1-1:identity", [Math.Log(2), Math.Log(8)], Targets<double>.Values([3, 6], 1), "poisson");
        Near(1.5, found["mae"]);
        Near(Math.Sqrt(2.5), found["rmse"]);
        Near(1 - (5 / 4.5), found["r2"]);
        ArgumentException error = Assert.Throws<ArgumentException>(() => Evaluate("1-1:identity", [1, 2], Targets<double>.Values([3, 6], 1), "poisson", [2]));
        Assert.Contains("LogRate", error.Message);
    }

    [Fact]
    public void RowsCountByTheirWeights()
    {
        var targets = Targets<double>.Values([0, 0, 10, 7], 1);
        Evaluation found = Evaluate("1-1:identity", [1, 2, 3, 100], targets, "absolute_error", weights: [1, 1, 98, 0]);
        Near(found.Loss, found["mae"]);
        Near((1 + 2 + (98 * 7)) / 100.0, found["mae"]);
        Near(Math.Sqrt((1 + 4 + (98 * 49)) / 100.0), found["rmse"]);
        Near(1 - ((1 + 4 + (98 * 49)) / ((2 * 9.8 * 9.8) + (98 * 0.2 * 0.2))), found["r2"]);
        Evaluation classes = Evaluate("2-2:softmax", [1, 0, 1, 0, 0, 1, 0, 2], Targets<double>.Classes([0, 1, 1, 0], 2), weights: [0.5, 3, 1, 0]);
        Assert.Equal([[1, 0], [1, 1]], classes.Confusion!);
        Assert.Equal([[0.5, 0], [3, 1]], classes.WeightedConfusion!);
        Near(1.5 / 4.5, classes["accuracy"]);
        Near((1 + 0.25) / 2, classes["balanced_accuracy"]);
        Near((1 + 1.5) / 4, classes["auc"]); // 0.5 against 3, level, and against 1, below: (½ · 3 + 1)/4
        Assert.Equal((0.5, 4), (classes.PerClass![0].Support, classes.PerClass[1].Support));
    }

    [Fact]
    public void WithoutAnyWeightThereIsNothingToSay()
    {
        foreach (Evaluation found in new[]
        {
            Evaluate("2-2:softmax", [1, 0, 0, 1], Targets<double>.Classes([0, 1], 2), weights: [0, 0]),
            Evaluate("1-1:identity", [1, 2], Targets<double>.Values([1, 3], 1), weights: [0, 0]),
        })
        {
            Assert.All(found.Metrics, metric => Assert.True(double.IsNaN(metric.Value)));
            Assert.All(found.Metrics, metric => Assert.Equal("the weights of all rows are 0", found.Reasons[metric.Key]));
        }
    }

    [Fact]
    public void TheOutputLayerSaysWhatIsMeasured()
    {
        double[] x = [1, -1, 2, 0.5, -0.3, 0.2];
        Evaluation softmax = Evaluate("2-2:softmax", x, Targets<double>.Classes([0, 1, 1], 2)), logarithms = Evaluate("2-2:log_softmax", x, Targets<double>.Classes([0, 1, 1], 2));
        Evaluation oneHot = Evaluate("2-2:softmax", x, Targets<double>.Values([1, 0, 0, 1, 0, 1], 2), "cross_entropy");
        foreach (string metric in s_ofClasses)
        {
            Near(softmax[metric], logarithms[metric]);
            Assert.Equal(softmax[metric], oneHot[metric]); // one-hot rows are classes
        }

        Near(softmax.Loss, softmax["log_loss"]);
        double[] first = [1 / (1 + Math.Exp(-2)), 1 / (1 + Math.Exp(-1.5)), 1 / (1 + Math.Exp(0.5))];
        double ofDistributions = (Math.Abs(first[0] - 0.25) + first[1] + (1 - first[2])) / 3; // not every row is one-hot
        Near(ofDistributions, Evaluate("2-2:softmax", x, Targets<double>.Values([0.25, 0.75, 0, 1, 1, 0], 2))["mae"]);
        Near(ofDistributions, Evaluate("2-2:log_softmax", x, Targets<double>.Values([0.25, 0.75, 0, 1, 1, 0], 2), "cross_entropy")["mae"]);

        // One sigmoid is a probability where its targets are 0 and 1, else a number.
        Evaluation flags = Evaluate("1-1:sigmoid", [1, -1, 2], Targets<double>.Values([1, 1, 0], 1), "binary_cross_entropy");
        double[] p = [1 / (1 + Math.Exp(-1)), 1 / (1 + Math.Exp(1)), 1 / (1 + Math.Exp(-2))];
        Near(1.0 / 3, flags["accuracy"]);
        Near(-Math.Log(p[0] * p[1] * (1 - p[2])) / 3, flags["log_loss"]);
        Near(flags.Loss, flags["log_loss"]);
        Near(0, flags["auc"]);
        Assert.True(double.IsNaN(Evaluate("1-1:sigmoid", [1, -1, 2], Targets<double>.Values([1, 1, 0], 1), "absolute_error")["log_loss"])); // its minimum is a median
        Near((Math.Abs(p[0] - 0.5) + Math.Abs(p[1] - 1) + p[2]) / 3, Evaluate("1-1:sigmoid", [1, -1, 2], Targets<double>.Values([0.5, 1, 0], 1), "mean_squared_error")["mae"]);
        Near((Math.Abs(Math.Tanh(1) - 1) + Math.Abs(Math.Tanh(-1) - 1) + Math.Tanh(2)) / 3, Evaluate("1-1:tanh", [1, -1, 2], Targets<double>.Values([1, 1, 0], 1), "mean_squared_error")["mae"]);
    }

    [Fact]
    public void SeveralFlagsAreMeasuredOneByOne()
    {
        double[] p = [1, -1, -2, 0.5, 3, 0.25];
        Evaluation found = Evaluate("2-2:sigmoid", p, Targets<double>.Values([1, 0, 0, 1, 0, 1], 2), "binary_cross_entropy");
        Evaluation first = Evaluate("1-1:sigmoid", [1, -2, 3], Targets<double>.Values([1, 0, 0], 1), "binary_cross_entropy");
        Evaluation second = Evaluate("1-1:sigmoid", [-1, 0.5, 0.25], Targets<double>.Values([0, 1, 1], 1), "binary_cross_entropy");
        Assert.Null(found.Confusion);
        Assert.Equal(["r2", "rmse", "mae", "accuracy", "log_loss", "auc"], found.Metrics.Select(metric => metric.Key));
        Near(found.Loss, found["log_loss"]);
        ClassMetrics ones = found.PerOutput![0].Ones!;
        Golden.Near([0.5, 1, 2.0 / 3, 1], [ones.Precision, ones.Recall, ones.F1, ones.Support], 1e-15, "ones"); // of p 1, −2, 3 two are said to have it, one has
        foreach (string name in new[] { "accuracy", "log_loss", "auc" })
        {
            Near((first[name] + second[name]) / 2, found[name]);
            Near(first[name], found.PerOutput![0].Metrics.Single(metric => metric.Key == name).Value);
            Near(second[name], found.PerOutput[1].Metrics.Single(metric => metric.Key == name).Value);
        }
    }

    /// <summary>Each loss and output as what its outputs mean: the place that predictions and metrics ask.</summary>
    [Theory]
    [InlineData("1:identity", "poisson", OutputMeaning.LogRate)]
    [InlineData("2:identity", "gaussian_nll", OutputMeaning.MeanAndLogVariance)]
    [InlineData("1:identity", "quantile:0.9", OutputMeaning.Quantile)]
    [InlineData("3:identity", "hinge", OutputMeaning.Score)]
    [InlineData("3:softmax", "hinge", OutputMeaning.Score)]
    [InlineData("3:softmax", "cross_entropy", OutputMeaning.Probability)]
    [InlineData("3:softmax", "mean_squared_error", OutputMeaning.Probability)]
    [InlineData("3:softmax", "absolute_error", OutputMeaning.Probability)]
    [InlineData("3:log_softmax", "cross_entropy", OutputMeaning.LogProbability)]
    [InlineData("3:sigmoid", "cross_entropy", OutputMeaning.Score)]
    [InlineData("1:sigmoid", "binary_cross_entropy", OutputMeaning.Probability)]
    [InlineData("1:sigmoid", "squared_error", OutputMeaning.Probability)]
    [InlineData("1:sigmoid", "huber", OutputMeaning.Value)]
    [InlineData("1:identity", "mean_squared_error", OutputMeaning.Mean)]
    [InlineData("1:tanh", "log_cosh", OutputMeaning.Value)]
    public void OutputsMeanWhatTheirLossAsksFor(string output, string loss, OutputMeaning expected) =>
        Assert.Equal(expected, NetworkDefinition.Parse($"4-{output}", Loss.Parse(loss)).OutputMeaning);

    /// <summary>What is not finite has no metrics, does not hang the ranking, and is named.</summary>
    [Fact]
    public async Task OutputsThatAreNotFiniteHaveNoMetrics()
    {
        Evaluation[] found = await Task.Run(
            () => new[]
            {
                Evaluate("2-2:identity", [1e300, 1e300, 1, 0, 0, 1, -1e300, -1e300], Targets<double>.Classes([0, 1, 1, 0], 2), "hinge", weight: 1e300),
                Evaluate("3-3:softmax", [0, 1, 2, 0, 1e300, -1e300], Targets<double>.Classes([0, 1], 3), weight: 1e300),
                Evaluate("1-1:identity", [1e300, 2], Targets<double>.Values([1, 3], 1), weight: 1e300),
            },
            TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        foreach (Evaluation evaluation in found)
        {
            Assert.All(evaluation.Metrics, metric => Assert.False(double.IsFinite(metric.Value)));
            Assert.All(evaluation.Metrics, metric => Assert.Contains("not a finite number", evaluation.Reasons[metric.Key]));
        }

        Assert.StartsWith("row 1:", found[1].Reasons["auc"]);
    }

    /// <summary>10⁷ times 0.1, which a plain sum has wrong from the ninth digit on.</summary>
    [Fact]
    public void LongSumsKeepTheirDigits()
    {
        CompensatedSum sum = default;
        double plain = 0;
        for (int n = 0; n < 10_000_000; n++)
        {
            sum.Add(0.1);
            plain += 0.1;
        }

        Assert.InRange(Math.Abs(plain - 1e6), 1e-5, 1);
        Assert.InRange(Math.Abs(sum.Value - 1e6), 0, 1e-9); // 0.1 itself is 5.6e-18 above a tenth
    }

    /// <summary>More pairs than 32 bits count, and all ranks of a class the same.</summary>
    [Fact]
    public void ManyPairsAreCounted()
    {
        const int Rows = 200_000;
        double[] p = new double[Rows], flags = new double[Rows];
        for (int row = 0; row < Rows; row++)
        {
            flags[row] = row % 2;
            p[row] = flags[row] == 1 ? 0.5 : row % 4 == 0 ? 0.5 : -0.5;
        }

        Near(0.75, Evaluate("1-1:sigmoid", p, Targets<double>.Values(flags, 1), "binary_cross_entropy")["auc"]);
    }

    internal static Evaluation Evaluate(string specification, double[] x, Targets<double> targets, string? loss = null, double[]? scales = null, double[]? weights = null, double weight = 1)
    {
        NetworkDefinition definition = NetworkDefinition.Parse(specification, Loss.Parse(loss ?? (targets.AreClasses ? "cross_entropy" : "mean_squared_error")));
        var network = new Network<double>(definition);
        for (int unit = 0; unit < definition.Outputs; unit++)
        {
            network.Layers[0].SetWeight(unit, unit, weight);
        }

        return new Evaluator<double>(network, scales).Evaluate(new(targets.Rows, definition.Inputs, x, targets, weights));
    }

    /// <summary>Pre-activations that softmax makes the given probabilities of, 0 included.</summary>
    private static double[] Logarithms(double[] probabilities) => Array.ConvertAll(probabilities, p => Math.Max(Math.Log(p), -1000));

    private static void Near(double expected, double actual) => Golden.Near([expected], [actual], 1e-14, "metric");
}
