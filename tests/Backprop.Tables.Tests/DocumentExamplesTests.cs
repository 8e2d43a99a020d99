using System.Text.RegularExpressions;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Tests.Oracles;
using Backprop.Training;

namespace Backprop.Tables.Tests;

/// <summary>The C# of README.md and docs/tables.md, word by word, run; and that there is no other.</summary>
public sealed partial class DocumentExamplesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-documents").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("README.md", 3)]
    [InlineData("docs/tables.md", 1)]
    public void EveryExampleIsHere(string document, int expected)
    {
        string here = Lines(File.ReadAllText(Repository.At("tests/Backprop.Tables.Tests/DocumentExamplesTests.cs")));
        MatchCollection examples = Example().Matches(File.ReadAllText(Repository.At(document)));
        Assert.Equal(expected, examples.Count);
        Assert.All(examples, example => Assert.Contains(Lines(example.Groups["code"].Value), here, StringComparison.Ordinal));
    }

    [Fact]
    public void AFileOfFlowers()
    {
        WorkingFolder.Current = _folder;
        using var table = new StreamReader(EmbeddedData.OpenCsv("iris"));
        string iris = table.ReadToEnd();
        File.WriteAllText(Path.Combine(_folder, "flowers.csv"), iris);
        File.WriteAllText(Path.Combine(_folder, "more.csv"), iris);
        using var Console = new StringWriter();

        var model = TabularModel.Train("flowers.csv", "species");
        Console.WriteLine(model.Evaluate("more.csv")["accuracy"]);
        model.Save("flowers.safetensors");

        var loaded = TabularModel.Load("flowers.safetensors");
        Prediction flower = loaded.Predict(new { sepal_length = 5.1, sepal_width = 3.5, petal_length = 1.4, petal_width = (double?)null });
        Console.WriteLine($"{flower.Label}, {flower.Probabilities["setosa"]:P0}");

        Assert.True(model.Evaluate("more.csv")["accuracy"] > 0.9);
        Assert.Equal("setosa", flower.Label);
        Assert.Contains("setosa, ", Console.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ObjectsAndArrays()
    {
        Passenger[] passengers = [.. Enumerable.Range(0, 100).Select(n => new Passenger { Sex = n % 2 == 0 ? "female" : "male", Age = n % 7 == 0 ? null : n % 60, Survived = n % 2 == 0 })];

        var guests = TabularModel.Train(passengers, nameof(Passenger.Survived));
        string survived = guests.Predict(new Passenger { Sex = "female", Age = null }).Label;

        double[][] points = [[0, 0], [0, 1], [1, 0], [1, 1]];
        var xor = TabularModel.Train(points, [0.0, 1, 1, 0], new TrainingOptions { Network = "8:tanh", Optimizer = "adam", Validation = 0, Epochs = 500 });
        double[] answers = [.. xor.PredictAll(points).Select(point => point.Probabilities["1"])];

        Assert.Equal("true", survived, ignoreCase: true);
        Assert.Equal([0.0, 1, 1, 0], answers.Select(answer => Math.Round(answer)));
    }

    [Fact]
    public void TheEngineByItself()
    {
        var data = new Dataset<float>(4, 2, [0, 0, 0, 1, 1, 0, 1, 1], Targets<float>.Values([0, 1, 1, 0], 1));
        var network = new Network<float>(NetworkDefinition.Parse("2-8:tanh-1:sigmoid"), Initializer.PyTorch);
        var trainer = new Trainer<float>(network, data, null, Optimizer.Create("adam", new() { LearningRate = 0.05 }), new() { Epochs = 500 });
        trainer.Run();

        using var predictor = new Predictor<float>(network);
        Assert.True(predictor.Evaluate(data, out _) < 0.1);
    }

    [Fact]
    public void Houses()
    {
        WorkingFolder.Current = _folder;
        foreach (Match file in NamedFile().Matches(File.ReadAllText(Repository.At("docs/tables.md"))))
        {
            File.WriteAllText(Path.Combine(_folder, file.Groups["name"].Value), file.Groups["text"].Value);
        }

        using var Console = new StringWriter();

        TrainingOptions options = new() { Columns = new() { Ids = ["id"], Ignore = ["heating", "note"] }, Epochs = 50 };
        var model = TabularModel.Train("houses.csv", "price", options);
        var notes = new Notes();
        foreach (Prediction house in model.PredictAll("new.json", notes))
        {
            Console.WriteLine(house);
        }

        foreach (Note note in notes.All)
        {
            Console.WriteLine(note.Message);
        }

        string[] lines = Console.ToString()!.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("price 2", lines[0], StringComparison.Ordinal);
        Assert.Contains("'Trier'", lines[2], StringComparison.Ordinal);
    }

    /// <summary>Without indentation, empty lines and what is used.</summary>
    private static string Lines(string code) => string.Join('\n', code.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith("using Backprop.", StringComparison.Ordinal)));

    [GeneratedRegex("^```csharp\n(?<code>(?:.*\n)*?)```\n", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Example();

    [GeneratedRegex("^```(?:csv|json) (?<name>.+)\n(?<text>(?:.*\n)*?)```\n", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex NamedFile();

    private sealed class Passenger
    {
        public string? Sex { get; init; }

        public double? Age { get; init; }

        public bool Survived { get; init; }
    }
}
