using Backprop.Data;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Tests.Oracles;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>The tables of docs/metrics.md name what is measured, and nothing else.</summary>
public class MetricsDocumentTests
{
    private static readonly string[] s_lines = File.ReadAllLines(Repository.At("docs/metrics.md"));

    [Fact]
    public void EveryMetricStandsInTheTable()
    {
        Evaluation classes = MetricsTests.Evaluate("3-3:softmax", [1, 2, 3, 4, 5, 7], Targets<double>.Classes([0, 2], 3));
        Evaluation values = MetricsTests.Evaluate("2-2:identity", [1, 2, 3, 4], Targets<double>.Values([1, 2, 4, 7], 2));
        Evaluation flags = MetricsTests.Evaluate("2-2:sigmoid", [1, 2, 3, 4], Targets<double>.Values([1, 0, 0, 1], 2), "binary_cross_entropy");
        Assert.NotNull(classes.PerClass);
        Assert.NotNull(classes.Confusion);
        Assert.NotNull(values.PerOutput);
        string[] measured = [.. new[] { classes, values, flags }.SelectMany(evaluation => evaluation.Metrics).Select(metric => metric.Key).Distinct(), "per_class", "per_output", "confusion"];
        Assert.Equal(measured.Order(), Rows("metric").Select(cells => cells[0].Trim('`')).Order());
        foreach ((string kind, Evaluation evaluation) in new[] { ("classes", classes), ("values", values), ("flags", flags) })
        {
            Assert.Equal(
                evaluation.Metrics.Select(metric => metric.Key).Order(),
                Rows("metric").Where(cells => cells[1].Split(", ").Contains(kind) && cells[0] is not ("`per_class`" or "`confusion`")).Select(cells => cells[0].Trim('`')).Order());
        }
    }

    [Fact]
    public void EveryLossSaysWhatItsOutputsAre()
    {
        string[] losses = [.. Rows("loss").SelectMany(cells => cells[0].Split(", "))];
        Assert.Equal(BuiltIn.Losses.Order(), losses.Order());
        foreach (string[] cells in Rows("loss"))
        {
            foreach (string loss in cells[0].Split(", "))
            {
                OutputMeaning Meaning(string output) => NetworkDefinition.Parse($"2-2:{output}", Loss.Parse(loss)).OutputMeaning;
                Assert.Equal(Meaning("softmax").IsProbability(), cells[1].Contains("probability", StringComparison.Ordinal));
                Assert.Equal(Meaning("sigmoid").IsProbability(), cells[1] is "a probability" || cells[1].Contains("sigmoid", StringComparison.Ordinal));
                Assert.Equal(Meaning("identity") == OutputMeaning.LogRate, cells[1].Contains("rate", StringComparison.Ordinal));
                Assert.Equal(Meaning("identity") == OutputMeaning.MeanAndLogVariance, cells[2].Contains("TARGET_deviation", StringComparison.Ordinal));
                Assert.Equal(Meaning("identity") == OutputMeaning.Quantile, cells[2].Contains("TARGET_q", StringComparison.Ordinal));
            }
        }
    }

    /// <summary>The cells of the rows of the table whose first column has this head.</summary>
    private static IEnumerable<string[]> Rows(string head) => s_lines
        .SkipWhile(line => !line.StartsWith($"| {head} |", StringComparison.Ordinal))
        .Skip(2)
        .TakeWhile(line => line.StartsWith('|'))
        .Select(line => line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries));
}
