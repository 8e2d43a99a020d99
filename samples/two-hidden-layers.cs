#:project ../src/Backprop/Backprop.csproj
// The example of docs/back-propagation.md, every number of it. Change a weight and watch what follows.   dotnet run samples/two-hidden-layers.cs
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Derivations.Formats;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Propagation;

const double LearningRate = 0.5;
var network = new Network<double>(NetworkDefinition.Parse("2-2:tanh-2:sigmoid-1:identity", Loss.Create("squared_error")));
network.Layers[0].SetWeights([0.5, -0.5, 0.25, 0.5]); // row by row
network.Layers[0].SetBiases([0, 0.25]);
network.Layers[1].SetWeights([1, -1, 0.5, 0.5]);
network.Layers[1].SetBiases([0.5, 0]);
network.Layers[2].SetWeights([1, -0.5]);
network.Layers[2].SetBiases([0.25]);
double[] x = [1, 0.5], t = [1];
var sample = new Dataset<double>(1, 2, x, Targets<double>.Values(t, 1));

// Forward, in loops as plain as the formula: p = W x + b, x = f(p).
double[] before = x;
foreach (DenseLayer<double> layer in network.Layers)
{
    double[] p = layer.GetBiases();
    for (int i = 0; i < p.Length; i++)
    {
        for (int j = 0; j < before.Length; j++)
        {
            p[i] += layer.GetWeight(i, j) * before[j];
        }
    }

    before = new double[p.Length];
    layer.Activation.Value(p, before);
    Console.WriteLine($"p_{layer.Index} = {Row(p)},  x_{layer.Index} = {Row(before)}");
}

// Backward, by the library.
Gradient<double> gradient = Backpropagation.Gradient(network, sample);
Console.WriteLine($"L = {gradient.Loss:G6}");
foreach (DenseLayer<double> layer in network.Layers.Reverse())
{
    Console.WriteLine($"δ_{layer.Index} = ∂b_{layer.Index} = {Row(gradient.BiasGradients(layer.Index))},  ∂W_{layer.Index} = {Rows(gradient.WeightGradients(layer.Index), layer.Inputs)}");
}

// One of the weights, factor by factor.
Console.WriteLine();
Console.WriteLine(ExplanationText.Of(Explanation.Of(network, sample, row: 0, new ParameterName(Layer: 1, Output: 0, Input: 1))));

// One step of gradient descent.
foreach (DenseLayer<double> layer in network.Layers)
{
    double[] weights = gradient.WeightGradients(layer.Index), biases = gradient.BiasGradients(layer.Index);
    layer.SetWeights([.. layer.GetWeights().Zip(weights, (w, g) => w - (LearningRate * g))]);
    layer.SetBiases([.. layer.GetBiases().Zip(biases, (b, g) => b - (LearningRate * g))]);
    Console.WriteLine($"after one step: W_{layer.Index} = {Rows(layer.GetWeights(), layer.Inputs)},  b_{layer.Index} = {Row(layer.GetBiases())}");
}

Console.WriteLine($"L = {Backpropagation.Gradient(network, sample).Loss:G6}");

static string Row(IEnumerable<double> values) => $"({string.Join(", ", values.Select(value => value.ToString("G6")))})";

static string Rows(double[] values, int columns) => $"[{string.Join("; ", values.Chunk(columns).Select(row => string.Join(", ", row.Select(value => value.ToString("G6")))))}]";
