using Backprop.Data;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Tables;
using Backprop.Tests.Fixtures;

namespace Backprop.Onnx.Tests;

/// <summary>The C# of docs/export.md, word by word, run.</summary>
public sealed class DocumentTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-documents").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TheExampleIsHere()
    {
        string[] examples = [.. Documents.Examples("docs/export.md", "csharp").Where(example => example.Contains("Onnx", StringComparison.Ordinal))];
        Assert.Equal(2, examples.Length);
        Assert.All(examples, example => Documents.RequireIn("tests/Backprop.Onnx.Tests/DocumentTests.cs", example));
    }

    [Fact]
    public void AFileOfFlowers()
    {
        WorkingFolder.Current = _folder;
        using (var table = new StreamReader(EmbeddedData.OpenCsv("iris")))
        {
            File.WriteAllText(Path.Combine(_folder, "flowers.csv"), table.ReadToEnd());
        }

        TabularModel.Train("flowers.csv", "species", new() { Network = "4:tanh", Epochs = 20 }).Save("flowers.safetensors");
        using var Console = new StringWriter();

        var model = TabularModel.Load("flowers.safetensors");
        OnnxSignature file = OnnxExport.Write(model, "flowers.onnx");
        Console.WriteLine(string.Join("; ", file.Outputs));

        Assert.Equal("label: string [N]; probabilities: float [N,3]", Console.ToString().TrimEnd());
        var cells = Cells.Read(Path.Combine(_folder, "flowers.csv"));
        using var run = new OnnxRun(File.ReadAllBytes(Path.Combine(_folder, "flowers.onnx")));
        Assert.Equal(model.PredictAll("flowers.csv").Select(flower => flower.Label), (string[])run.Rows(cells)["label"]);
    }

    [Fact]
    public void ANetworkOfAnotherProgram()
    {
        WorkingFolder.Current = _folder;
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Fixtures", "onnx", "residual.onnx"), Path.Combine(_folder, "network.onnx"));

        Network<float> network = OnnxImport.Read("network.onnx");
        new ModelFile<float>(network).Write("network.safetensors");

        Assert.Equal(network.Definition, TabularModel.Load("network.safetensors").Definition);
    }
}
