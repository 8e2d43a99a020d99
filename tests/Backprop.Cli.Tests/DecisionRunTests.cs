using System.Globalization;
using System.Text.Json;

namespace Backprop.Cli.Tests;

/// <summary><c>--offset</c>, <c>--threshold</c> and <c>--coverage</c>.</summary>
public sealed class DecisionRunTests : Tool
{
    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);

    private string Write(string name, IEnumerable<string> lines)
    {
        File.WriteAllLines(Path.Combine(Folder, name), lines);
        return name;
    }

    /// <summary>Counts that the exposures explain.</summary>
    private string Counts(string name, Func<int, string> exposure) =>
        Write(name, Enumerable.Range(0, 60).Select(row => $"{row % 7},{exposure(row)},{(1 + (row % 5)) * (row % 7 > 3 ? 3 : 1)}").Prepend("x,years,count"));

    [Fact]
    public void AnExposureGoesThroughEveryCommand()
    {
        Counts("d.csv", row => $"{1 + (row % 5)}");
        Assert.Equal(0, Run("train", "d.csv", "--target", "count", "--offset", "years", "--ensemble", "1", "--epochs", "20", "-o", "m.st", "--quiet").Code);
        Assert.Contains("exposure", Run("summary", "m.st").Out);
        (int npz, _, string carriers) = Run("export", "m.st", "--to", "npz", "-o", "m.npz");
        Assert.Equal(3, npz);
        Assert.Contains("'years' cannot be carried by dense layers alone, which .npz has; onnx and csharp carry it", carriers);
        Assert.Contains("years: float [N,1]", Run("export", "m.st", "--to", "onnx", "-o", "m.onnx").Out);
        Assert.Equal(0, Run("export", "m.st", "--to", "csharp", "-o", "M.cs").Code);
        Assert.Contains("exposure * ", File.ReadAllText(At("M.cs")));
        Counts("n.csv", row => row < 30 ? "1" : "10");
        double[] rates = [.. Run("predict", "m.st", "n.csv").Out.TrimEnd().Split('\n').Skip(1).Select(Number)];
        Assert.Equal(10 * rates[0], rates[35], 1e-4 * rates[35]); // rows 0 and 35 have the same x
        Assert.True(Json("evaluate", "m.st", "d.csv", "--json").GetProperty("metrics").GetProperty("r2").GetDouble() > 0.5);
        Assert.True(Json("check", "m.st", "d.csv", "--json").GetProperty("agrees").GetBoolean());
        JsonElement explained = Json("explain", "m.st", "d.csv", "--row", "3", "--parameter", "b1[0]", "--format", "json");
        Assert.Equal(explained.GetProperty("backpropagation").GetDouble(), explained.GetProperty("derivative").GetDouble(), 1e-10);
        double gradient = Json("gradient", "m.st", "d.csv", "--json").GetProperty("loss").GetDouble();
        double[] fitted = [.. Run("predict", "m.st", "d.csv").Out.TrimEnd().Split('\n').Skip(1).Select(Number)];
        Assert.Equal(fitted.Select((mean, row) => mean - ((1 + (row % 5)) * (row % 7 > 3 ? 3 : 1) * Math.Log(mean))).Average(), gradient, 1e-4); // e^(y+o) − t(y+o)

        Write("without.csv", ["x,count", "1,2"]);
        foreach (string[] command in new string[][] { ["predict", "m.st", "without.csv"], ["evaluate", "m.st", "without.csv"], ["gradient", "m.st", "without.csv"], ["check", "m.st", "without.csv"], ["explain", "m.st", "without.csv", "--row", "0", "--parameter", "b1[0]"] })
        {
            (int code, _, string error) = Run(command);
            Assert.Equal(3, code);
            Assert.Contains("'years'", error);
        }

        Counts("zero.csv", row => row == 4 ? "0" : "1");
        (int bad, _, string why) = Run("train", "zero.csv", "--target", "count", "--offset", "years", "-o", "z.st");
        Assert.Equal(3, bad);
        Assert.Contains("row 4 (line 6), column 'years': 0 found, an exposure above 0 expected", why);
        Assert.Equal(2, Run("train", "d.csv", "--target", "count", "--offset", "years", "--loss", "huber", "-o", "z.st").Code);
        Assert.Equal(2, Run("train", "d.csv", "--target", "count", "--offset", "yeers", "-o", "z.st").Code);
        Assert.Contains("exposure", Run("data", "d.csv", "--target", "count", "--offset", "years").Out);
    }

    [Fact]
    public void AThresholdIsSaidKeptAndObeyed()
    {
        var random = new Random(1);
        Write("d.csv", Enumerable.Range(0, 300).Select(_ => random.NextDouble()).Select(x => string.Create(CultureInfo.InvariantCulture, $"{x},{(random.NextDouble() < 0.25 * x ? "yes" : "no")}")).Prepend("x,y"));
        string[] arguments = ["train", "d.csv", "--target", "y", "--network", "4:tanh", "--epochs", "5", "--folds", "3", "--threshold", "f1"];
        (int code, _, string error) = Run([.. arguments, "-o", "m.st"]);
        Assert.Equal(0, code);
        Assert.Contains("'yes' from a probability of", error);
        JsonElement one = Json([.. arguments, "-o", "a.st", "--json", "--quiet", "--threads", "1"]), two = Json([.. arguments, "-o", "b.st", "--json", "--quiet", "--threads", "2"]);
        JsonElement chosen = one.GetProperty("threshold").GetProperty("of")[0];
        Assert.Equal("f1", one.GetProperty("threshold").GetProperty("by").GetString());
        Assert.Equal("yes", chosen.GetProperty("name").GetString());
        Assert.True(chosen.GetProperty("figure").GetDouble() > chosen.GetProperty("figure_at_half").GetDouble());
        Assert.Equal(one.GetProperty("threshold").GetRawText(), two.GetProperty("threshold").GetRawText());
        Assert.Equal(File.ReadAllBytes(Path.Combine(Folder, "a.st")), File.ReadAllBytes(Path.Combine(Folder, "b.st"))); // the scores of conformal prediction too
        double threshold = chosen.GetProperty("value").GetDouble();
        string[][] rows = [.. Run("predict", "m.st", "d.csv").Out.TrimEnd().Split('\n').Skip(1).Select(line => line.Split(','))];
        Assert.All(rows, row => Assert.Equal(Number(row[2]) >= threshold ? "yes" : "no", row[0]));
        Assert.Contains("chosen by f1", Run("summary", "m.st").Out);
        Assert.Equal(2, Run("train", "d.csv", "--target", "y", "--threshold", "f3", "-o", "m.st").Code);
        Assert.Equal(2, Run("train", "d.csv", "--target", "y", "--threshold", "f1", "--validation", "0", "-o", "m.st").Code);
    }

    /// <summary>F1 of the commoner class: nine rows in ten are "yes", of which saying it always gives 2 · 0.9/1.9.</summary>
    [Fact]
    public void AThresholdOfTheCommonerClassIsDoubted()
    {
        string[] Warnings(string common, string figure)
        {
            Write("d.csv", Enumerable.Range(0, 200).Select(row => $"{row * 37 % 101 / 7.0:F3},{(row % 10 == 0 ? (common == "yes" ? "no" : "yes") : common)}").Prepend("x,y"));
            return [.. Json("train", "d.csv", "--target", "y", "--network", "4:tanh", "--epochs", "2", "--folds", "2", "--threshold", figure, "--json", "--quiet", "-o", "m.st").GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()!)];
        }

        string said = Assert.Single(Warnings("yes", "f1"));
        Assert.Contains("'yes', the second of two, and that is the commoner one, 90 % of the rows: said of every row it has an f1 of 0.947", said);
        Assert.Contains("--threshold balanced_accuracy", said);
        Assert.Empty(Warnings("no", "f1"));
        Assert.Empty(Warnings("yes", "mcc"));
    }

    /// <summary>A quantile is the end of an interval; the median is a middle.</summary>
    [Fact]
    public void AQuantileHasNoInterval()
    {
        Write("v.csv", Enumerable.Range(0, 100).Select(row => $"{row * 37 % 101 / 7.0:F3},{row * 37 % 101}").Prepend("x,y"));
        foreach (string tau in new[] { "0.9", "0.5" })
        {
            Assert.Equal(0, Run("train", "v.csv", "--target", "y", "--network", "4:tanh", "--loss", $"quantile:{tau}", "--epochs", "3", "--quiet", "-o", $"{tau}.st").Code);
        }

        foreach (string command in new[] { "predict", "evaluate" })
        {
            (int code, string output, string error) = Run(command, "0.9.st", "v.csv", "--coverage", "0.8");
            Assert.Equal(2, code);
            Assert.Empty(output);
            Assert.Contains("the quantile 0.9 of y", error);
            Assert.Contains("quantile:0.5", error);
        }

        Assert.StartsWith("y_q0.5,y_low,y_high", Run("predict", "0.5.st", "v.csv", "--coverage", "0.8").Out);
        Assert.DoesNotContain("conformal", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(At("0.9.st"))));
        Assert.Contains("conformal", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(At("0.5.st"))));
    }

    /// <summary>A label may hold what joins the labels of a set: JSON has a list, other files the labels joined.</summary>
    [Fact]
    public void ASetIsAListInJson()
    {
        string[] labels = ["a", "a|b", "b \\\""], cells = ["a", "a|b", "\"b \\\"\"\""];
        Write("p.csv", Enumerable.Range(0, 120).Select(row => $"{row * 37 % 101 / 7.0:F3},{cells[row % 3]}").Prepend("x,l"));
        Assert.Equal(0, Run("train", "p.csv", "--target", "l", "--network", "4:tanh", "--epochs", "2", "--folds", "3", "--quiet", "-o", "m.st").Code);
        string[] Predicted(string output)
        {
            Assert.Equal(0, Run("predict", "m.st", "p.csv", "--coverage", "0.9", "-o", output).Code);
            return File.ReadAllLines(At(output));
        }

        JsonElement[] lines = [.. Predicted("p.jsonl").Select(line => JsonSerializer.Deserialize<JsonElement>(line))], whole = [.. JsonSerializer.Deserialize<JsonElement>(string.Concat(Predicted("p.json"))).EnumerateArray()];
        JsonElement[] printed = [.. Json("predict", "m.st", "p.csv", "--coverage", "0.9", "--json").GetProperty("predictions").EnumerateArray()];
        string[] joined = [.. Predicted("p.csv.csv").Skip(1)];
        Assert.Equal(120, lines.Length);
        for (int row = 0; row < lines.Length; row++)
        {
            string[] set = [.. lines[row].GetProperty("set").EnumerateArray().Select(label => label.GetString()!)];
            Assert.NotEmpty(set);
            Assert.All(set, label => Assert.Contains(label, labels));
            double least = set.Min(label => lines[row].GetProperty($"p_{label}").GetDouble());
            Assert.All(labels.Except(set), label => Assert.True(lines[row].GetProperty($"p_{label}").GetDouble() <= least));
            foreach (JsonElement other in new[] { whole[row], printed[row] })
            {
                Assert.Equal(set, other.GetProperty("set").EnumerateArray().Select(label => label.GetString()!));
            }

            string cell = string.Join('|', set);
            Assert.EndsWith(cell.Contains('"') ? $",\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : $",{cell}", joined[row]);
        }
    }

    [Fact]
    public void ACoverageIsPredictedAndMeasured()
    {
        Assert.Equal(0, Run("train", "builtin:iris", "--network", "8:tanh", "--epochs", "20", "--folds", "4", "-o", "m.st", "--quiet").Code);
        string[] lines = Run("predict", "m.st", "builtin:iris", "--coverage", "0.9").Out.TrimEnd().Split('\n');
        Assert.EndsWith(",set", lines[0]);
        Assert.All(lines[1..], line => Assert.All(line.Split(',')[^1].Split('|'), label => Assert.Contains($"p_{label}", lines[0])));
        JsonElement coverage = Json("evaluate", "m.st", "builtin:iris", "--coverage", "0.9", "--json").GetProperty("coverage");
        Assert.Equal(0.9, coverage.GetProperty("asked").GetDouble());
        Assert.InRange(coverage.GetProperty("measured").GetDouble(), 0.85, 1);
        Assert.InRange(coverage.GetProperty("mean_size").GetDouble(), 1, 3);
        Assert.Contains("coverage of 0.9", Run("evaluate", "m.st", "builtin:iris", "--coverage", "0.9").Out);
        Write("v.csv", Enumerable.Range(0, 100).Select(row => $"{row},{(3 * row) + (row % 3)}").Prepend("x,y"));
        Assert.Equal(0, Run("train", "v.csv", "--target", "y", "--network", "4:tanh", "--epochs", "20", "--numeric", "x", "-o", "v.st", "--quiet").Code);
        string[][] values = [.. Run("predict", "v.st", "v.csv", "--coverage", "0.8").Out.TrimEnd().Split('\n').Select(line => line.Split(','))];
        Assert.Equal(["y", "y_low", "y_high"], values[0]);
        Assert.All(values[1..], row => Assert.True(Number(row[1]) < Number(row[0]) && Number(row[0]) < Number(row[2])));
        (int code, _, string error) = Run("predict", "v.st", "v.csv", "--coverage", "0.99");
        Assert.Equal(2, code);
        Assert.Contains("takes 99 rows", error);
        Write("odd.csv", ["x,z", "1,2", "1e9,3"]);
        Assert.NotEmpty(Run("predict", "v.st", "odd.csv").Error); // what is said of rows …
        foreach (string part in new[] { "1", "90", "0.99" })
        {
            (code, _, error) = Run("predict", "v.st", "odd.csv", "--coverage", part);
            Assert.Equal(2, code);
            Assert.Single(error.TrimEnd().Split('\n')); // … is not said where none is read
        }

        Assert.Equal(2, Run("predict", "v.st", "v.csv", "--coverage", "1.5").Code);
        Assert.Equal(2, Run("predict", "v.st", "v.csv", "--coverage", "a").Code);
        Assert.Equal(0, Run("train", "v.csv", "--target", "y", "--network", "4:tanh", "--epochs", "2", "--validation", "0", "--numeric", "x", "-o", "b.st", "--quiet").Code);
        (code, _, error) = Run("evaluate", "b.st", "v.csv", "--coverage", "0.9");
        Assert.Equal(2, code);
        Assert.Contains("train it anew", error);
    }
}
