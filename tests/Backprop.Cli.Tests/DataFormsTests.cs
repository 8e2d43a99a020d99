using System.IO.Compression;
using System.Text.Json;
using DuckDB.NET.Data;

namespace Backprop.Cli.Tests;

/// <summary>Every form of DATA, and what is made of its targets.</summary>
public sealed class DataFormsTests : Tool
{
    private const int Rows = 40;

    private readonly double[] _x = [.. Enumerable.Range(0, 2 * Rows).Select(n => Math.Sin(n * 1.7))];

    private double[] Values => [.. Enumerable.Range(0, Rows).Select(row => (3 * _x[2 * row]) - _x[(2 * row) + 1] + 20)];

    private long[] Classes => [.. Enumerable.Range(0, Rows).Select(row => (_x[2 * row] > 0 ? 1L : 0) + (_x[(2 * row) + 1] > 0.5 ? 1 : 0))];

    /// <summary>The recipe's networks of two inputs with an output: which of them is taken is said by the rows out of fold.</summary>
    private static string Recipe(string output) =>
        $"^2-(48:silu|256:silu,dropout\\(0\\.1\\)-128:silu),dropout\\(0\\.1\\){(output.EndsWith("softmax", StringComparison.Ordinal) ? "(-2:identity)?" : output == "1:identity" ? "(-1:exponential)?" : "")}-{output}$";

    [Fact]
    public void ArraysAreClassesOrValues()
    {
        Arrays();
        Assert.Matches(Recipe("3:softmax"), Network("c.npz"));
        Assert.Matches(Recipe("3:softmax"), Network("X.npy,y.npy"));
        Assert.Matches(Recipe("1:identity"), Network("X.npy,v.npy"));
        Assert.Matches(Recipe("2:identity"), Network("X.npy,v2.npy"));
        Assert.Matches(Recipe("1:identity"), Network("c.npz", "--task", "regression"));
        Assert.Equal("2-256:silu-128:silu-1:identity", Network("c.npz", "--loss", "mean_squared_error"));
        Assert.Matches(Recipe("3:softmax"), Network("X.npy,f.npy", "--task", "classification"));
        Assert.Equal("2-4:relu-1:identity", Network("c.npz", "--network", "2-4:relu-1:identity"));
        Assert.Equal("2-4:relu-5:softmax", Network("c.npz", "--network", "2-4:relu-5:softmax"));
        (int code, _, string error) = Run("train", "X.npy,v.npy", "--task", "classification");
        Assert.Equal(0, code); // it was asked for
        Assert.Contains("classes have one row only", error);
        Assert.Contains("y is missing", Run("train", "X.npy").Error);
        Assert.Equal(2, Run("train", "c.npz", "--target", "y").Code);
    }

    [Theory]
    [InlineData("img,lab")]
    [InlineData("img.gz,lab.gz")]
    public void ImagesAreScaledToOne(string data)
    {
        byte[] pixels = [.. Enumerable.Range(0, Rows * 4).Select(n => (byte)(n * 7))], image = new byte[16 + pixels.Length], label = [0, 0, 8, 1, 0, 0, 0, Rows, .. Classes.Select(c => (byte)c)];
        new byte[] { 0, 0, 8, 3, 0, 0, 0, Rows, 0, 0, 0, 2, 0, 0, 0, 2 }.CopyTo(image, 0);
        pixels.CopyTo(image, 16);
        foreach ((string name, byte[] bytes) in new[] { ("img", image), ("lab", label) })
        {
            File.WriteAllBytes(At(name), bytes);
            using var zip = new GZipStream(File.Create(At(name + ".gz")), CompressionLevel.Fastest);
            zip.Write(bytes);
        }

        Assert.Equal("4-256:silu,dropout(0.1)-128:silu,dropout(0.1)-3:softmax", Network(data));
        JsonElement shown = Json("data", data, "--json");
        Assert.Equal((0.0, 1.0), (shown.GetProperty("min").GetDouble(), Math.Round(shown.GetProperty("max").GetDouble())));
        Assert.True(shown.GetProperty("max").GetDouble() <= 1);
    }

    [Fact]
    public void TheSameRowsGiveTheSameModelFromEverySource()
    {
        Tables();
        string[] how = ["--target", "v", "--network", "4:tanh", "--epochs", "2", "--json", "--quiet"];
        using (var connection = new DuckDBConnection($"DataSource={At("t.db")}"))
        {
            connection.Open();
            using DuckDBCommand command = connection.CreateCommand();
            command.CommandText = $"CREATE TABLE t AS SELECT a, b, v FROM read_csv('{At("t.csv")}')";
            command.ExecuteNonQuery();
        }

        string whole = Json(["train", "t.csv", .. how]).GetProperty("sha256").GetString()!;
        (int code, string output, string error) = RunWith(File.ReadAllText(At("t.csv")), ["train", "-", .. how]);
        Assert.True(code == 0, error);
        Assert.Contains(whole, output);
        foreach (string[] data in new string[][] { ["part*.csv"], ["t.tsv"], ["t.jsonl"], ["--query", "SELECT * FROM 't.csv'"], ["--query", "SELECT a, b, v FROM t", "--database", "t.db"] })
        {
            Assert.Equal(whole, Json(["train", .. data, .. how]).GetProperty("sha256").GetString());
        }
    }

