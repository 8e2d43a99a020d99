using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Backprop.Cli.Tests;

/// <summary>What evaluate and predict say of outputs: counts as counts, probabilities where they are some, weights where rows have them.</summary>
public sealed class MetricsTests : Tool
{
    [Fact]
    public void CountsArePredictedAndMeasuredAsCounts()
    {
        var random = new Random(3);
        double[] counts = [.. Enumerable.Range(0, 300).Select(_ => Math.Round(4 + (20 * random.NextDouble())))];
        Write("d.csv", "x,count\n" + string.Join('\n', counts.Select(count => $"{(Math.Log(count) / 3) + (0.05 * random.NextDouble()):F4},{count}")));
        Assert.Equal(0, Run("train", "d.csv", "--target", "count", "--loss", "poisson", "--network", "1-1:identity", "--learning-rate", "0.03", "--epochs", "60", "--validation", "0", "-o", "m.st", "--quiet").Code);
        (string[] names, double[][] columns) = Predict("m.st", "d.csv");
        Assert.Equal(["count"], names);
        Assert.InRange(columns[0].Average(), 0.9 * counts.Average(), 1.1 * counts.Average());
        JsonElement metrics = Json("evaluate", "m.st", "d.csv", "--json").GetProperty("metrics");
        Assert.Equal(Math.Sqrt(columns[0].Zip(counts, (y, t) => (y - t) * (y - t)).Average()), metrics.GetProperty("rmse").GetDouble(), 10);
        Assert.Equal(columns[0].Zip(counts, (y, t) => Math.Abs(y - t)).Average(), metrics.GetProperty("mae").GetDouble(), 10);
        Assert.True(metrics.GetProperty("r2").GetDouble() > 0.8);
    }

    /// <summary>A count that was standardised is none: such a model is refused, whoever made it.</summary>
    [Fact]
    public void CountsAreNeverStandardised()
    {
        Write("d.csv", "x,y\n" + string.Join('\n', Enumerable.Range(0, 60).Select(n => FormattableString.Invariant($"{2 * n},{1.5 + n}"))));
        Assert.Equal(0, Run("train", "d.csv", "--epochs", "1", "-o", "m.st", "--quiet").Code);
        string text = File.ReadAllText(At("m.st"), Encoding.Latin1); // the header is JSON, the rest weights: the file keeps its length
        string quote = text.Contains("mean_squared_error\\u0022", StringComparison.Ordinal) ? "\\u0022" : "\\\"";
        string counts = text.Replace("mean_squared_error" + quote, "poisson" + quote + new string(' ', 11), StringComparison.Ordinal);
        Assert.NotEqual(text, counts);
        File.WriteAllText(At("p.st"), counts, Encoding.Latin1);
        (int code, _, string error) = Run("evaluate", "p.st", "d.csv");
        Assert.Equal(3, code);
        Assert.Contains("the schema standardises the targets y", error);
    }

    /// <summary>JSON has no infinity: e⁷¹⁰ is null there, in every format of it.</summary>
    [Fact]
    public void RatesBeyondAllNumbersAreNullInJson()
    {
        Write("d.csv", "x,y\n0,1\n1,1\n");
        Assert.Equal(0, Run("train", "d.csv", "--target", "y", "--loss", "poisson", "--network", "1-1:identity", "--preprocess", "none", "--epochs", "1", "--validation", "0", "-o", "m.st", "--quiet").Code);
        Write("far.csv", "x\n1e6\n-1e6\n0\n");
        JsonElement predictions = Json("predict", "m.st", "far.csv", "--json").GetProperty("predictions");
        Assert.Single(predictions.EnumerateArray(), row => row.GetProperty("y").ValueKind == JsonValueKind.Null);
        Assert.Equal(0, Run("predict", "m.st", "far.csv", "-o", "p.jsonl").Code);
        Assert.Single(File.ReadAllLines(At("p.jsonl")), line => line.Contains("null", StringComparison.Ordinal));
    }

