using System.Globalization;

namespace Backprop.Cli.Tests;

/// <summary><c>check</c>: nothing that is asked for is passed over, and nothing is checked on rows that do not count.</summary>
public sealed class CheckRunTests : Tool
{
    [Theory]
    [InlineData("--loss", "huber", "--loss is of --network")]
    [InlineData("--seed", "4", "--seed is of --network")]
    public void OptionsOfARandomNetworkAreRefusedWithAModel(string option, string value, string said)
    {
        Assert.Equal(0, Run("train", "builtin:iris", "--network", "4:tanh", "--epochs", "1", "-o", "m.st", "--quiet").Code);
        (int code, _, string error) = Run("check", "m.st", "builtin:iris", option, value);
        Assert.Equal(2, code);
        Assert.Contains(said, error);
    }

    [Theory]
    [InlineData("--target", "y")]
    [InlineData("--missing", "99")]
    [InlineData("--bad-cells", "missing")]
    [InlineData("--query", "select 1")]
    [InlineData("--separator", ";")]
    public void OptionsOfDataAreRefusedWithARandomNetwork(string option, string value)
    {
        (int code, _, string error) = Run("check", "--network", "2-3:tanh-1", option, value);
        Assert.Equal(2, code);
        Assert.Contains($"{option} is of DATA", error);
    }

    /// <summary>Every second row weighs nothing, and those are the ones that an even spread would take.</summary>
    [Fact]
    public void RowsThatCountAreChecked()
    {
        void Write(string name, Func<int, int> weight) => File.WriteAllLines(Path.Combine(Folder, name), Enumerable.Range(0, 32).Select(row => string.Create(CultureInfo.InvariantCulture, $"{Math.Sin(row)},{Math.Cos(3 * row)},{weight(row)}")).Prepend("x,y,w"));
        Write("d.csv", row => row % 2);
        Write("none.csv", _ => 0);
        Assert.Equal(0, Run("train", "d.csv", "--target", "y", "--sample-weight", "w", "--network", "3:tanh", "--epochs", "1", "-o", "m.st", "--quiet").Code);
        Assert.Equal(16, Json("check", "m.st", "d.csv", "--json").GetProperty("rows").GetInt32());
        double loss = Json("gradient", "m.st", "d.csv", "--json").GetProperty("loss").GetDouble();
        Assert.True(loss > 0.01);
        Assert.NotEqual(0, Json("check", "m.st", "d.csv", "--json").GetProperty("worst").GetProperty("backpropagation_vs_numerical").GetDouble()); // 0 = 0 is no proof
        (int code, _, string error) = Run("check", "m.st", "none.csv");
        Assert.Equal(3, code);
        Assert.Contains("weights of all rows are 0", error);
    }
}
