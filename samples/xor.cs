#:project ../src/Backprop/Backprop.csproj
// Learns exclusive or, then shows where one of its derivatives comes from.   dotnet run samples/xor.cs
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Derivations.Formats;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Training;

double[] x = [0, 0, 0, 1, 1, 0, 1, 1], t = [0, 1, 1, 0];
var data = new Dataset<double>(4, 2, x, Targets<double>.Values(t, 1));
var network = new Network<double>(NetworkDefinition.Parse("2-4:tanh-1:sigmoid"), Initializer.PyTorch, seed: 1);
Optimizer adam = Optimizer.Create("adam", new() { LearningRate = 0.05 });

new Trainer<double>(network, data, null, adam, new() { Epochs = 400, BatchSize = 4 }).Run();

double[] y = new Predictor<double>(network).Predict(x);
for (int row = 0; row < 4; row++)
{
    Console.WriteLine($"{x[2 * row]} xor {x[(2 * row) + 1]} = {y[row]:F3}, {t[row]} expected");
}

Console.WriteLine();
Console.Write(ExplanationText.Of(Explanation.Of(network, data, row: 2, new ParameterName(Layer: 1, Output: 0, Input: 0))));
