using System.Text.Json;
using Backprop.Activations;
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Tests.Oracles;

namespace Backprop.Tests;

/// <summary>Five published worked examples of back propagation, every number.</summary>
public class WorkedExamplesTests
{
    public static TheoryData<int> Cases => [0, 1, 2, 3, 4];

    [Theory]
    [MemberData(nameof(Cases))]
    public void EveryNumberIsReproduced(int index)
    {
        using JsonDocument file = Golden.Open("worked-examples.json");
        JsonElement cases = file.RootElement.GetProperty("cases");
        Assert.Equal(5, cases.GetArrayLength());
        JsonElement example = cases[index], expected = example.GetProperty("expected"), layers = example.GetProperty("layers");
        double[] input = Golden.Numbers(example.GetProperty("input")), target = Golden.Numbers(example.GetProperty("target"));
        var definition = new NetworkDefinition(
            input.Length,
            layers.EnumerateArray().Select(layer => new LayerDefinition(layer.GetProperty("biases").GetArrayLength(), ActivationFunction.Create(layer.GetProperty("activation").GetString()!))),
            Loss.Create(example.GetProperty("loss").GetString()!));
        var network = new Network<double>(definition);
        for (int l = 0; l < network.Layers.Length; l++)
        {
            network.Layers[l].SetWeights(Golden.Numbers(layers[l].GetProperty("weights")));
            network.Layers[l].SetBiases(Golden.Numbers(layers[l].GetProperty("biases")));
        }

        var data = new Dataset<double>(1, input.Length, input, Targets<double>.Values(target, target.Length));
        Gradient<double> gradient = Backpropagation.Gradient(network, data);
        Golden.Near([expected.GetProperty("loss").GetDouble()], [gradient.Loss], 1e-12, "loss");
        for (int layer = 1; layer <= network.Layers.Length; layer++)
        {
            // p_ℓ and x_ℓ are the outputs of the network cut off after layer ℓ, without and with its activation
            Golden.Near(Golden.Numbers(expected.GetProperty("pre_activations")[layer - 1]), new Predictor<double>(CutNetwork(network, layer, "identity")).Predict(input), 1e-12, $"p{layer}");
            Golden.Near(Golden.Numbers(expected.GetProperty("activations")[layer - 1]), new Predictor<double>(CutNetwork(network, layer, definition.Layers[layer - 1].Activation.Name)).Predict(input), 1e-12, $"x{layer}");
            Golden.Near(Golden.Numbers(expected.GetProperty("deltas")[layer - 1]), gradient.BiasGradients(layer), 1e-12, $"δ{layer}");
            Golden.Near(Golden.Numbers(expected.GetProperty("weight_gradients")[layer - 1]), gradient.WeightGradients(layer), 1e-12, $"∂W{layer}");
            for (int o = 0; o < network.Layers[layer - 1].Outputs; o++)
            {
                for (int i = 0; i < network.Layers[layer - 1].Inputs; i++)
                {
                    double unrolled = UnrolledDerivative.Derive(network, data, 0, new(layer, o, i)).Derivative;
                    Golden.Near([gradient.WeightGradients(layer)[(o * network.Layers[layer - 1].Inputs) + i]], [unrolled], 1e-12, $"W{layer}[{o},{i}]");
                }
            }
        }

        double rate = example.GetProperty("learning_rate").GetDouble();
        bool updateBiases = example.GetProperty("update_biases").GetBoolean();
        for (int layer = 1; layer <= network.Layers.Length; layer++)
        {
            DenseLayer<double> dense = network.Layers[layer - 1];
            dense.SetWeights([.. dense.GetWeights().Zip(gradient.WeightGradients(layer), (w, g) => w - (rate * g))]);
            if (updateBiases)
            {
                dense.SetBiases([.. dense.GetBiases().Zip(gradient.BiasGradients(layer), (b, g) => b - (rate * g))]);
            }
        }

        Golden.Near([expected.GetProperty("loss_after_one_update").GetDouble()], [Backpropagation.Gradient(network, data).Loss], 1e-12, "loss after one update");
    }

    private static Network<double> CutNetwork(Network<double> network, int layer, string activation)
    {
        var definition = new NetworkDefinition(network.Definition.Inputs, [.. network.Definition.Layers.Take(layer - 1), new(network.Definition.Layers[layer - 1].Units, ActivationFunction.Create(activation))]);
        var cut = new Network<double>(definition);
        for (int l = 0; l < layer; l++)
        {
            cut.Layers[l].SetWeights(network.Layers[l].GetWeights());
            cut.Layers[l].SetBiases(network.Layers[l].GetBiases());
        }

        return cut;
    }
}
