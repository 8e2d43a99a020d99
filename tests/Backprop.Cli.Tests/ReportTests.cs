using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Backprop.Cli.Tests;

/// <summary>The page about a run.</summary>
public sealed partial class ReportTests : Tool
{
    private string Report(params string[] options)
    {
        (int code, _, string error) = Run(["train", .. options, "--report", "r.html", "--quiet"]);
        Assert.True(code == 0, error);
        string page = File.ReadAllText(At("r.html"));
        Assert.DoesNotContain("NaN", page);
        Assert.DoesNotContain("<script", page);
        Assert.DoesNotMatch(Fetched(), page);
        foreach (Match svg in Svg().Matches(page)) // each picture is well formed, and what is drawn lies in it
        {
            XElement picture = XElement.Parse(svg.Value);
            Assert.All(picture.Elements("polyline"), line => Assert.All(line.Attribute("points")!.Value.Split(' '), point => InPicture(point.Split(','))));
            Assert.All(picture.Elements("circle"), dot => InPicture([dot.Attribute("cx")!.Value, dot.Attribute("cy")!.Value]));
        }

        return page;
    }

    private static void InPicture(string[] point)
    {
        double[] place = [.. point.Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        Assert.InRange(place[0], 0, 440);
        Assert.InRange(place[1], 0, 280);
    }

    private static string[] Headings(string page) => [.. Heading().Matches(page).Select(heading => heading.Groups["title"].Value)];

    [Fact]
    public void ClassesHaveCurvesConfusionAndColumns()
    {
        string page = Report("builtin:iris", "--folds", "3", "--epochs", "8");
        string[] headings = Headings(page);
        Assert.Equal(["Loss", "Validation log_loss", "Result", "How it was made", "ROC", "Precision and recall", "Calibration", "Confusion: actual down, predicted across", "What columns matter", "What they do: partial dependence"], headings[..10]);
        Assert.Equal("What became of each column", headings.Last(heading => heading.StartsWith("What became", StringComparison.Ordinal)));
        Assert.Contains("150 rows, each predicted by the network that had not learned from it", page);
        Assert.Equal(3, page.Split("class=\"training thin\"").Length - 1); // a line of each network
        Assert.Equal(6, page.Split("class=\"validation thin\"").Length - 1); // in both pictures
        Assert.Contains("virginica, area 0.9", page);

        string[][] rows = [.. page.Split("<table class=\"confusion\">")[1].Split("</table>")[0].Split("<tr>")[2..].Select(row => row.Split("<td ")[1..])];
        Assert.Equal(3, rows.Length); // fifty flowers of each kind
        Assert.All(rows, row => Assert.Equal(50, row.Sum(cell => int.Parse(cell.Split('>')[1].Split('<')[0], CultureInfo.InvariantCulture))));
        Assert.All(rows, row => Assert.All(row, cell => Assert.Equal(2 * int.Parse(cell.Split('>')[1].Split('<')[0], CultureInfo.InvariantCulture), int.Parse(cell.Split("--part:")[1].Split('%')[0], CultureInfo.InvariantCulture))));
        Assert.All(rows.Select((row, n) => row[n]), cell => Assert.StartsWith("class=\"right\"", cell));
    }

    [Fact]
    public void ValuesHaveResiduals()
    {
        Write("d.csv", "a,b,kind,why,y\n" + string.Join('\n', Enumerable.Range(0, 3000).Select(n => FormattableString.Invariant($"{Math.Sin(n)},{(n % 11 == 0 ? "" : $"{n % 7}")},{(n % 3 == 0 ? "x<y" : "z")},text {n},{(5 * Math.Sin(n)) + (n % 7) + (n % 3 == 0 ? 3 : 0)}"))));
        string page = Report("d.csv", "--folds", "2", "--epochs", "4");
        string[] headings = Headings(page);
        Assert.Contains("Predicted and actual", headings);
        Assert.Contains("Residuals", headings);
        Assert.Contains("How residuals are spread", headings);
        Assert.DoesNotContain("ROC", headings);
        Assert.Contains("2,000 of 3,000 rows are drawn", page);
        Assert.Contains("2,000 drawn of 3,000 rows held out", page);
        Assert.Equal(2000, page.Split("<path class=\"cloud c0\" d=\"")[1].Split('"')[0].Split('M').Length - 1);
        Assert.Contains("x&lt;y", page);
        Assert.Contains("ignored: ", page);
        Assert.Contains("--categorical why", page); // the option that decides
        Assert.InRange(page.Length, 10_000, 250_000);
    }

    [Theory]
    [InlineData("--validation", "0", "No rows were held out")]
    [InlineData("--validation", "0.2", "30 rows, which validated and were not learned from")]
    public void ItSaysWhichRowsItIsAbout(string option, string value, string said)
    {
        string page = Report("builtin:iris", "--epochs", "2", option, value);
        Assert.Contains(said, page);
        Assert.Contains("What became of each column", page);
    }

    /// <summary>Each flag has a curve of its own.</summary>
    [Fact]
    public void FlagsHaveCurves()
    {
        Write("d.csv", "a,b,u,v\n" + string.Join('\n', Enumerable.Range(0, 200).Select(n => FormattableString.Invariant($"{Math.Sin(n)},{Math.Cos(n)},{(Math.Sin(n) > 0 ? 1 : 0)},{(Math.Cos(n) + Math.Sin(5 * n) > 0 ? 1 : 0)}"))));
        string page = Report("d.csv", "--target", "u,v", "--network", "2-8:tanh-2:sigmoid", "--loss", "binary_cross_entropy", "--epochs", "3");
        Assert.Contains("u, area", page);
        Assert.Contains("v, area", page);
        Assert.Contains("ROC", Headings(page));
    }

    [Fact]
    public void OneEpochAndSeveralTargets()
    {
        Write("d.csv", "a,b,u,v\n" + string.Join('\n', Enumerable.Range(0, 200).Select(n => FormattableString.Invariant($"{Math.Sin(n)},{Math.Cos(n)},{3 * Math.Sin(n)},{1e6 * Math.Cos(n)}"))));
        string page = Report("d.csv", "--target", "u,v", "--epochs", "1");
        Assert.Contains("u: residuals", Headings(page));
        Assert.Contains("v: residuals", Headings(page));
        Assert.Contains("k</text>", page); // 500k
    }

    /// <summary>A report changes no bit of the model.</summary>
    [Fact]
    public void TheModelIsTheSameWithoutIt()
    {
        string Sha(params string[] options) => Json(["train", "builtin:iris", "--folds", "2", "--epochs", "3", "--json", "--quiet", .. options]).GetProperty("sha256").GetString()!;
        Assert.Equal(Sha(), Sha("--report", "r.html"));
    }

    [GeneratedRegex("<h2[^>]*>(?<title>.*?)</h2>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Heading();

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Svg();

    [GeneratedRegex("https?:|src=|url\\(|@import", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Fetched();
}
