using System.Globalization;
using System.Text.Json;
using Backprop.Inputs;
using Backprop.ModelFiles;
using Backprop.Networks;

namespace Backprop.Cli.Tests;

/// <summary>A model whose inputs are scaled, periodic and embedded, through every command that takes a model.</summary>
public sealed class InputModelTests : Tool
{
    private const int Parameters = 2 + (2 * 2 * 3) + (2 * 4 * 3) + (2 * 4) + (5 * 3), Width = 2 + (2 * 4) + 3;

    [Fact]
    public void EveryCommandTakesIt()
    {
        Write("0,1,2,3,4");
        JsonElement summary = Json("summary", "m.st", "--json");
        Assert.Equal("2 numbers, scaled; periodic: 3 frequencies in 4 numbers, sigma 0.5; embeddings 5×3", summary.GetProperty("input").GetString());
        Assert.Equal(Parameters, summary.GetProperty("input_parameters").GetInt32());
        Assert.Equal(Parameters + (Width * 6) + 6 + 12 + (6 * 3) + 3, summary.GetProperty("parameters").GetInt32());
        Assert.Equal(2 * ((2 * 4 * 3) + (Width * 6) + (6 * 3)), summary.GetProperty("flops_per_sample").GetInt32());
        Assert.Contains("2 numbers, scaled", Run("summary", "m.st").Out);

        Assert.Contains("inputs: ‖∂scale‖", Run("gradient", "m.st", "d.csv", "-o", "g.st").Out);
        Assert.Contains("input.embeddings.1.weight", SafeTensorsFile.Read(At("g.st")).Tensors.Select(tensor => tensor.Name));
        foreach (string[] more in new string[][] { [], ["--batch-statistics"], ["--precision", "float"] })
        {
            Assert.True(Json(["check", "m.st", "d.csv", "--json", .. more]).GetProperty("agrees").GetBoolean());
        }

        foreach (string parameter in new[] { "W1[0,1]", "b1[5]", "gamma1[3]", "scale[1]", "frequency[1,2]", "phase[0,1]", "periodic[1,3,2]", "periodic_bias[1,3]", "embedding1[3,2]", "W2[1,1]" })
        {
            JsonElement explanation = Json("explain", "m.st", "d.csv", "--row", "3", "--parameter", parameter, "--format", "json");
            Assert.True(explanation.GetProperty("agrees").GetBoolean(), parameter);
            Assert.NotEqual(0, explanation.GetProperty("derivative").GetDouble());
            foreach (string format in new[] { "text", "markdown", "latex" })
            {
                Assert.Contains("they agree", Run("explain", "m.st", "d.csv", "--row", "3", "--parameter", parameter, "--format", format).Out);
            }
        }
    }

    [Theory]
    [InlineData("gradient")]
    [InlineData("check")]
    [InlineData("explain", "--row", "1", "--parameter", "embedding1[0,0]")]
    [InlineData("predict")]
    public void WhatIsNoCodeIsRefused(string command, params string[] more)
    {
        Write("0,7,2,3,4");
        (int code, _, string errors) = Run([command, "m.st", "d.csv", .. more]);
        Assert.Equal(3, code);
        Assert.Contains("row 1, feature 2: 7 found, a category code from 0 to 4 expected", errors);
    }

    [Theory]
    [InlineData("scale[2]", "scale has places 0 to 1, found 2")]
    [InlineData("frequency[1]", "of this network gamma1[5], beta1[5]")]
    public void AParameterThatIsNotThereIsRefused(string parameter, string message)
    {
        Write("0,1,2,3,4");
        (int code, _, string errors) = Run("explain", "m.st", "d.csv", "--row", "0", "--parameter", parameter);
        Assert.Equal(2, code);
        Assert.Contains(message, errors.Replace("scale[1], frequency[1,2], phase[1,2], periodic[1,3,2], periodic_bias[1,3], embedding1[4,2], ", "", StringComparison.Ordinal));
    }

    private void Write(string codes)
    {
        var network = new NetworkDefinition(new InputDefinition(2, [new(5, 3)], true, new(3, 4, 0.5)), NetworkDefinition.ParseLayers("6:tanh,layer_norm-3:softmax"));
        new ModelFile<float>(new(network, Initializer.PyTorch, seed: 3)).Write(At("m.st"));
        IEnumerable<string> rows = codes.Split(',').Select((code, row) => string.Create(CultureInfo.InvariantCulture, $"{0.5 * row},{1.25 - row},{code},{row % 3}"));
        File.WriteAllText(At("d.csv"), $"a,b,c,y\n{string.Join('\n', rows)}\n");
    }
}
