using System.Text.Json;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Tests.Oracles;
using Backprop.Training;

namespace Backprop.Tests;

/// <summary>Norms, residual layers and inputs beside PyTorch's in float64 (tests/Fixtures/make_parts.py).</summary>
public class GoldenPartsTests
{
    [Fact]
    public void LossesAndGradientsArePyTorchs()
    {
        using JsonDocument file = Golden.Open("golden-parts.json.gz");
        int count = 0, ofInputs = 0;
        foreach (JsonElement golden in file.RootElement.GetProperty("networks").EnumerateArray())
        {
            Network<double> network = Network(golden);
            Dataset<double> data = Data(golden, network.Definition);
            foreach ((string key, bool batchStatistics) in new[] { ("running", false), ("batch", true) })
            {
                JsonElement expected = golden.GetProperty(key);
                foreach (VectorPath path in VectorPaths.Available)
                {
                    string name = $"{network.Definition}, {key}, {path}";
                    Gradient<double> gradient = Backpropagation.Gradient(network, data, toInput: false, path, batchStatistics: batchStatistics);
                    Golden.Near([expected.GetProperty("loss").GetDouble()], [gradient.Loss], 1e-12, $"{name} loss");
                    foreach (ParameterBlock<double> block in network.Blocks.Where(block => block.IsTrained))
                    {
                        Golden.Near(Golden.Numbers(expected.GetProperty("gradients").GetProperty(block.Name)), gradient.Of(block), 1e-12, $"{name} ∂{block.Symbol}");
                    }
                }
            }

            count++;
            ofInputs += network.Definition.Input is null ? 0 : 1;
        }

        Assert.True(count >= 40 && ofInputs >= 20);
    }

    [Fact]
    public void FiftyStepsArePyTorchs()
    {
        using JsonDocument file = Golden.Open("golden-parts.json.gz");
        foreach (JsonElement run in file.RootElement.GetProperty("runs").EnumerateArray())
        {
            Network<double> network = Network(run);
            Dataset<double> data = Data(run, network.Definition);
            JsonElement options = run.GetProperty("options");
            double rate = options.GetProperty("lr").GetDouble();
            string name = run.GetProperty("optimizer").GetString()!;
            double? Option(string key) => options.TryGetProperty(key, out JsonElement option) ? option.GetDouble() : null;
            var optimizer = Optimizer.Create(name, new() { LearningRate = rate, Momentum = Option("momentum"), Epsilon = Option("eps") });
            using var step = new TrainingStep<double>(network, optimizer, 16);
            for (int n = 0; n < 50; n++)
            {
                int first = 16 * (n % 3);
                step.Run(data, RowPermutation.FileOrder(data.Rows), first, Math.Min(16, data.Rows - first), rate);
                if (run.GetProperty("after").TryGetProperty($"{n + 1}", out JsonElement after))
                {
                    foreach (ParameterBlock<double> block in network.Blocks)
                    {
                        Golden.Near(Golden.Numbers(after.GetProperty(block.Name)), block.Get(), 1e-10, $"{network.Definition}, {name}, step {n + 1}, {block.Name}");
                    }
                }
            }
        }
    }

    private static Network<double> Network(JsonElement golden)
    {
        string specification = golden.GetProperty("network").GetString()!, layers = specification[(specification.IndexOf('-', StringComparison.Ordinal) + 1)..];
        JsonElement input = golden.GetProperty("input");
        var network = new Network<double>(input.ValueKind == JsonValueKind.Null ? NetworkDefinition.Parse(specification) : new(InputJson.Read(input), NetworkDefinition.ParseLayers(layers)));
        foreach (ParameterBlock<double> block in network.Blocks)
        {
            block.Set(Golden.Numbers(golden.GetProperty("tensors").GetProperty(block.Name)));
        }

        return network;
    }

    private static Dataset<double> Data(JsonElement golden, NetworkDefinition definition)
    {
        double[] x = Golden.Numbers(golden.GetProperty("x"));
        return new(x.Length / definition.Inputs, definition.Inputs, x, Targets<double>.Values(Golden.Numbers(golden.GetProperty("t")), definition.TargetCount));
    }
}
