#:project ../../src/Backprop.Tables/Backprop.Tables.csproj
using Backprop.Tables;

if (args is [])
{
    return; // how long it takes to start
}

double[][] features = [.. Enumerable.Range(0, 100).Select(n => new[] { n % 10 / 10.0, n / 100.0 })];
var model = TabularModel.Train(features, [.. features.Select(row => (3 * row[0]) - row[1])], new() { Epochs = 20 });
double before = model.Predict([0.25, 0.5]).Value;
model.Save(args[0]);
Console.WriteLine($"{before:R} {TabularModel.Load(args[0]).Predict([0.25, 0.5]).Value:R} {model.Evaluate(features, [.. features.Select(row => (3 * row[0]) - row[1])])["r2"]:R}");
