using System.Text.Json;

namespace Backprop.Cli.Tests;

/// <summary><c>importance</c>.</summary>
public sealed class ImportanceTests : Tool
{
    private void Train()
    {
        Write("d.csv", "id,a,b,a column with quite a long name of its own,y\n" + string.Join('\n', Enumerable.Range(0, 300).Select(n => FormattableString.Invariant($"{n},{Math.Sin(n)},{Math.Cos(3 * n)},{(n % 3 == 0 ? "x" : "z")},{(5 * Math.Sin(n)) + (2 * Math.Cos(3 * n))}"))));
        Assert.Equal(0, Run("train", "d.csv", "--network", "16:tanh", "--epochs", "30", "--learning-rate", "0.01", "--quiet").Code);
    }

    [Fact]
    public void ColumnsAreListedByWhatTheyLose()
    {
        Train();
        JsonElement json = Json("importance", "model.safetensors", "d.csv", "--json", "--repeats", "3", "--seed", "4");
        JsonElement evaluation = Json("evaluate", "model.safetensors", "d.csv", "--json");
        Assert.Equal("r2", json.GetProperty("metric").GetString());
        Assert.Equal(evaluation.GetProperty("metrics").GetProperty("r2").GetDouble(), json.GetProperty("baseline").GetDouble(), 1e-12);
        Assert.Equal((300, 300, 3, 4), (json.GetProperty("rows").GetInt32(), json.GetProperty("all_rows").GetInt32(), json.GetProperty("repeats").GetInt32(), json.GetProperty("seed").GetInt32()));
        JsonElement[] columns = [.. json.GetProperty("columns").EnumerateArray()];
        Assert.Equal(["a", "b", "a column with quite a long name of its own"], columns.Select(column => column.GetProperty("column").GetString()));
        Assert.InRange(columns[0].GetProperty("importance").GetDouble() / columns[1].GetProperty("importance").GetDouble(), 4, 9); // 25 : 4
        Assert.All(columns, column => Assert.InRange(column.GetProperty("spread").GetDouble(), 0, 0.3));
        Assert.Equal(["id"], json.GetProperty("not_used").EnumerateArray().Select(column => column.GetString()));
        Assert.Equal(json.GetRawText(), Json("importance", "model.safetensors", "d.csv", "--json", "--repeats", "3", "--seed", "4").GetRawText());
    }

    [Fact]
    public void TheTableHasRoomIn80Characters()
    {
        Train();
        (int code, string output, string error) = Run("importance", "model.safetensors", "d.csv", "--rows", "100", "--metric", "mae");
        Assert.Equal(0, code);
        Assert.All(output.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        Assert.Contains("████████████████████", output);
        Assert.Contains("a column with quite a lon…", output);
        Assert.Contains("mae ", output);
        Assert.Contains("100 of 300 rows are measured", error);
        Assert.Contains("--rows 0", error);
        Assert.Contains("not used by the model: id", error);
    }

    [Theory]
    [InlineData("--metric r3", 2, "did you mean 'r2'")]
    [InlineData("--metric auc", 2, "r2, rmse, mae")]
    [InlineData("--repeats 0", 2, "0 repeats found")]
    [InlineData("--rows -1", 2, "-1 rows found")]
    [InlineData("--target nowhere", 2, "nowhere")]
    public void WhatCannotBeMeasuredIsSaid(string options, int code, string message)
    {
        Train();
        (int found, string output, string error) = Run(["importance", "model.safetensors", "d.csv", .. options.Split(' ')]);
        Assert.True(code == found, error);
        Assert.Equal("", output);
        Assert.Contains(message, error);
    }

    [Fact]
    public void HelpHasExamples() => Assert.Contains("backprop importance model.safetensors", Run("importance", "--help").Out);

    [Fact]
    public void RowsWithoutTargetsAreAnError()
    {
        Train();
        Write("p.csv", "a,b,a column with quite a long name of its own\n1,2,x");
        Assert.Equal(3, Run("importance", "model.safetensors", "p.csv").Code);
    }
}
