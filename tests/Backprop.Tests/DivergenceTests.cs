using Backprop.Data;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Tests.Oracles;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>A number that is not finite stops training within the step that meets it, whatever loss, activation and kind of step would hide it.</summary>
public class DivergenceTests(ITestOutputHelper output)
{
    [Fact]
    public void NaNAndInfinityInAnyLayerStopWithinOneStep()
    {
        int planted = 0;
        foreach (string loss in BuiltIn.Losses)
        {
            foreach (string activation in BuiltIn.Activations.Where(name => Activations.ActivationFunction.Create(name).IsElementwise))
            {
                foreach ((bool narrow, double? clip, string optimizer) in new (bool, double?, string)[] { (false, null, "sgd"), (true, null, "adam"), (false, 1.0, "sgd"), (true, 1.0, "lion") })
                {
                    foreach (float bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
                    {
                        for (int layer = 1; layer <= 3; layer++)
                        {
                            foreach (bool bias in new[] { false, true })
                            {
                                Network<float> network = Make(activation, loss);
                                if (bias)
                                {
                                    network.Layers[layer - 1].SetBias(0, bad);
                                }
                                else
                                {
                                    network.Layers[layer - 1].SetWeight(0, 1, bad);
                                }

                                string what = $"{bad} in {(bias ? 'b' : 'W')}{layer} of {network.Definition}, {loss}, {(narrow ? "samples" : "units")} in lanes, clip {clip}, {optimizer}";
                                using var step = new TrainingStep<float>(network, Optimizer.Create(optimizer), 16, new() { Narrow = narrow, ClipNorm = clip });
                                DivergenceException? error = Record.Exception(() => step.Run(Data(network.Definition), RowPermutation.FileOrder(16), 0, 16, 1e-3)) as DivergenceException;
                                Assert.True(error is not null, $"{what}: not noticed");
                                Assert.True(error.Step == 1, $"{what}: {error.Message}");
                                Assert.True(error.Layer >= layer || !float.IsNaN(bad), $"{what}: {error.Message}");
                                Assert.Contains($"layer {error.Layer}", error.Message);
                                planted++;
                            }
                        }
                    }
                }
            }
        }

        output.WriteLine($"{planted} planted, all noticed in the step that met them");
    }

    [Fact]
    public void DataWithNaNAreRefusedWithRowAndFeature() =>
        Assert.Contains("row 11, feature 0: NaN", Assert.Throws<DataException>(() => Data(Make("tanh", "squared_error").Definition, badRow: 11)).Message);

    private static Network<float> Make(string activation, string loss)
    {
        string output = loss is "cross_entropy" ? "softmax" : loss is "binary_cross_entropy" ? "sigmoid" : "identity";
        return new(NetworkDefinition.Parse($"3-5:{activation}-4:{activation}-4:{output}", Loss.Create(loss)), Initializer.Parse("glorot_normal"), 3);
    }

    private static Dataset<float> Data(NetworkDefinition definition, int badRow = -1)
    {
        var random = new CounterRandom(4, 4);
        float[] x = [.. Enumerable.Range(0, 16 * definition.Inputs).Select(n => (float)random.Uniform((ulong)n) + 0.1f)];
        if (badRow >= 0)
        {
            x[badRow * definition.Inputs] = float.NaN;
        }

        Targets<float> targets = definition.Loss.Name == "hinge"
            ? Targets<float>.Classes([.. Enumerable.Range(0, 16).Select(row => row % definition.Outputs)], definition.Outputs)
            : Targets<float>.Values([.. Enumerable.Range(0, 16 * definition.TargetCount).Select(n => (float)random.Uniform(1000 + (ulong)n))], definition.TargetCount);
        return new(16, definition.Inputs, x, targets);
    }
}
