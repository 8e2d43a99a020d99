using System.Globalization;
using System.Text.Json;
using Backprop.Activations;
using Backprop.Cli.Commands;
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Losses;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Tests.Oracles;

namespace Backprop.Cli.Tests;

/// <summary>The explain command as its users run it.</summary>
public sealed class ExplainTests : Tool
{
    public static TheoryData<int> Cases => [0, 1, 2, 3, 4];

    /// <summary>The published worked examples: a weight and a bias of every layer through the command, all others through the library it stands on.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void TheWorkedExamplesAreReproduced(int index)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "worked-examples.json")));
        JsonElement example = file.RootElement.GetProperty("cases")[index], expected = example.GetProperty("expected"), layers = example.GetProperty("layers");
        double[] input = Numbers(example.GetProperty("input")), target = Numbers(example.GetProperty("target"));
        var network = new Network<double>(new(
            input.Length,
            layers.EnumerateArray().Select(layer => new LayerDefinition(layer.GetProperty("biases").GetArrayLength(), ActivationFunction.Create(layer.GetProperty("activation").GetString()!))),
            Loss.Create(example.GetProperty("loss").GetString()!)));
        for (int l = 0; l < network.Layers.Length; l++)
        {
            network.Layers[l].SetWeights(Numbers(layers[l].GetProperty("weights")));
            network.Layers[l].SetBiases(Numbers(layers[l].GetProperty("biases")));
        }