    [Fact]
    public void DeviationsAndQuantilesAreNamed()
    {
        var random = new Random(4);
        Write("d.csv", "x,u,v\n" + string.Join('\n', Enumerable.Range(0, 200).Select(n => $"{n / 100.0},{(n / 10.0) + random.NextDouble():F3},{random.NextDouble():F3}")));
        Assert.Equal(0, Run("train", "d.csv", "--target", "u,v", "--loss", "gaussian_nll", "--epochs", "2", "--preprocess", "none", "-o", "m.st", "--quiet").Code);
        (string[] names, double[][] columns) = Predict("m.st", "d.csv");
        Assert.Equal(["u", "v", "u_deviation", "v_deviation"], names);
        Assert.All(columns[2], deviation => Assert.True(deviation > 0)); // a log variance is not
        JsonElement outputs = Json("evaluate", "m.st", "d.csv", "--json").GetProperty("metrics").GetProperty("per_output");
        Assert.Equal(["u", "v"], outputs.EnumerateArray().Select(output => output.GetProperty("name").GetString()));
        Assert.Equal(0, Run("train", "d.csv", "--target", "u", "--loss", "quantile:0.9", "--epochs", "1", "-o", "q.st", "--quiet").Code);
        Assert.Equal(["u_q0.9"], Predict("q.st", "d.csv").Names);
    }

    /// <summary>p_LABEL says probability, and stands where there is one.</summary>
    [Theory]
    [InlineData("3:softmax", "cross_entropy", "p_")]
    [InlineData("3:log_softmax", "cross_entropy", "p_")]
    [InlineData("3:sigmoid", "binary_cross_entropy", "p_")]
    [InlineData("3:sigmoid", "mean_squared_error", "p_")]
    [InlineData("3:sigmoid", "hinge", "score_")]
    [InlineData("3:identity", "hinge", "score_")]
    public void ClassesHaveProbabilitiesWhereTheyAreSome(string output, string loss, string prefix)
    {
        Assert.Equal(0, Run("train", "builtin:iris", "--network", $"4-{output}", "--loss", loss, "--epochs", "1", "-o", "m.st", "--quiet").Code);
        Assert.StartsWith($"species,{prefix}setosa,{prefix}versicolor,{prefix}virginica\n", Run("predict", "m.st", "builtin:iris").Out, StringComparison.Ordinal);
        JsonElement metrics = Json("evaluate", "m.st", "builtin:iris", "--json").GetProperty("metrics");
        foreach (string name in new[] { "log_loss", "brier", "calibration_error" })
        {
            Assert.Equal(prefix == "p_" ? JsonValueKind.Number : JsonValueKind.Null, metrics.GetProperty(name).ValueKind);
        }

        Assert.Equal(prefix == "score_", Run("evaluate", "m.st", "builtin:iris").Out.Contains($"{loss} after", StringComparison.Ordinal));
    }

    [Fact]
    public void MetricsAndConfusionAreWeighted()
    {
        Write("d.csv", "x,y,w\n1,a,0.5\n2,b,3\n3,a,0\n4,b,1\n5,a,2\n6,b,0.25\n");
        Assert.Equal(0, Run("train", "d.csv", "--target", "y", "--sample-weight", "w", "--epochs", "1", "--validation", "0", "-o", "m.st", "--quiet").Code);
        JsonElement metrics = Json("evaluate", "m.st", "d.csv", "--json").GetProperty("metrics");
        double[][] confusion = [.. metrics.GetProperty("confusion").EnumerateArray().Select(line => line.EnumerateArray().Select(cell => cell.GetDouble()).ToArray())];
        Assert.Equal([2.5, 4.25], confusion.Select(line => line.Sum()));
        Assert.Equal((confusion[0][0] + confusion[1][1]) / 6.75, metrics.GetProperty("accuracy").GetDouble(), 12);
        JsonElement classes = metrics.GetProperty("per_class");
        Assert.Equal(["a", "b"], classes.EnumerateArray().Select(one => one.GetProperty("label").GetString()));
        Assert.Equal([2.5, 4.25], classes.EnumerateArray().Select(one => one.GetProperty("support").GetDouble()));
        Assert.Contains("confusion, by weight", Run("evaluate", "m.st", "d.csv").Out);
    }

    private (string[] Names, double[][] Columns) Predict(string model, string data)
    {
        string[][] cells = [.. Run("predict", model, data).Out.TrimEnd('\n').Split('\n').Select(line => line.Split(','))];
        return (cells[0], [.. cells[0].Select((_, c) => cells.Skip(1).Select(row => double.Parse(row[c], CultureInfo.InvariantCulture)).ToArray())]);
    }
}
