using System.Text.Json;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Tests.Oracles;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>The outside oracle: PyTorch in float64 (tests/Fixtures/make_golden.py).</summary>
public class GoldenTests
{
    [Fact]
    public void LossesAndGradientsArePyTorchs()
    {
        using JsonDocument file = Golden.Open("golden-networks.json.gz");
        int count = 0;
        var activations = new HashSet<string>(StringComparer.Ordinal);
        var losses = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonElement golden in file.RootElement.EnumerateArray())
        {
            Network<double> network = Golden.Network(golden);
            Dataset<double> data = Golden.Data(golden, network.Definition);
            string name = $"case {count}: {network.Definition} {network.Definition.Loss}";
            foreach ((VectorPath path, bool narrow) in VectorPaths.Available.SelectMany(path => new[] { (path, false), (path, true) }))
            {
                Gradient<double> gradient = Backpropagation.Gradient(network, data, toInput: true, path, narrow);
                Golden.Near([golden.GetProperty("loss").GetDouble()], [gradient.Loss], 1e-12, $"{name} loss");
                for (int layer = 1; layer <= network.Layers.Length; layer++)
                {
                    Golden.Near(Golden.Numbers(golden.GetProperty("weight_gradients")[layer - 1]), gradient.WeightGradients(layer), 1e-12, $"{name} ∂W{layer}");
                    Golden.Near(Golden.Numbers(golden.GetProperty("bias_gradients")[layer - 1]), gradient.BiasGradients(layer), 1e-12, $"{name} ∂b{layer}");
                }

                Golden.Near(Golden.Numbers(golden.GetProperty("input_gradients")), gradient.InputGradients!, 1e-12, $"{name} ∂x");
            }

            activations.UnionWith(network.Definition.Layers.Select(layer => layer.Activation.Name));
            losses.Add(network.Definition.Loss.Name);
            count++;
        }

        Assert.True(count >= 20);
        Assert.Equal(BuiltIn.Activations.Order(), activations.Order());
        Assert.Equal(BuiltIn.Losses.Order(), losses.Order());
    }

    [Fact]
    public void OptimizersTakePyTorchsSteps()
    {
        using JsonDocument file = Golden.Open("golden-optimizers.json.gz");
        JsonElement root = file.RootElement;
        double[] x = Golden.Numbers(root.GetProperty("x"));
        var data = new Dataset<double>(16, 3, x, Targets<double>.Values(Golden.Numbers(root.GetProperty("y")), 2));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonElement run in root.GetProperty("runs").EnumerateArray())
        {
            string name = run.GetProperty("optimizer").GetString()!;
            seen.Add(name);
            Network<double> network = Golden.Network(NetworkDefinition.Parse("3-5:tanh-2"), root.GetProperty("weights"), root.GetProperty("biases"));
            using var step = new TrainingStep<double>(network, Optimizer.Create(name, Options(run.GetProperty("options"))), 16, new()
            {
                ClipNorm = Nullable(run.GetProperty("clip_norm")),
                ClipValue = Nullable(run.GetProperty("clip_value")),
            });
            double rate = Optimizer.Create(name, Options(run.GetProperty("options"))).LearningRate;
            for (int n = 1; n <= 50; n++)
            {
                step.Run(data, RowPermutation.FileOrder(16), 0, 16, rate);
                if (run.GetProperty("after").TryGetProperty($"{n}", out JsonElement after))
                {
                    for (int layer = 1; layer <= 2; layer++)
                    {
                        string what = $"{name} {run.GetProperty("options").GetRawText()} step {n} layer {layer}";
                        Golden.Near(Golden.Numbers(after[2 * (layer - 1)]), network.Layers[layer - 1].GetWeights(), 1e-10, what);
                        Golden.Near(Golden.Numbers(after[(2 * (layer - 1)) + 1]), network.Layers[layer - 1].GetBiases(), 1e-10, what);
                    }
                }
            }
        }

        Assert.Equal(Optimizer.Names, seen.Order(StringComparer.Ordinal));
    }

    private static double? Nullable(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.GetDouble();

    private static OptimizerOptions Options(JsonElement options)
    {
        double? Get(string name) => options.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : null;
        return new()
        {
            LearningRate = Get("learning-rate"),
            WeightDecay = Get("weight-decay"),
            Momentum = Get("momentum"),
            Dampening = Get("dampening"),
            Nesterov = Get("nesterov") is 1 ? true : null,
            Beta1 = Get("beta1"),
            Beta2 = Get("beta2"),
            Epsilon = Get("epsilon"),
            Rho = Get("rho"),
            Amsgrad = Get("amsgrad") is 1 ? true : null,
            Centered = Get("centered") is 1 ? true : null,
        };
    }
}