        new ModelFile<double>(network).Write(At("m.st"));
        string[] names = [.. target.Select((_, t) => $"t{t}")];
        Write("d.csv", $"{string.Join(',', input.Select((_, x) => $"x{x}").Concat(names))}\n{Line(input, target)}\n{Line(input, target)}\n");
        var data = new Dataset<double>(1, input.Length, input, Targets<double>.Values(target, target.Length));
        for (int layer = 1; layer <= network.Layers.Length; layer++)
        {
            double[] weights = Numbers(expected.GetProperty("weight_gradients")[layer - 1]), deltas = Numbers(expected.GetProperty("deltas")[layer - 1]);
            int inputs = network.Layers[layer - 1].Inputs;
            for (int n = 0; n < weights.Length; n++)
            {
                Near(weights[n], Explanation.Of(network, data, 0, new(layer, n / inputs, n % inputs)).Derivative);
            }

            foreach (string parameter in new[] { $"W{layer}[{deltas.Length - 1},{inputs - 1}]", $"b{layer}[0]" })
            {
                JsonElement json = Json("explain", "m.st", "d.csv", "--target", string.Join(',', names), "--row", "1", "--parameter", parameter, "--json");
                double known = parameter[0] == 'W' ? weights[^1] : deltas[0];
                foreach (string way in new[] { "derivative", "backpropagation" })
                {
                    Near(known, json.GetProperty(way).GetDouble());
                }

                Near(expected.GetProperty("loss").GetDouble(), json.GetProperty("loss").GetDouble());
                Assert.Equal((parameter, 1), (json.GetProperty("parameter").GetString(), json.GetProperty("row").GetInt32()));
                Assert.InRange(json.GetProperty("difference").GetDouble(), 0, 1e-8);
            }
        }
    }

    [Fact]
    public void EveryFormatGoesToAFileOrToStandardOutput()
    {
        Model("3-4:leaky_relu-3:softmax");
        string[] command = ["explain", "m.st", "d.csv", "--target", "t", "--row", "0", "--parameter", "W1[3,2]"];
        foreach ((string format, string begin, string end) in new[]
        {
            ("text", "∂L/∂W1[3,2]: the loss of row 0", ": they agree\n"),
            ("markdown", "# The derivative by W1[3,2]\n", ": they agree.\n"),
            ("latex", "\\documentclass", "\\end{document}\n"),
            ("json", "{\"parameter\":\"W1[3,2]\",\"row\":0,\"loss\":", "}\n"),
        })
        {
            (int code, string output, string error) = Run([.. command, "--format", format]);
            Assert.Equal((0, ""), (code, error));
            Assert.StartsWith(begin, output);
            Assert.EndsWith(end, output);
            Assert.DoesNotContain('\u001b', output);
            (code, string nothing, _) = Run([.. command, "--format", format, "-o", "out"]);
            Assert.Equal((0, ""), (code, nothing));
            Assert.Equal(output, File.ReadAllText(At("out")));
        }

        string[] lines = Run(command).Out.TrimEnd('\n').Split('\n');
        Assert.Matches("^recursion .+, back propagation .+ apart\\), numerical derivative .+: they agree$", lines[^1]);
        Assert.Equal(Run([.. command, "--format", "json"]).Out, Run([.. command, "--json"]).Out);
        Assert.Equal(0, Run([.. command, "--precision", "float"]).Code);
    }

    [Fact]
    public void TheReadmeShowsWhatIsPrinted()
    {
        string[] readme = File.ReadAllLines(Repository.At("README.md"));
        int at = Array.FindIndex(readme, line => line.StartsWith("    $ backprop explain", StringComparison.Ordinal));
        string[] Command(string line) => [.. line.Trim().Split(' ').Skip(2).Select(word => word.Trim('\''))];
        Assert.Equal(0, Run(Command(readme[at - 1])).Code);
        string[] lines = Run(Command(readme[at])).Out.Split('\n');
        for (int n = 0; !readme[at + 1 + n].EndsWith("[…]", StringComparison.Ordinal); n++)
        {
            Assert.Equal(readme[at + 1 + n].TrimStart(), lines[n].TrimStart());
        }
    }

    [Fact]
    public void ColumnsAndClassesHaveTheirNames()
    {
        Assert.Equal(0, Run("train", "builtin:iris", "--network", "5:tanh", "--epochs", "1", "--quiet", "-o", "iris.st").Code);
        string[] Explain(string parameter) => ["explain", "iris.st", "builtin:iris", "--row", "0", "--parameter", parameter];
        Assert.Contains("the weight from input 1 (sepal_width) to unit 2 of layer 1\n", Run(Explain("W1[2,1]")).Out, StringComparison.Ordinal);
        Assert.Contains("the bias of unit 2 of layer 2 (virginica)", Run(Explain("b2[2]")).Out, StringComparison.Ordinal);
        Assert.Equal("sepal_width", Json([.. Explain("W1[2,1]"), "--json"]).GetProperty("from").GetString());
        Assert.Equal("virginica", Json([.. Explain("W2[2,1]"), "--json"]).GetProperty("to").GetString());
        Assert.False(Json([.. Explain("W1[2,1]"), "--json"]).TryGetProperty("to", out _));
    }

    [Fact]
    public void ArraysGiveTheRowThatTheTableGives()
    {
        Assert.Equal(0, Run("train", "builtin:iris", "--epochs", "2", "--quiet", "-o", "iris.st").Code);
        string[] cells = ["5.1,3.5,1.4,0.2", "6,2.2,5,1.5", "6.3,3.3,4.7,1.6"];
        Write("table.csv", $"sepal_length,sepal_width,petal_length,petal_width,species\n{cells[0]},setosa\n{cells[1]},virginica\n{cells[2]},versicolor\n");
        File.WriteAllBytes(At("X.npy"), Npy<double>("<f8", "(3, 4)", [.. cells.SelectMany(line => line.Split(',')).Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))]));
        File.WriteAllBytes(At("y.npy"), Npy<long>("<i8", "(3,)", [0, 2, 1]));
        for (int row = 0; row < 3; row++)
        {
            string[] what = ["--row", $"{row}", "--parameter", "b1[4]", "--json"];
            JsonElement table = Json(["explain", "iris.st", "table.csv", .. what]);
            Assert.Equal(table.ToString(), Json(["explain", "iris.st", "X.npy,y.npy", .. what]).ToString());
            Assert.Equal(row, table.GetProperty("row").GetInt32());
        }

        Assert.Contains("row 3 does not exist, 0 to 2 do", Run("explain", "iris.st", "X.npy,y.npy", "--row", "3", "--parameter", "b1[4]").Error);
    }

    [Theory]
    [InlineData(2, "--parameter is missing", "--row", "0")]
    [InlineData(2, "--row is missing", "--parameter", "b1[0]")]
    [InlineData(2, "--row: 'x' found, a whole number expected", "--row", "x", "--parameter", "b1[0]")]
    [InlineData(2, "parameter 'W1(0,0)': expected a weight such as W2[3,5] or a bias such as b2[3]", "--row", "0", "--parameter", "W1(0,0)")]
    [InlineData(2, "expected a weight", "--row", "0", "--parameter", "W1[0]")]
    [InlineData(2, "expected a weight", "--row", "0", "--parameter", "b1[0,0]")]
    [InlineData(2, "expected a weight", "--row", "0", "--parameter", "W1[-1,0]")]
    [InlineData(2, "expected a weight", "--row", "0", "--parameter", "")]
    [InlineData(2, "'W3[0,0]': the network has layers 1 to 2, found 3", "--row", "0", "--parameter", "W3[0,0]")]
    [InlineData(2, "'W1[300,0]': layer 1 has units 0 to 3, found 300", "--row", "0", "--parameter", "W1[300,0]")]
    [InlineData(2, "'W1[0,3]': the network has inputs 0 to 2, found 3", "--row", "0", "--parameter", "W1[0,3]")]
    [InlineData(2, "did you mean 'latex'", "--row", "0", "--parameter", "b1[0]", "--format", "latx")]
    [InlineData(2, "give --json or --format latex", "--row", "0", "--parameter", "b1[0]", "--format", "latex", "--json")]
    [InlineData(3, "'d.csv': row 2 does not exist, 0 to 1 do", "--row", "2", "--parameter", "b1[0]")]
    [InlineData(3, "row -1 does not exist", "--row", "-1", "--parameter", "b1[0]")]
    [InlineData(3, "the folder", "--row", "0", "--parameter", "b1[0]", "-o", "no/such/file")]
    public void MistakesAreNamed(int expected, string part, params string[] options)
    {
        Model("3-4:tanh-3:softmax");
        (int code, string output, string error) = Run(["explain", "m.st", "d.csv", "--target", "t", .. options]);
        Assert.Contains(part, error);
        Assert.DoesNotContain("   at ", error);
        Assert.Equal((expected, ""), (code, output));
    }

    [Fact]
    public void ADisagreementIsExitCodeOne()
    {
        // in float the difference of the two products is lost in their rounding; the recursion, in double, keeps it
        var network = new Network<double>(NetworkDefinition.Parse("2-1:tanh-1", Loss.Create("squared_error")));
        network.Layers[0].SetWeights([1e7 / 3, -1e7 / 3]);
        network.Layers[1].SetWeights([1]);
        new ModelFile<double>(network).Write(At("m.st"));
        Write("d.csv", "a,b,y\n1.00000007,1,3\n");
        string[] command = ["explain", "m.st", "d.csv", "--row", "0", "--parameter", "b1[0]"];
        Assert.Equal(0, Run(command).Code);
        (int code, string output, string error) = Run([.. command, "--precision", "float"]);
        Assert.Equal((1, ""), (code, error));
        Assert.EndsWith(": they do NOT agree\n", output);
    }

    [Fact]
    public void ABrokenBackwardPassIsExitCodeOne()
    {
        var network = new Network<double>(NetworkDefinition.Parse("2-3:tanh-1"), Initializer.PyTorch, 1);
        var row = new Dataset<double>(1, 2, [1, 2], Targets<double>.Values([3], 1));
        var broken = Explanation.OfOnly(network, row, 0, new(1, 0, 0), (net, only) => Backpropagation.Gradient(net, new Dataset<double>(1, 2, [1, 2], Targets<double>.Values([4], 1))));
        Assert.Equal(Explanation.Of(network, row, 0, new(1, 0, 0)).Derivative, broken.Derivative);
        Assert.Equal(ExitCode.CheckFailed, ExplainCommand.Report(broken, "text", At("out")));
        Assert.EndsWith(": they do NOT agree\n", File.ReadAllText(At("out")));
    }

    /// <summary>A model of three inputs and three classes, and two rows for it.</summary>
    private void Model(string specification)
    {
        new ModelFile<double>(new(NetworkDefinition.Parse(specification), Initializer.PyTorch, 3)).Write(At("m.st"));
        Write("d.csv", "x0,x1,x2,t\n0.5,-1,2,0\n1,1,-0.25,2\n");
    }

    private static string Line(double[] input, double[] target) => string.Join(',', input.Concat(target).Select(value => value.ToString("R", CultureInfo.InvariantCulture)));

    private static double[] Numbers(JsonElement element) => element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray().SelectMany(Numbers)] : [element.GetDouble()];

    private static void Near(double expected, double actual) => Assert.InRange(GradientCheck.Difference(expected, actual), 0, 1e-12);
}
