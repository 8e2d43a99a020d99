#:project ../src/Backprop.Tables/Backprop.Tables.csproj
// From a CSV file to predictions: trained, tried, saved, loaded.   dotnet run samples/table.cs
using Backprop.Tables;

// A file as it may come: semicolons, decimal commas, dates, gaps, and a column that is of no use.
var random = new Random(1);
string folder = Directory.CreateTempSubdirectory("backprop-sample").FullName, file = Path.Combine(folder, "flats.csv");
File.WriteAllLines(file, ["number;town;size;since;balcony;rent", .. Enumerable.Range(1, 400).Select(n =>
{
    (string town, double price) = n % 3 == 0 ? ("Ulm", 9.5) : n % 3 == 1 ? ("Bonn", 11) : ("Kiel", 10);
    (int size, bool balcony) = (25 + random.Next(100), random.Next(2) == 0);
    string since = $"{1 + random.Next(28):00}.{1 + random.Next(12):00}.{2000 + random.Next(25)}";
    return $"{n};{town};{(n % 11 == 0 ? "" : $"{size},5")};{since};{(balcony ? "yes" : "no")};{((size * price) + (balcony ? 60 : 0)).ToString("F2").Replace('.', ',')}";
})]);

var model = TabularModel.Train(file, "rent");
foreach (Note note in model.Notes)
{
    Console.WriteLine($"note: {note.Message}");
}

Console.WriteLine($"{model.Result!.History.Count} epochs of {model.Definition}, r2 {model.Evaluate(file)["r2"]:F3}");

string saved = Path.Combine(folder, "flats.safetensors");
model.Save(saved);
var loaded = TabularModel.Load(saved);
Prediction rent = loaded.Predict(new { town = "Bonn", size = 62.5, since = "2019-06-01", balcony = true });
Console.WriteLine($"62.5 m² with a balcony in Bonn: {rent.Value:F0}");
Directory.Delete(folder, recursive: true);
