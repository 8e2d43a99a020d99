#:project ../../src/Backprop.Tables/Backprop.Tables.csproj
using Backprop.Tables;

if (args is [])
{
    return; // how long it takes to start
}

Flat[] flats = [.. Enumerable.Range(0, 100).Select(n => new Flat(n % 3 == 0 ? "Ulm" : "Bonn", n % 7 == 0 ? null : 30 + (n * 3 % 50), n % 5 == 0 ? null : n % 2 == 0, new(2020, 1 + (n % 12), 1), (Heating)(n % 2), n % 3 == 0 ? "dear" : "cheap"))];
var model = TabularModel.Train(flats, nameof(Flat.Rent), new() { Epochs = 20 });
Console.WriteLine($"{model.Predict(flats[7])} {model.Predict(flats[7]).Probabilities["dear"]:R}");
model.Save(args[0]);
Console.WriteLine($"{TabularModel.Load(args[0]).Predict(new { Town = "Ulm", Size = (double?)null, Garden = true, Built = "2020-05-01", Heating = "Wood" }).Probabilities["dear"]:R}");

internal enum Heating { Gas, Wood }

internal sealed record Flat(string Town, double? Size, bool? Garden, DateOnly Built, Heating? Heating, string Rent);
