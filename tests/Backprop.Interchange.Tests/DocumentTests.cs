using Backprop.Data;
using Backprop.Interchange.NumPy;
using Backprop.Interchange.PyTorch;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Tables;
using Backprop.Tests.Fixtures;
using Backprop.Tests.Oracles;

namespace Backprop.Interchange.Tests;

/// <summary>The C# and the Python of docs/export.md about PyTorch, NumPy, scikit-learn and Keras, word by word, run.</summary>
public sealed class DocumentTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-documents").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TheExamplesAreHere()
    {
        string[] examples = [.. Examples("csharp").Where(example => example.Contains("PyTorchExport", StringComparison.Ordinal) || example.Contains("ForeignFile", StringComparison.Ordinal))];
        Assert.Equal(2, examples.Length);
        Assert.All(examples, example => Documents.RequireIn("tests/Backprop.Interchange.Tests/DocumentTests.cs", example));
    }

    [Fact]
    public void AFileOfFlowers()
    {
        WorkingFolder.Current = _folder;
        using (var table = new StreamReader(EmbeddedData.OpenCsv("iris")))
        {
            File.WriteAllText(At("flowers.csv"), table.ReadToEnd());
        }

        TabularModel.Train("flowers.csv", "species", new() { Network = "4:tanh", Epochs = 2 }).Save("flowers.safetensors");
        Out();
        In();
        Assert.Equal(TabularModel.Load("flowers.safetensors").PredictAll("flowers.csv").Select(row => row.ToString()), TabularModel.Load("again.safetensors").PredictAll("flowers.csv").Select(row => row.ToString()));

        static void Out()
        {
            var model = TabularModel.Load("flowers.safetensors");
            PyTorchExport.Write(model, "flowers.safetensors", "flowers.py");
            NumPyExport.Write(model, "flowers.npz");
        }

        static void In()
        {
            ModelFile<float> model = ForeignFile.Read("flowers.npz", ForeignFile.FormatOf("flowers.npz"));
            model.Write("again.safetensors");
        }
    }

    [Fact]
    public void APythonModule()
    {
        Python.Require("torch", "python3-torch");
        new Ensemble<float>(new Network<float>(NetworkDefinition.Parse("35-3:softmax"))).Write(At("iris.safetensors"));
        PyTorchExport.Write(TabularModel.Load(At("iris.safetensors")), At("iris.safetensors"), At("iris.py"));
        Assert.Contains("0.3333, 0.3333, 0.3333", Python.Run(_folder, Examples("python").Single(example => example.Contains("iris.load()", StringComparison.Ordinal))));
    }

    [Fact]
    public void AClassifierOfScikitLearn()
    {
        Python.Require("sklearn", "python3-sklearn");
        Python.Run(_folder, $"""
            import warnings
            warnings.simplefilter("ignore")
            from sklearn.neural_network import MLPClassifier
            m = MLPClassifier((3,), max_iter=2).fit([[0, 1], [1, 0], [2, 2]], ["a", "b", "c"])
            {Examples("python").Single(example => example.Contains("numpy.savez", StringComparison.Ordinal))}
            """);
        ModelFile<float> model = NumPyImport.Read(At("m.npz"));
        Assert.Equal("2-3:relu-3:softmax", model.Network.Definition.ToString());
        Assert.Contains("\"labels\":[\"a\",\"b\",\"c\"]", model.Schema);
    }

    private static string[] Examples(string language) => Documents.Examples("docs/export.md", language);

    private string At(string name) => Path.Combine(_folder, name);
}
