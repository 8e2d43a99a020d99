using Backprop.Data;
using Backprop.Networks;
using Backprop.Tests.Oracles;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>Metrics of small cases worked out by hand.</summary>
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

    [Fact]
    public void ClassesAreCounted()
    {
        Evaluation found = ClassificationMetrics.Compute(0.25, s_classes, s_scores, 5, areProbabilities: true);
        Assert.Equal(0.25, found.Loss);
        Assert.Equal(6, found.Rows);
        Assert.Equal([[1, 1, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 2, 1, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]], found.Confusion!);
        Near(4.0 / 6, found["accuracy"]);
        Near(13.0 / 18, found["balanced_accuracy"]); // (1/2 + 1 + 2/3) / 3
        Near(8.0 / 15, found["f1_macro"]); // (2/3 + 2/3 + 4/5 + 0) / 4
        Near(-Math.Log(0.7 * 0.1 * 0.5 * 0.8 * 0.3 * 0.5) / 6, found["log_loss"]);
        Near((0.14 + 1.26 + 0.38 + 0.06 + 0.76 + 0.375) / 6, found["brier"]);
        Assert.Equal(5, found.Metrics.Count);
        Assert.Equal(3, ClassificationMetrics.Compute(0.25, s_classes, s_scores, 5, areProbabilities: false).Metrics.Count);
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
        Evaluation found = ClassificationMetrics.Compute(0, [1, 0, 0, 1, 1], [.. positive.SelectMany(p => new[] { 1 - p, p })], 2, areProbabilities: true);
        Near(4.5 / 6, found["auc"]);
        Near((0.36 + 0.01 + 0.16 + 0.04 + 0.4225) / 5, found["brier"]); // of one probability
        Near(-Math.Log(0.4 * 0.9 * 0.6 * 0.8 * 0.35) / 5, found["log_loss"]);
        Assert.DoesNotContain(ClassificationMetrics.Compute(0, [1, 1], [0.2, 0.8, 0.4, 0.6], 2, areProbabilities: true).Metrics, metric => metric.Key == "auc");
        Near(52 * Math.Log(2) / 2, ClassificationMetrics.Compute(0, [1, 1], [1, 0, 0, 1], 2, areProbabilities: true)["log_loss"]); // no more than 52 bits for one row
    }

    [Fact]
    public void RegressionIsMeasuredForEachTarget()
    {
        // Of four outputs the first two are measured; the second target is in thousands.
        var targets = Targets<double>.Values([1, 10, 2, 20, 4, 60], 2);
        double[] outputs = [1.5, 12, 9, 9, 2, 20, 9, 9, 3, 50, 9, 9];
        Evaluation found = RegressionMetrics.Compute(0.5, targets, outputs, 4, [1, 1000]);
        Assert.Equal(0.5, found.Loss);
        Assert.Equal(3, found.Rows);
        Near((2 - (1.25 / (14.0 / 3)) - (104.0 / 1400)) / 2, found["r2"]); // about the means 7/3 and 30
        Near(Math.Sqrt((1.25 + 104e6) / 6), found["rmse"]);
        Near((1.5 + 12e3) / 6, found["mae"]);
        Near(Math.Sqrt((1.25 + 104) / 6), RegressionMetrics.Compute(0.5, targets, outputs, 4, null)["rmse"]);
        Assert.Equal(1, RegressionMetrics.Compute(0, Targets<double>.Values([3, 3], 1), [3, 3], 1, null)["r2"]); // without any variance: right or not
        Assert.Equal(0, RegressionMetrics.Compute(0, Targets<double>.Values([3, 3], 1), [3, 4], 1, null)["r2"]);
    }

    [Fact]
    public void TheOutputLayerSaysWhatIsMeasured()
    {
        double[] x = [1, -1, 2, 0.5, -0.3, 0.2];
        Evaluation softmax = Evaluate("2-2:softmax", x, Targets<double>.Classes([0, 1, 1], 2)), logarithms = Evaluate("2-2:log_softmax", x, Targets<double>.Classes([0, 1, 1], 2));
        foreach (string metric in new[] { "accuracy", "log_loss", "brier", "auc" })
        {
            Near(softmax[metric], logarithms[metric]);
        }

        Near(softmax.Loss, softmax["log_loss"]);
        Near(((1 / (1 + Math.Exp(-2))) + (1 / (1 + Math.Exp(1.5))) + (1 / (1 + Math.Exp(-0.5)))) / 3, Evaluate("2-2:softmax", x, Targets<double>.Values([0, 1, 1, 0, 1, 0], 2))["mae"]);
        Assert.DoesNotContain(Evaluate("2-2:tanh", x, Targets<double>.Classes([0, 1, 1], 2), "hinge").Metrics, metric => metric.Key == "log_loss");

        // One sigmoid is a probability where its targets are 0 and 1, else a number.
        Evaluation flags = Evaluate("1-1:sigmoid", [1, -1, 2], Targets<double>.Values([1, 1, 0], 1), "binary_cross_entropy");
        double[] p = [1 / (1 + Math.Exp(-1)), 1 / (1 + Math.Exp(1)), 1 / (1 + Math.Exp(-2))];
        Near(1.0 / 3, flags["accuracy"]);
        Near(-Math.Log(p[0] * p[1] * (1 - p[2])) / 3, flags["log_loss"]);
        Near(flags.Loss, flags["log_loss"]);
        Near(0, flags["auc"]);
        Near((Math.Abs(p[0] - 0.5) + Math.Abs(p[1] - 1) + p[2]) / 3, Evaluate("1-1:sigmoid", [1, -1, 2], Targets<double>.Values([0.5, 1, 0], 1), "mean_squared_error")["mae"]);
        Near((Math.Abs(Math.Tanh(1) - 1) + Math.Abs(Math.Tanh(-1) - 1) + Math.Tanh(2)) / 3, Evaluate("1-1:tanh", [1, -1, 2], Targets<double>.Values([1, 1, 0], 1), "mean_squared_error")["mae"]);
    }

    private static Evaluation Evaluate(string specification, double[] x, Targets<double> targets, string? loss = null)
    {
        NetworkDefinition definition = loss is null
            ? NetworkDefinition.Parse(specification, targets.AreClasses ? null : Losses.Loss.Parse("mean_squared_error"))
            : NetworkDefinition.Parse(specification, Losses.Loss.Parse(loss));
        var network = new Network<double>(definition);
        for (int unit = 0; unit < definition.Outputs; unit++)
        {
            network.Layers[0].SetWeight(unit, unit, 1);
        }

        return new Evaluator<double>(network).Evaluate(new(targets.Rows, definition.Inputs, x, targets));
    }

    private static void Near(double expected, double actual) => Golden.Near([expected], [actual], 1e-14, "metric");
}
