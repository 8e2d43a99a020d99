using System.Globalization;
using System.Text;
using Backprop.Tables.Models;
using Backprop.Tables.Reading;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Tests.Models;

/// <summary>Counts of rows that were exposed for different times.</summary>
public sealed class OffsetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-offsets").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static TrainingOptions Linear(string offset = "years") => new()
    {
        Target = "accidents", Network = "1-1:identity", Optimizer = "lbfgs", Epochs = 200, Validation = 0, Precision = Precision.Double,
        Columns = new() { Offset = offset, Preprocess = false },
    };

    private static Table Rows(string text) => TableReader.ReadCsv(new MemoryStream(Encoding.UTF8.GetBytes(text)), "t.csv");

    /// <summary>Poisson's random number, by products.</summary>
    private static int Count(Random random, double mean)
    {
        int count = -1;
        for (double product = 1, end = Math.Exp(-mean); product > end || count < 0; count++)
        {
            product *= random.NextDouble();
        }

        return count;
    }

    private static (double[] X, double[] Years, int[] Counts) Accidents(int rows)
    {
        var random = new Random(11);
        double[] x = [.. Enumerable.Range(0, rows).Select(_ => (2 * random.NextDouble()) - 1)], years = [.. x.Select(_ => 0.1 + (9.9 * random.NextDouble()))];
        return (x, years, [.. x.Select((one, row) => Count(random, years[row] * Math.Exp(0.3 + (0.8 * one))))]);
    }

    private static string Csv((double[] X, double[] Years, int[] Counts) rows) => string.Join('\n', rows.X.Select((x, row) => string.Create(CultureInfo.InvariantCulture, $"{x},{rows.Years[row]},{rows.Counts[row]}")).Prepend("x,years,accidents")) + "\n";

    /// <summary>The generalised linear model by Newton's method, which is written down here.</summary>
    private static (double A, double B) Glm((double[] X, double[] Years, int[] Counts) rows)
    {
        (double a, double b) = (0, 0);
        for (int n = 0; n < 50; n++)
        {
            double ga = 0, gb = 0, haa = 0, hab = 0, hbb = 0;
            for (int row = 0; row < rows.X.Length; row++)
            {
                double x = rows.X[row], mean = rows.Years[row] * Math.Exp(a + (b * x)), residual = rows.Counts[row] - mean;
                (ga, gb, haa, hab, hbb) = (ga + residual, gb + (residual * x), haa + mean, hab + (mean * x), hbb + (mean * x * x));
            }

            double determinant = (haa * hbb) - (hab * hab);
            (a, b) = (a + (((hbb * ga) - (hab * gb)) / determinant), b + (((haa * gb) - (hab * ga)) / determinant));
        }

        return (a, b);
    }

    [Fact]
    public void ALinearNetworkIsTheGeneralisedLinearModel()
    {
        (double[] X, double[] Years, int[] Counts) rows = Accidents(400);
        (double a, double b) = Glm(rows);
        var model = TabularModel.Train(Rows(Csv(rows)), options: Linear());
        double Predicted(double x, double years) => model.PredictAll(Rows(string.Create(CultureInfo.InvariantCulture, $"years,x\n{years},{x}\n")))[0].Value;
        Assert.Equal(Math.Exp(a), Predicted(0, 1), 1e-6);
        Assert.Equal(3.5 * Math.Exp(a + (0.7 * b)), Predicted(0.7, 3.5), 1e-5);
        Assert.Equal(2 * Predicted(0.2, 4), Predicted(0.2, 8), 1e-12);
        Assert.Equal(["x"], model.Schema!.Columns.Select(column => column.Name));
        double rmse = Math.Sqrt(rows.X.Select((x, row) => Math.Pow((rows.Years[row] * Math.Exp(a + (b * x))) - rows.Counts[row], 2)).Average());
        Assert.Equal(rmse, model.Evaluate(Rows(Csv(rows)))["rmse"], 1e-5);

        string path = Path.Combine(_folder, "m.st");
        model.Save(path);
        var back = TabularModel.Load(path);
        Assert.Equal("years", back.Schema!.Offset);
        Assert.Equal(Predicted(0.1, 2), back.PredictAll(Rows("years,x\n2,0.1\n"))[0].Value);
        Assert.Contains("exposures", Assert.Throws<UsageException>(() => TabularModel.Train(Rows(Csv(rows)), options: new TrainingOptions { Columns = new() { Offset = "x" }, From = back })).Message);
    }

    /// <summary>Training has exposures from 2 to 8: above 8 + 6 = 14, and below 2 · 2/8 = 0.5, they are far outside, at these ends they are not.</summary>
    [Theory]
    [InlineData("14,0.5,2,8", null)]
    [InlineData("5,14.1,0.49", "2 exposures lie far outside what training had (2 … 8) and are taken as they are, the first 14.1 in row 1")]
    [InlineData("1e300", "1 exposure lies far outside what training had (2 … 8) and is taken as it is, the first 1E+300 in row 0")]
    public void ExposuresFarOutsideAreSaidAndStay(string years, string? said)
    {
        var model = TabularModel.Train(Rows("x,years,accidents\n1,2,3\n2,8,1\n3,4,0\n1,3,2\n"), options: Linear() with { Epochs = 3 });
        Assert.DoesNotContain(model.Notes, note => note.Message.Contains("far outside", StringComparison.Ordinal));
        string path = Path.Combine(_folder, "m.st");
        model.Save(path);
        var back = TabularModel.Load(path);
        string[] cells = years.Split(',');
        Table rows = Rows("x,years\n" + string.Concat(cells.Select(cell => $"2,{cell}\n")));
        var notes = new Notes();
        Predictions predictions = back.PredictAll(rows, notes: notes);
        Check(notes);
        double rate = back.PredictAll(Rows("x,years\n2,1\n"))[0].Value;
        Assert.All(cells, (cell, row) => Assert.Equal(double.Parse(cell, CultureInfo.InvariantCulture) * rate, predictions[row].Value, 1e-12 * predictions[row].Value));
        var evaluated = new Notes();
        _ = back.Evaluate(Rows("x,years,accidents\n" + string.Concat(cells.Select(cell => $"2,{cell},1\n"))), notes: evaluated);
        Check(evaluated);

        void Check(Notes found)
        {
            Note[] outside = [.. found.All.Where(note => note.Message.Contains("far outside", StringComparison.Ordinal))];
            Assert.Equal(said is null ? 0 : 1, outside.Length);
            Assert.All(outside, note => Assert.StartsWith($"column 'years': {said}", note.Message, StringComparison.Ordinal));
            Assert.All(outside, note => Assert.True(note.IsLoss));
        }
    }

    /// <summary>A file of before does not know them; one that says nonsense is no model.</summary>
    [Fact]
    public void TheRangeOfExposuresIsOptional()
    {
        var model = TabularModel.Train(Rows("x,years,accidents\n1,2,3\n2,8,1\n3,4,0\n"), options: Linear() with { Epochs = 1 });
        string json = SchemaJson.Write(model.Schema!);
        const string Range = "\"offset_range\":[2,8]";
        Assert.Contains(Range, json);
        var notes = new Notes();
        _ = SchemaJson.Read(json.Replace($",{Range}", "", StringComparison.Ordinal)).Transform<double>(Rows("x,years\n1,1e9\n"), needTargets: false, notes: notes);
        Assert.DoesNotContain(notes.All, note => note.Message.Contains("far outside", StringComparison.Ordinal));
        foreach (string bad in new[] { "[8,2]", "[0,2]", "[-1,2]", "[2]", "[1,2,3]" })
        {
            Assert.Contains("range of exposures", Assert.Throws<ModelException>(() => SchemaJson.Read(json.Replace(Range, $"\"offset_range\":{bad}", StringComparison.Ordinal))).Message);
        }
    }

    [Fact]
    public void ANegativeCountIsSaidWithItsPlace()
    {
        Table rows = Rows("x,years,accidents\n1,2,3\n2,0.1,-1\n3,1,0\n");
        DataException error = Assert.Throws<DataException>(() => TabularModel.Train(rows, options: Linear()));
        Assert.Equal("'t.csv', row 1 (line 3), column 'accidents': a target of -1 found, poisson takes values of at least 0", error.Message);
        Assert.Equal(["Offset = years"], error.Settings);
        DataException plain = Assert.Throws<DataException>(() => TabularModel.Train(Rows("x,accidents\n1,0\n2,3\n3,-2.5\n4,1\n"), options: Linear() with { Columns = new() { Preprocess = false }, Loss = "poisson" }));
        Assert.StartsWith("'t.csv', row 2 (line 4), column 'accidents': a target of -2.5 found", plain.Message, StringComparison.Ordinal);
        Assert.Equal(["Loss"], plain.Settings);
        DataException second = Assert.Throws<DataException>(() => TabularModel.Train(Rows("x,y,z\n1,0,1\n2,,1\n3,0.5,0.5\n4,0.5,7\n"), options: Linear() with { Target = "y,z", Network = "1-2:sigmoid", Loss = "binary_cross_entropy", Columns = new() { Preprocess = false, DropMissingTargets = true } }));
        Assert.StartsWith("'t.csv', row 3 (line 5), column 'z': a target of 7 found", second.Message, StringComparison.Ordinal); // counted with the row that is left out
        Assert.Contains("is the exposure of its row", Assert.Throws<UsageException>(() => TabularModel.Train(Rows("x,years,accidents\n1,2,3\n2,1,1\n"), options: Linear() with { Columns = new() { Offset = "years", Numeric = ["years"] } })).Message);
    }

    [Theory]
    [InlineData("0", "row 1", "0 found")]
    [InlineData("-2", "row 1", "-2 found")]
    [InlineData("", "row 1", "nothing found")]
    [InlineData("long", "row 1", "long found")]
    public void AnExposureIsAboveZero(string cell, string where, string found)
    {
        DataException error = Assert.Throws<DataException>(() => TabularModel.Train(Rows($"x,years,accidents\n1,2,3\n2,{cell},1\n3,1,0\n"), options: Linear()));
        Assert.Contains(where, error.Message);
        Assert.Contains(found, error.Message);
        Assert.Contains("column 'years'", error.Message);
        Assert.Contains("above 0", error.Message);
        var model = TabularModel.Train(Rows("x,years,accidents\n1,2,3\n2,1,1\n3,1,0\n"), options: Linear() with { Epochs = 1 });
        Assert.Contains(found, Assert.Throws<DataException>(() => model.PredictAll(Rows($"x,years\n1,1\n2,{cell}\n"))).Message);
        Assert.Contains("missing column 'years'", Assert.Throws<DataException>(() => model.PredictAll(Rows("x\n1\n"))).Message);
        Assert.Contains("missing column 'years'", Assert.Throws<DataException>(() => model.Evaluate(Rows("x,accidents\n1,2\n"))).Message);
    }

    [Fact]
    public void WhatDoesNotGoTogetherIsSaid()
    {
        Table rows = Rows("x,years,accidents\n1,2,3\n2,1,1\n3,1,0\n");
        Assert.Contains("poisson", Assert.Throws<UsageException>(() => TabularModel.Train(rows, options: Linear() with { Loss = "huber" })).Message);
        Assert.Contains("poisson", Assert.Throws<UsageException>(() => TabularModel.Train(rows, options: Linear() with { Columns = new() { Offset = "years", Task = TableTask.Classification } })).Message);
        Assert.Contains("did you mean 'years'", Assert.Throws<UsageException>(() => TabularModel.Train(rows, options: Linear("yeers"))).Message);
        Assert.Contains("is the target", Assert.Throws<UsageException>(() => TabularModel.Train(rows, options: Linear("accidents"))).Message);
        Assert.Contains("which is a column", Assert.Throws<UsageException>(() => TabularModel.Train(rows, options: Linear() with { Columns = new(), Loss = "poisson:1" })).Message);
        Assert.Contains("at least 0", Assert.Throws<DataException>(() => TabularModel.Train(Rows("x,years,accidents\n1,2,3\n2,0.1,-1\n3,1,0\n"), options: Linear())).Message);
    }
}
