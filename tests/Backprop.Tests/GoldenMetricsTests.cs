using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Tests.Oracles;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>Every metric beside scikit-learn's, through networks that pass their inputs on.</summary>
public class GoldenMetricsTests
{
    private const double Tolerance = 1e-12;

    private static readonly string[] s_ofClass = ["precision", "recall", "f1", "auc", "support"];

    [Fact]
    public void MetricsAreScikitLearns()
    {
        using JsonDocument golden = Golden.Open("metrics.json.gz");
        Dictionary<string, (double Difference, int Case)> worst = Compare(golden, out int cases);
        Assert.True(cases >= 300);
        string[] expected = [.. ClassificationMetrics.Names, .. RegressionMetrics.Names, "class auc", "class support", "confusion", "output r2", "output auc"];
        Assert.Empty(expected.Except(worst.Keys));
        Assert.All(worst, metric => Assert.True(metric.Value.Difference <= Tolerance, $"{metric.Key}: {metric.Value.Difference:E2} apart in case {metric.Value.Case}"));
    }

    /// <summary>As many cases as one likes: <c>tests/long/metrics.sh</c> makes them and says where. The worst differences are written beside them.</summary>
    [Fact]
    public void GeneratedMetricsAreScikitLearns()
    {
        string? path = Environment.GetEnvironmentVariable("BACKPROP_METRICS");
        Assert.SkipWhen(path is null, "BACKPROP_METRICS names no file of cases: tests/long/metrics.sh makes one");
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using JsonDocument generated = JsonDocument.Parse(stream);
        Dictionary<string, (double Difference, int Case)> worst = Compare(generated, out int cases);
        File.WriteAllLines(
            path + ".worst",
            [$"{cases} cases", .. worst.Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Key,-24} {metric.Value.Difference:E1}  case {metric.Value.Case}"))]);
        Assert.All(worst, metric => Assert.True(metric.Value.Difference <= Tolerance, $"{metric.Key}: {metric.Value.Difference:E2} apart in case {metric.Value.Case}"));
    }

    private static Dictionary<string, (double Difference, int Case)> Compare(JsonDocument golden, out int cases)
    {
        var worst = new Dictionary<string, (double Difference, int Case)>();
        cases = 0;
        foreach (JsonElement one in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            int index = cases++;
            void Compare(string what, double expected, double actual)
            {
                double difference = double.IsNaN(expected) != double.IsNaN(actual) ? double.PositiveInfinity
                    : double.IsNaN(expected) ? 0
                    : GradientCheck.Difference(expected, actual);
                if (!worst.TryGetValue(what, out (double Difference, int Case) before) || difference > before.Difference)
                {
                    worst[what] = (difference, index);
                }
            }

            Evaluation found = Evaluate(one);
            JsonElement metrics = one.GetProperty("metrics");
            Assert.Equal(metrics.EnumerateObject().Select(metric => metric.Name), found.Metrics.Select(metric => metric.Key));
            foreach ((string name, double value) in found.Metrics)
            {
                Compare(name, Number(metrics.GetProperty(name)), value);
                Assert.Equal(double.IsNaN(value), found.Reasons.ContainsKey(name));
            }

            if (one.TryGetProperty("per_class", out JsonElement classes))
            {
                Assert.Equal(classes.GetArrayLength(), found.PerClass!.Count);
                for (int c = 0; c < found.PerClass.Count; c++)
                {
                    ClassMetrics of = found.PerClass[c];
                    double[] values = [of.Precision, of.Recall, of.F1, of.Auc, of.Support];
                    for (int n = 0; n < values.Length; n++)
                    {
                        Compare($"class {s_ofClass[n]}", Number(classes[c][n]), values[n]);
                    }

                    for (int predicted = 0; predicted < found.PerClass.Count; predicted++)
                    {
                        Compare("confusion", Number(one.GetProperty("confusion")[c][predicted]), found.WeightedConfusion?[c][predicted] ?? found.Confusion![c][predicted]);
                    }
                }
            }

            if (found.PerOutput is { } outputs)
            {
                for (int output = 0; output < outputs.Count; output++)
                {
                    Assert.Equal(one.GetProperty("per_output")[output].GetArrayLength(), outputs[output].Metrics.Count);
                    for (int n = 0; n < outputs[output].Metrics.Count; n++)
                    {
                        Compare($"output {outputs[output].Metrics[n].Key}", Number(one.GetProperty("per_output")[output][n]), outputs[output].Metrics[n].Value);
                    }
                }
            }
        }

        return worst;
    }

    private static Evaluation Evaluate(JsonElement one)
    {
        int width = one.GetProperty("width").GetInt32();
        Targets<double> targets = one.GetProperty("classes").ValueKind == JsonValueKind.Null
            ? Targets<double>.Values(Golden.Numbers(one.GetProperty("t")), one.GetProperty("network").GetString()!.StartsWith("1-1:sigmoid", StringComparison.Ordinal) ? 1 : width)
            : Targets<double>.Classes([.. one.GetProperty("classes").EnumerateArray().Select(c => c.GetInt32())], width);
        return MetricsTests.Evaluate(
            one.GetProperty("network").GetString()!, Golden.Numbers(one.GetProperty("x")), targets, one.GetProperty("loss").GetString(), Array(one, "scales"), Array(one, "weights"));
    }

    private static double[]? Array(JsonElement one, string name) => one.GetProperty(name) is { ValueKind: not JsonValueKind.Null } values ? Golden.Numbers(values) : null;

    private static double Number(JsonElement value) => value.ValueKind == JsonValueKind.Null ? double.NaN : value.GetDouble();
}
