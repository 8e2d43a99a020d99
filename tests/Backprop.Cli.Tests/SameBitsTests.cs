using System.Diagnostics;
using System.Text.Json;

namespace Backprop.Cli.Tests;

/// <summary>The same run gives the same bits on any number of threads and any vectors, in processes that really ran on these.</summary>
public sealed class SameBitsTests : Tool
{
    private static readonly (string Switch, int Rank)[] s_switches = [("DOTNET_EnableAVX512", 2), ("DOTNET_EnableAVX2", 1), ("DOTNET_EnableHWIntrinsic", 0)];

    [Theory]
    [InlineData("float", "40:relu-20:tanh", "32")]
    [InlineData("float", "100:silu", "500")]
    [InlineData("double", "40:gelu", "100")]
    public void ThreadsAndVectorsDoNotChangeTheModel(string precision, string network, string batch)
    {
        string[] what = ["train", "builtin:digits", "--network", network, "--batch-size", batch, "--epochs", "2", "--precision", precision, "--json", "--quiet"];
        JsonElement wide = Json([.. what, "--threads", "1"]);
        string expected = wide.GetProperty("sha256").GetString()!;
        foreach (string threads in new[] { "2", "3" })
        {
            JsonElement other = Json([.. what, "--threads", threads]);
            Assert.Equal(int.Parse(threads), other.GetProperty("threads").GetInt32());
            Assert.Equal(expected, other.GetProperty("sha256").GetString());
        }

        foreach ((string off, int rank) in s_switches)
        {
            JsonElement other = JsonWithout(off, [.. what, "--threads", "2"]);
            Assert.True(Rank(other) <= Math.Min(rank, Rank(wide)), $"{off}=0 ran on {other.GetProperty("vectors")}");
            Assert.Equal(expected, other.GetProperty("sha256").GetString());
        }
    }

    private static int Rank(JsonElement run) => Array.IndexOf(["scalar", "vector128", "avx2", "avx512"], run.GetProperty("vectors").GetString());

    private JsonElement JsonWithout(string off, string[] args)
    {
        ProcessStartInfo start = Start(args);
        start.Environment[off] = "0";
        (int code, string output, string error) = RunProcess(start);
        Assert.True(code == 0, error);
        using JsonDocument document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }
}
