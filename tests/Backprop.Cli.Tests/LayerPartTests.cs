using System.Text.Json;

namespace Backprop.Cli.Tests;

/// <summary>A network with norms, a residual layer and dropout through every command.</summary>
public sealed class LayerPartTests : Tool
{
    private const string Network = "32:relu,batch_norm-32:silu,layer_norm,residual,dropout(0.1)";

    [Fact]
    public void EveryCommandTakesIt()
    {
        JsonElement train = Json("train", "builtin:iris", "--network", Network, "--epochs", "20", "--learning-rate", "0.005", "--json", "--quiet", "-o", "m.st");
        Assert.Equal("4-32:relu,batch_norm-32:silu,layer_norm,residual,dropout(0.1)-3:softmax", train.GetProperty("network").GetString());
        Assert.Equal((4 * 32) + 32 + 64 + (32 * 32) + 32 + 64 + (32 * 3) + 3, train.GetProperty("parameters").GetInt32());
        Assert.InRange(train.GetProperty("validation").GetProperty("accuracy").GetDouble(), 0.8, 1);
        Assert.InRange(Json("evaluate", "m.st", "builtin:iris", "--json").GetProperty("metrics").GetProperty("accuracy").GetDouble(), 0.8, 1);
        Assert.Equal(151, Run("predict", "m.st", "builtin:iris").Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        JsonElement summary = Json("summary", "m.st", "--json");
        Assert.Equal(["layer_norm", "dropout(0.1)", "residual"], summary.GetProperty("layers")[1].GetProperty("parts").EnumerateArray().Select(part => part.GetString()));
        Assert.Equal((4 * 32) + 32 + 64, summary.GetProperty("layers")[0].GetProperty("parameters").GetInt32());
        Assert.Equal(4 * (train.GetProperty("parameters").GetInt32() + 64), summary.GetProperty("bytes").GetInt32()); // and the running statistics

        Assert.Contains("‖∂gamma‖", Run("gradient", "m.st", "builtin:iris", "-o", "g.st").Out);
        Assert.True(File.Exists(At("g.st")));
        double running = Json("gradient", "m.st", "builtin:iris", "--json").GetProperty("loss").GetDouble();
        double ofBatch = Json("gradient", "m.st", "builtin:iris", "--json", "--batch-statistics").GetProperty("loss").GetDouble();
        Assert.True(running != ofBatch);
        foreach (string[] more in new string[][] { [], ["--batch-statistics"], ["--precision", "float"] })
        {
            Assert.True(Json(["check", "m.st", "builtin:iris", "--json", "--sample", "100", .. more]).GetProperty("agrees").GetBoolean());
        }

        foreach (string parameter in new[] { "W1[0,1]", "b1[31]", "gamma1[3]", "beta1[0]", "W2[3,5]", "gamma2[31]", "beta2[0]", "W3[1,1]" })
        {
            JsonElement explanation = Json("explain", "m.st", "builtin:iris", "--row", "7", "--parameter", parameter, "--format", "json");
            Assert.True(explanation.GetProperty("agrees").GetBoolean(), parameter);
            Assert.Equal(explanation.GetProperty("derivative").GetDouble(), Product(explanation.GetProperty("factors")), 1e-12);

            JsonElement batch = Json("explain", "m.st", "builtin:iris", "--batch-statistics", "--rows", "6", "--parameter", parameter, "--json");
            Assert.True(batch.GetProperty("agrees").GetBoolean(), parameter);
            Assert.Equal(6, batch.GetProperty("rows").GetInt32());
        }

        Assert.Contains("16 of 150 rows", Run("explain", "m.st", "builtin:iris", "--batch-statistics", "--parameter", "gamma1[3]").Error);
        foreach ((string[] more, string message) in new (string[], string)[]
        {
            (["--batch-statistics", "--row", "0"], "--row and --batch-statistics do not go together"),
            (["--row", "0", "--rows", "3"], "--rows says how many rows are the batch"),
            (["--batch-statistics", "--rows", "0"], "--rows must be at least 1, found 0"),
            ([], "--row is missing"),
        })
        {
            (int code, _, string errors) = Run(["explain", "m.st", "builtin:iris", "--parameter", "W1[0,0]", .. more]);
            Assert.Equal(2, code);
            Assert.Contains(message, errors);
        }

        Json("train", "builtin:iris", "--from", "m.st", "--epochs", "1", "--json", "--quiet", "-o", "again.st");
        Assert.Equal(0, Run("check", "--network", "3-4:tanh,batch_norm-4:silu,layer_norm,residual-2:softmax", "--all").Code);
    }

    [Theory]
    [InlineData("6:tanh,group_norm", "group_norm")]
    [InlineData("6:tanh,layer_norm,batch_norm", "a layer cannot have both layer_norm and batch_norm")]
    [InlineData("6:tanh-5:tanh,residual", "a residual layer is as wide as the one before it: 5 units found, 6 expected")]
    [InlineData("6:tanh,layer_norm(0)", "epsilon must be above 0, found 0")]
    [InlineData("6:tanh,dropout(1)", "dropout must be at least 0 and below 1, found 1")]
    public void WhatIsNoLayerIsRefused(string network, string message)
    {
        (int code, _, string errors) = Run("train", "builtin:iris", "--network", network, "--quiet");
        Assert.Equal(2, code);
        Assert.Contains(message, errors);
    }

    [Fact]
    public void AParameterThatIsNotThereIsRefused()
    {
        Json("train", "builtin:iris", "--network", "6:tanh-6:tanh,layer_norm", "--epochs", "1", "--json", "--quiet", "-o", "m.st");
        (int code, _, string errors) = Run("explain", "m.st", "builtin:iris", "--row", "0", "--parameter", "gamma1[0]");
        Assert.Equal(2, code);
        Assert.Contains("layer 1 has no gamma, but W1, b1", errors);
    }

    [Theory]
    [InlineData("17", true)] // 120 = 7 · 17 + 1
    [InlineData("1", true)]
    [InlineData("16", false)]
    public void ABatchOfOneRowIsSaidToTeachABatchNormLittle(string batch, bool isSaid)
    {
        string[] warnings(string network) =>
            [.. Json("train", "builtin:iris", "--network", network, "--batch-size", batch, "--epochs", "1", "--json", "--quiet", "-o", "m.st").GetProperty("warnings").EnumerateArray().Select(warning => warning.ToString())];
        Assert.Equal(isSaid, warnings("8:tanh,batch_norm").Any(warning => warning.Contains("one row", StringComparison.Ordinal)));
        Assert.DoesNotContain(warnings("8:tanh,layer_norm"), warning => warning.Contains("one row", StringComparison.Ordinal));
    }

    [Fact]
    public void AStepTakesSeveralBatches()
    {
        string[] what = ["train", "builtin:iris", "--network", "8:tanh", "--optimizer", "sgd", "--precision", "double", "--epochs", "3", "--validation", "0", "--json", "--quiet"];
        JsonElement pieces = Json([.. what, "--batch-size", "10", "--accumulate", "4", "-o", "a.st", "--checkpoint", "ck"]), whole = Json([.. what, "--batch-size", "40", "-o", "b.st"]);
        Assert.Equal(12, pieces.GetProperty("steps").GetInt32());
        Assert.Equal(whole.GetProperty("steps").GetInt32(), pieces.GetProperty("steps").GetInt32());
        Assert.Equal(whole.GetProperty("loss").GetDouble(), pieces.GetProperty("loss").GetDouble(), 1e-12);
        Assert.Equal(4, Json("summary", "a.st", "--json").GetProperty("training").GetProperty("accumulate").GetInt32());
        Assert.Equal(pieces.GetProperty("sha256").GetString(), Json("train", "--resume", "ck", "--json", "--quiet", "-o", "c.st").GetProperty("sha256").GetString());
        (int code, _, string errors) = Run("train", "builtin:iris", "--accumulate", "0", "--quiet");
        Assert.Equal(2, code);
        Assert.Contains("accumulate must be at least 1, found 0", errors);
    }

    /// <summary>The factors multiplied from left to right, as cli.md says.</summary>
    private static double Product(JsonElement factors)
    {
        double[] row = [];
        foreach (JsonElement factor in factors.EnumerateArray())
        {
            JsonElement values = factor.GetProperty("values");
            double[] Vector() => [.. values.EnumerateArray().Select(value => value.GetDouble())];
            row = factor.GetProperty("role").GetString() switch
            {
                "loss_gradient" or "delta" => Vector(),
                "diagonal" => [.. row.Zip(Vector(), (a, b) => a * b)],
                "column" => [row.Zip(Vector(), (a, b) => a * b).Sum()],
                "slope" or "input" => [row[0] * values.GetDouble()],
                _ => [.. values.EnumerateArray().Select((line, r) => line.EnumerateArray().Select(value => value.GetDouble() * row[r]).ToArray()).Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)])],
            };
        }

        return Assert.Single(row);
    }

    [Fact]
    public void ALongNetworkIsWrittenWhole()
    {
        string network = string.Join('-', Enumerable.Repeat("12:leaky_relu(0.01),layer_norm,residual,dropout(0.1)", 9).Prepend("12:tanh"));
        Json("train", "builtin:iris", "--network", network, "--epochs", "1", "--json", "--quiet", "-o", "m.st");
        string[] lines = Run("summary", "m.st").Out.Split('\n');
        Assert.Contains($"4-{network}-3:softmax", string.Concat(lines.TakeWhile(line => !line.Contains('│') && !line.Contains('╭') && !line.Contains('┌')).Select(line => line.Trim())));
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 160));
    }

    [Theory]
    [InlineData("6:tanh-5:tanh,residual")]
    [InlineData("6:tanh,layer_norm(0)")]
    [InlineData("6:tanh,dropout")]
    [InlineData("6:tanh,layer_norm,batch_norm")]
    public void APartThatCannotBeNamesItsOption(string network)
    {
        (int code, _, string errors) = Run("train", "builtin:iris", "--network", network, "--quiet");
        Assert.Equal(2, code);
        Assert.Contains("; --network", errors);
    }

    [Fact]
    public void ABatchNormAndAMeanOfWeightsGoTogether()
    {
        Json("train", "builtin:iris", "--network", "12:tanh,batch_norm", "--learning-rate", "0.01", "--epochs", "20", "--average", "swa", "--json", "--quiet", "-o", "m.st");
        Assert.InRange(Json("evaluate", "m.st", "builtin:iris", "--json").GetProperty("metrics").GetProperty("accuracy").GetDouble(), 0.8, 1);
    }

    [Theory]
    [InlineData("40 --early-stopping 1", true)] // stops long before epoch 31
    [InlineData("8 --validation 0", false)]
    public void AMeanThatNeverBeganIsSaid(string options, bool isSaid)
    {
        string[] warnings = [.. Json(
            ["train", "builtin:iris", "--network", "3:tanh", "--learning-rate", "0.5", "--average", "swa", "--json", "--quiet", "-o", "m.st", "--epochs", .. options.Split(' ')]).GetProperty("warnings").EnumerateArray().Select(warning => warning.ToString())];
        Assert.True(isSaid == warnings.Any(warning => warning.Contains("swa takes the mean over the epochs from 31 to 40", StringComparison.Ordinal)), string.Join("; ", warnings));
    }
}