    [Fact]
    public void TheTargetIsAClassOrAValueByTheRules()
    {
        Tables();
        Assert.Matches(Recipe("1:identity"), Network("t.csv", "--target", "v"));
        Assert.Matches(Recipe("2:identity"), Network("t3.csv", "--target", "v,b"));
        Assert.Matches(Recipe("2:sigmoid"), Network("flags.csv", "--target", "p,q"));
        Assert.Matches(Recipe("3:softmax"), Network("c.csv"));
        Assert.Matches(Recipe("1:identity"), Network("c.csv", "--task", "regression"));
        Assert.Equal("2-256:silu-128:silu-1:identity", Network("c.csv", "--loss", "huber:0.5"));
        Assert.Equal("2-256:silu-128:silu-2:identity", Network("t.csv", "--target", "v", "--loss", "gaussian_nll"));
        Assert.Equal("2-4:relu-3:sigmoid", Network("c.csv", "--network", "2-4:relu-3:sigmoid"));
        Assert.Equal("2-4:relu-1:identity", Network("c.csv", "--network", "2-4:relu-1:identity"));
        Assert.Contains("binary_cross_entropy takes values from 0 to 1", Run("train", "t.csv", "--target", "v", "--loss", "binary_cross_entropy").Error);
    }

    /// <summary>The loss of the model that is gone on from takes no other targets than it did at first.</summary>
    [Fact]
    public void ALossThatIsGoneOnFromRefusesTargetsToo()
    {
        Write("counts.csv", "a,y\n1,0\n2,1\n3,4\n4,2\n5,3\n6,2\n");
        Write("below.csv", "a,y\n1,0\n2,1\n3,-4\n4,2\n5,3\n6,2\n");
        Assert.Equal(0, Run("train", "counts.csv", "--target", "y", "--loss", "poisson", "--network", "3:tanh", "--epochs", "1", "-o", "counts.st").Code);
        (int code, _, string error) = Run("train", "below.csv", "--target", "y", "--from", "counts.st", "--epochs", "1", "-o", "below.st");
        Assert.Equal(Run("train", "below.csv", "--target", "y", "--loss", "poisson", "--epochs", "1", "-o", "below.st").Code, code);
        Assert.NotEqual(0, code);
        Assert.Contains("row 2 (line 4), column 'y': a target of -4 found, poisson takes values of at least 0; --from", error);
        Assert.False(File.Exists(At("below.st")));
    }

    [Fact]
    public void WithoutPreprocessingNumbersStayAndTextIsRefused()
    {
        Tables();
        Assert.Matches(Recipe("3:softmax"), Network("c.csv", "--preprocess", "none"));
        JsonElement column = Json("summary", "m.st", "--json").GetProperty("schema").GetProperty("columns")[0];
        Assert.Equal((0.0, 1.0), (column.GetProperty("mean").GetDouble(), column.GetProperty("scale").GetDouble()));
        Write("text.csv", "a,y\nred,1.5\nblue,2.5\nred,3.5\n");
        (int code, _, string error) = Run("train", "text.csv", "--preprocess", "none");
        Assert.Equal(3, code);
        Assert.Contains("row 0 (line 2), column 'a': 'red' found, a number expected: without preprocessing", error);
    }

    [Fact]
    public void ModelsTakeArraysColumnByColumnAndTablesInFileOrder()
    {
        Arrays();
        Tables();
        Assert.Equal(0, Run("train", "c.csv", "--epochs", "3", "--quiet", "-o", "table.st").Code);
        Assert.Equal(Json("evaluate", "table.st", "c.csv", "--json").ToString(), Json("evaluate", "table.st", "c.npz", "--json").ToString());
        Assert.Equal(Run("predict", "table.st", "c.csv").Out, Run("predict", "table.st", "X.npy").Out);
        Assert.Equal(0, Run("train", "c.npz", "--network", "4:relu", "--epochs", "3", "--quiet", "-o", "array.st", "--validation", "c.csv").Code);
        Assert.Equal(Json("evaluate", "array.st", "c.npz", "--json").ToString(), Json("evaluate", "array.st", "c.csv", "--json").ToString());
        Assert.StartsWith("prediction,p_0,p_1,p_2", Run("predict", "array.st", "X.npy").Out);
        (int code, _, string error) = Run("evaluate", "table.st", "v2.npy,y.npy");
        Assert.Equal(0, code);
        (code, _, error) = Run("evaluate", "table.st", "v.npy,y.npy");
        Assert.Equal(3, code);
        Assert.Contains("1 columns without names, the model takes a, b", error);
    }

