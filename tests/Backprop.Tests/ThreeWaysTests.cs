using Backprop.Activations;
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Tests.Oracles;

namespace Backprop.Tests;

/// <summary>math.md's three ways, for every activation with every loss that makes sense.</summary>
public class ThreeWaysTests(ITestOutputHelper output)
{
    [Fact]
    public void EveryPairAgrees()
    {
        int pairs = 0, leftOut = 0;
        long derivatives = 0;
        foreach (string activation in BuiltIn.Activations)
        {
            foreach (string loss in BuiltIn.Losses)
            {
                if (Make(activation, loss) is not { } network)
                {
                    continue;
                }

                GradientCheckResult result = GradientCheck.Run(network, Data(network.Definition, 6, 5), sample: null);
                Assert.True(result.Agrees, $"{activation} with {loss}: {result.WorstOfRecursion:E1} and {result.WorstOfNumerical:E1} at {result.WorstParameter}");
                Assert.True(result.Checked * 2 > result.Parameters, $"{activation} with {loss}: {result.LeftOut.Count} left out");
                Assert.All(result.LeftOut, left => Assert.Contains("kink", left.Why));
                pairs++;
                derivatives += result.Checked;
                leftOut += result.LeftOut.Count;
            }
        }

        output.WriteLine($"{pairs} pairs, {derivatives} derivatives three ways, {leftOut} left out at kinks");
        Assert.True(pairs >= 190, $"{pairs} pairs");
    }

    [Theory]
    [InlineData("1-1:tanh-1", 1)]
    [InlineData("1-1:sigmoid", 3)]
    [InlineData("4-3:softmax", 1)]
    [InlineData("17-33:gelu-16:silu-3", 4)]
    [InlineData("2-270:tanh-1", 2)]
    [InlineData("5-4:tanh-4:tanh-4:tanh-4:tanh-4:tanh-4:tanh-2", 2)]
    public void ShapesAgree(string specification, int rows)
    {
        var network = new Network<double>(NetworkDefinition.Parse(specification), Initializer.Parse("glorot_normal"), 5);
        GradientCheckResult result = GradientCheck.Run(network, Data(network.Definition, 9, rows), sample: null);
        Assert.True(result.Agrees, $"{result.WorstOfRecursion:E1} {result.WorstOfNumerical:E1} {result.WorstParameter}");
        Assert.Equal(result.Parameters, result.Checked);
    }

    [Fact]
    public void AnActivationOfTheUsersOwnIsChecked()
    {
        ActivationFunction cube = ActivationFunction.Custom("cube", p => p * p * p, p => 3 * p * p);
        ActivationFunction wrong = ActivationFunction.Custom("wrong", p => p * p * p, p => 2 * p * p);
        Assert.True(Check(cube).Agrees);
        Assert.False(Check(wrong).Agrees);

        static GradientCheckResult Check(ActivationFunction activation)
        {
            var network = new Network<double>(new(2, [new(5, activation), new(2, ActivationFunction.Parse("identity"))]), Initializer.Parse("lecun_normal"), 1);
            return GradientCheck.Run(network, Data(network.Definition, 4, 3), sample: null);
        }
    }

    [Fact]
    public void ALossOfTheUsersOwnIsChecked()
    {
        Loss Make(double factor) => Loss.Custom(
            "quartic",
            (y, t) => Math.Pow(y[0] - t[0], 4),
            (y, t, gradient) => gradient[0] = factor * Math.Pow(y[0] - t[0], 3));
        Assert.True(Check(Make(4)).Agrees);
        Assert.False(Check(Make(3)).Agrees);

        static GradientCheckResult Check(Loss loss)
        {
            var network = new Network<double>(NetworkDefinition.Parse("2-3:tanh-1", loss), Initializer.Parse("lecun_normal"), 1);
            return GradientCheck.Run(network, Data(network.Definition, 4, 3), sample: null);
        }
    }

    [Fact]
    public void ADerivativeWithinAStepOfAKinkIsNamedAndLeftOut()
    {
        var network = new Network<double>(NetworkDefinition.Parse("1-1:relu-1"));
        network.Layers[0].SetWeight(0, 0, 1);
        network.Layers[0].SetBias(0, -1); // p = 0 for x = 1
        network.Layers[1].SetWeight(0, 0, 1);
        var data = new Dataset<double>(1, 1, [1], Targets<double>.Values([3], 1));
        GradientCheckResult result = GradientCheck.Run(network, data, sample: null);
        Assert.Equal(["W1[0,0]", "b1[0]"], result.LeftOut.Select(left => left.Parameter.ToString()));
        Assert.All(result.LeftOut, left => Assert.Contains("unit 0 of layer 1 is within a step of a kink of relu", left.Why));
    }

    private static Network<double>? Make(string activation, string loss)
    {
        bool elementwise = ActivationFunction.Create(activation).IsElementwise;
        bool needsProbabilities = loss is "cross_entropy" or "binary_cross_entropy";
        if (loss == "binary_cross_entropy" && activation == "log_softmax")
        {
            return null; // logarithms are no probabilities
        }

        string hidden = elementwise ? activation : "tanh";
        string output = needsProbabilities && activation is not ("softmax" or "log_softmax" or "sigmoid") ? (loss == "binary_cross_entropy" ? "sigmoid" : "softmax")
            : activation == "exponential" ? "identity" : activation;
        string second = activation == "exponential" ? "tanh" : hidden;
        return new(NetworkDefinition.Parse($"3-5:{hidden}-4:{second}-4:{output}", Loss.Create(loss)), Initializer.Parse("glorot_normal"), 3);
    }

    private static Dataset<double> Data(NetworkDefinition definition, ulong seed, int rows)
    {
        var random = new CounterRandom(seed, 1);
        double[] x = [.. Enumerable.Range(0, rows * definition.Inputs).Select(n => (2 * random.Uniform((ulong)n)) - 1)];
        double[] t = [.. Enumerable.Range(0, rows * definition.TargetCount).Select(n => random.Uniform(100_000 + (ulong)n))];
        Targets<double> targets = definition.Loss.Name == "hinge"
            ? Targets<double>.Classes([.. Enumerable.Range(0, rows).Select(row => row % definition.Outputs)], definition.Outputs)
            : Targets<double>.Values(t, definition.TargetCount);
        return new(rows, definition.Inputs, x, targets);
    }
}
