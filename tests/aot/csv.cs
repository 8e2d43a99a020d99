#:project ../../src/Backprop.Tables/Backprop.Tables.csproj
using Backprop.Tables;

if (args is [])
{
    return; // how long it takes to start
}

File.WriteAllLines(args[0] + ".csv", ["town,size,built,price", .. Enumerable.Range(0, 100).Select(n => $"{(n % 3 == 0 ? "Ulm" : "\"Köln, Altstadt\"")},{(n % 7 == 0 ? "NA" : 30 + (n * 3 % 50))},2020-{1 + (n % 12):00}-01,{1000 + (n * 3 % 50 * 17)}")]);
var model = TabularModel.Train(args[0] + ".csv", "price", new() { Epochs = 20 });
Console.WriteLine($"{model.Predict(new { town = "Ulm", size = 40, built = "2020-05-01" }).Value:R}");
model.Save(args[0]);
Console.WriteLine($"{TabularModel.Load(args[0]).PredictAll(args[0] + ".csv").Average(prediction => prediction.Value):R}");
