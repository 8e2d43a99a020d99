using Backprop.Interchange.CSharp;
using Backprop.Tables;
using Backprop.Tests.Fixtures;

namespace Backprop.Interchange.Tests.CSharp;

/// <summary>The C# of docs/export.md about C# source, word by word, run.</summary>
public sealed class DocumentTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-documents").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AFlowerIsPredictedByItsSource()
    {
        string[] examples = Documents.Examples("docs/export.md", "cs", "C# source");
        Assert.Equal(2, examples.Length);
        Documents.RequireIn("tests/Backprop.Interchange.Tests/CSharp/DocumentTests.cs", examples[0]);

        WorkingFolder.Current = _folder;
        TabularModel.Train("builtin:iris", options: new() { Network = "4:tanh", Epochs = 20 }).Save("iris.safetensors");

        var model = TabularModel.Load("iris.safetensors");
        CSharpExport.Write(model, "Iris.cs", new CSharpOptions { Namespace = "Garden" });

        string program = $"using System;\nusing Garden;\n{examples[1]}";
        System.Reflection.Assembly assembly = GeneratedModel.Compile([File.ReadAllText(Path.Combine(_folder, "Iris.cs")), program], Target.Current, isProgram: true);
        Prediction expected = model.Predict([5.1, 3.5, 1.4, 0.2]);
        Assert.Equal($"{expected.Label} {expected.Probabilities["setosa"]}", GeneratedModel.Output(assembly).TrimEnd());
    }
}
