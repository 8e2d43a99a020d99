#:project ../src/Backprop.Tables/Backprop.Tables.csproj
// Objects of one's own are rows: numbers, text, truth values, dates, enumerations, and gaps.   dotnet run samples/records.cs
using Backprop.Tables;

string[] breeds = ["Beagle", "Collie", "Poodle"];
Visit[] visits =
[
    .. Enumerable.Range(0, 300).Select(n =>
    {
        (int breed, double weight) = (n % 3, 6 + (n * 7 % 25));
        bool isHeavy = weight > 16 + (3 * breed);
        return new Visit(breeds[breed], n % 9 == 4 ? null : weight, n % 6 == 0 ? null : n % 2 == 0 ? Food.Dry : Food.Fresh, new(2025, 1 + (n % 12), 1 + (n % 28)), isHeavy ? "diet" : "none");
    }),
];
var model = TabularModel.Train(visits, nameof(Visit.Advice));
Console.WriteLine($"accuracy {model.Evaluate(visits)["accuracy"]:P1}, labels {string.Join(", ", model.Labels)}");

// What is null is a gap, what training never saw is said.
var notes = new Notes();
Prediction answer = model.Predict(new Visit("Dingo", 30, null, new(2026, 1, 15), ""), notes);
Console.WriteLine($"{answer.Label}, of {string.Join(", ", answer.Probabilities.Select(pair => $"{pair.Key} {pair.Value:P0}"))}");
foreach (Note note in notes.All)
{
    Console.WriteLine($"note: {note.Message}");
}

internal enum Food { Dry, Fresh }

internal sealed record Visit(string Breed, double? Weight, Food? Food, DateOnly Day, string Advice);