    [Fact]
    public void AModelIsGoneOnFromWithItsSchema()
    {
        Tables();
        Assert.Equal(0, Run("train", "t.csv", "--target", "v", "--network", "4:tanh", "--loss", "huber:2", "--epochs", "2", "--quiet", "-o", "first.st").Code);
        JsonElement next = Json("train", "t.csv", "--from", "first.st", "--epochs", "1", "--json", "--quiet", "-o", "next.st");
        Assert.Equal("2-4:tanh-1:identity", next.GetProperty("network").GetString());
        JsonElement first = Json("summary", "first.st", "--json"), second = Json("summary", "next.st", "--json");
        Assert.Equal(first.GetProperty("schema").ToString(), second.GetProperty("schema").ToString());
        Assert.Equal("huber:2", second.GetProperty("loss").GetString());
        File.WriteAllText(At("renamed.csv"), File.ReadAllText(At("t.csv")).Replace("a,b,v", "a,b,other"));
        Assert.Equal(0, Run("train", "renamed.csv", "--from", "first.st", "--target", "other", "--epochs", "1", "--quiet").Code);
        Assert.Equal(2, Run("train", "t.csv", "--from", "first.st", "--network", "8:relu").Code);
    }

    [Theory]
    [InlineData(".csv")]
    [InlineData(".tsv")]
    [InlineData(".json")]
    [InlineData(".jsonl")]
    [InlineData(".parquet")]
    public void PredictionsAreReadAgain(string extension)
    {
        Tables();
        Assert.Equal(0, Run("train", "t.csv", "--target", "v", "--network", "4:tanh", "--epochs", "1", "--quiet", "-o", "m.st").Code);
        string file = $"p{extension}";
        Assert.Equal((0, ""), (Run("predict", "m.st", "t.csv", "-o", file).Code, ""));
        JsonElement column = Json("data", file, "--json").GetProperty("columns")[0];
        Assert.Equal("v", column.GetProperty("name").GetString());
        JsonElement[] rows = [.. Json("predict", "m.st", "t.csv", "--json").GetProperty("predictions").EnumerateArray()];
        Assert.Equal(Rows, rows.Length);
        Assert.Equal(rows.Max(row => row.GetProperty("v").GetDouble()), column.GetProperty("max").GetDouble());
        Assert.Equal(2, Run("predict", "m.st", "t.csv", "-o", "p.xls").Code);
        Assert.Equal(3, Run("predict", "m.st", "t.csv", "-o", "no/p.csv").Code);
    }

    private string Network(string data, params string[] options) =>
        Json(["train", data, .. options, "--bins", "0", "--epochs", "1", "--json", "--quiet", "-o", "m.st"]).GetProperty("network").GetString()!;

    private void Tables()
    {
        string Row(int row, string last) => $"{_x[2 * row]:R},{_x[(2 * row) + 1]:R},{last}";
        string[] values = [.. Enumerable.Range(0, Rows).Select(row => Row(row, $"{Values[row]:R}"))];
        Write("t.csv", $"a,b,v\n{string.Join('\n', values)}\n");
        Write("t3.csv", $"a,c,b,v\n{string.Join('\n', values.Select((line, n) => $"{n * 0.5},{line}"))}\n");
        Write("t.tsv", File.ReadAllText(At("t.csv")).Replace(',', '\t'));
        Write("t.jsonl", string.Concat(Enumerable.Range(0, Rows).Select(row => $"{{\"a\":{_x[2 * row]:R},\"b\":{_x[(2 * row) + 1]:R},\"v\":{Values[row]:R}}}\n")));
        Write("part1.csv", $"a,b,v\n{string.Join('\n', values[..15])}\n");
        Write("part2.csv", $"a,b,v\n{string.Join('\n', values[15..])}\n");
        Write("c.csv", $"a,b,label\n{string.Join('\n', Enumerable.Range(0, Rows).Select(row => Row(row, $"{Classes[row]}")))}\n");
        Write("flags.csv", $"a,b,p,q\n{string.Join('\n', Enumerable.Range(0, Rows).Select(row => Row(row, $"{Classes[row] % 2},{Classes[row] / 2}")))}\n");
    }

    private void Arrays()
    {
        byte[] x = Npy("<f8", $"({Rows}, 2)", _x), y = Npy("<i8", $"({Rows},)", Classes);
        File.WriteAllBytes(At("X.npy"), x);
        File.WriteAllBytes(At("y.npy"), y);
        File.WriteAllBytes(At("v.npy"), Npy("<f8", $"({Rows},)", Values));
        File.WriteAllBytes(At("f.npy"), Npy<double>("<f8", $"({Rows},)", [.. Classes]));
        File.WriteAllBytes(At("v2.npy"), Npy("<f8", $"({Rows}, 2)", [.. Values, .. Values]));
        using ZipArchive zip = ZipFile.Open(At("c.npz"), ZipArchiveMode.Create);
        foreach ((string name, byte[] bytes) in new[] { ("X.npy", x), ("y.npy", y) })
        {
            using Stream stream = zip.CreateEntry(name).Open();
            stream.Write(bytes);
        }
    }
}
