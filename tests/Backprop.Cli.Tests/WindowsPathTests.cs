using System.Text.Json;

namespace Backprop.Cli.Tests;

/// <summary>Drives, backslashes and line ends as Windows has them. Elsewhere a name may be spelled like that, so that every option that takes one can be tried.</summary>
public sealed class WindowsPathTests : Tool
{
    private const string Drive = @"C:\my data\", Rows = "a,b,y\r\n1,0.5,x\r\n2,1.5,z\r\n3,2.5,x\r\n4,0.5,z\r\n5,1,x\r\n6,2,z\r\n";

    public WindowsPathTests()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("such a path leads out of the test's folder here");
        }
    }

    [Fact]
    public void EveryPathMayHaveADriveAndBackslashes()
    {
        Write(Drive + "rows.csv", Rows);
        Write(Drive + "more.csv", Rows);
        Write(Drive + "options.json", "{\r\n  \"epochs\": 2,\r\n  \"network\": \"4:tanh\"\r\n}\r\n");
        JsonElement trained = Json("train", Drive + "rows.csv", "--target", "y", "--config", Drive + "options.json", "--validation", Drive + "more.csv", "-o", Drive + "m.safetensors", "--log", Drive + "log.jsonl", "--report", Drive + "report.html", "--checkpoint", Drive + "checkpoints", "--json", "--quiet");
        Assert.Equal(Drive + "m.safetensors", trained.GetProperty("model").GetString());
        Assert.Equal(2, trained.GetProperty("epochs").GetInt32());
        foreach (string name in new[] { "m.safetensors", "log.jsonl", "report.html" })
        {
            Assert.True(File.Exists(At(Drive + name)), name);
        }

        Assert.True(Directory.Exists(At(Drive + "checkpoints")));
        Assert.Equal(6, Json("evaluate", Drive + "m.safetensors", Drive + "*.csv", "--json").GetProperty("rows").GetInt32() / 2);
        Assert.Equal(0, Run("predict", Drive + "m.safetensors", Drive + "rows.csv", "-o", Drive + "p.csv").Code);
        Assert.Equal(7, File.ReadAllLines(At(Drive + "p.csv")).Length);
        (int code, _, string error) = Run("predict", Drive + "m.safetensors", Drive + "rows.csv", "-o", Drive + "rows.csv");
        Assert.Equal(2, code);
        Assert.Contains("overwritten", error, StringComparison.Ordinal);
    }

    [Fact]
    public void PairsOfArraysToo()
    {
        double[] numbers = [1, 2, 3, 4, 5, 6];
        File.WriteAllBytes(At(Drive + "X.npy"), Npy("<f8", "(3, 2)", numbers));
        File.WriteAllBytes(At(Drive + "y.npy"), Npy("<f8", "(3,)", numbers[..3]));
        Assert.Equal(3, Json("data", $"{Drive}X.npy,{Drive}y.npy", "--json").GetProperty("rows").GetInt32());
    }

    /// <summary>A comma in a name is one where there is such a file.</summary>
    [Fact]
    public void NamesWithCommas()
    {
        double[] numbers = [1, 2, 3, 4, 5, 6];
        File.WriteAllBytes(At("1,5.npy"), Npy("<f8", "(3, 2)", numbers));
        File.WriteAllBytes(At("X.npy"), Npy("<f8", "(3, 2)", numbers));
        File.WriteAllBytes(At("y.npy"), Npy("<f8", "(3,)", numbers[..3]));
        _ = Json("train", "X.npy,y.npy", "--network", "2:tanh", "--epochs", "1", "--validation", "0", "--quiet", "--json");
        Assert.Equal(Run("predict", "model.safetensors", "X.npy").Out, Run("predict", "model.safetensors", "1,5.npy").Out);
        Assert.Equal(0, Run("predict", "model.safetensors", "1,5.npy").Code);
    }

    [Fact]
    public void JsonLinesEndAsWindowsEndsThem()
    {
        Write("rows.jsonl", "{\"a\":1,\"y\":\"p\"}\r\n{\"a\":2,\"y\":\"q\"}\r\n");
        JsonElement data = Json("data", "rows.jsonl", "--json");
        Assert.Equal(2, data.GetProperty("rows").GetInt32());
        Assert.Equal(2, data.GetProperty("columns")[1].GetProperty("distinct").GetInt32());
    }
}
