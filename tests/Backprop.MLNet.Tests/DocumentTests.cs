using Backprop.Data;
using Backprop.Tests.Oracles;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.MLNet.Tests;

/// <summary>The C# of docs/mlnet.md, word by word, run.</summary>
public sealed class DocumentTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-mlnet-document-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("docs/mlnet.md")]
    [InlineData("src/Backprop.MLNet/README.md")]
    public void TheExampleIsHere(string document)
    {
        string here = Plain(File.ReadAllText(Repository.At("tests/Backprop.MLNet.Tests/DocumentTests.cs")));
        string example = Assert.Single(File.ReadAllText(Repository.At(document)).Split("```csharp\n").Skip(1)).Split("```")[0];
        example = string.Join('\n', example.Split('\n').Where(line => !line.StartsWith("using ", StringComparison.Ordinal)));
        Assert.Contains(Plain(example).Replace("\"flowers.csv\"", "Here(\"flowers.csv\")", StringComparison.Ordinal).Replace("\"flowers.zip\"", "Here(\"flowers.zip\")", StringComparison.Ordinal), here, StringComparison.Ordinal);
    }

    [Fact]
    public void FlowersInAPipeline()
    {
        using (var table = new StreamReader(EmbeddedData.OpenCsv("iris")))
        {
            File.WriteAllText(Here("flowers.csv"), table.ReadToEnd());
        }

        var ml = new MLContext();
        IDataView flowers = ml.Data.LoadFromTextFile<Flower>(Here("flowers.csv"), ',', hasHeader: true);
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label", "Species")
            .Append(ml.MulticlassClassification.Trainers.Backprop())
            .Append(ml.Transforms.Conversion.MapKeyToValue("Said", "PredictedLabel"));
        ITransformer model = pipeline.Fit(flowers);
        ml.Model.Save(model, flowers.Schema, Here("flowers.zip"));
        MulticlassClassificationMetrics metrics = ml.MulticlassClassification.Evaluate(model.Transform(flowers));

        Assert.True(metrics.MicroAccuracy > 0.95, $"{metrics.MicroAccuracy}");
        Assert.Equal(model.Transform(flowers).GetColumn<string>("Said"), ml.Model.Load(Here("flowers.zip"), out _).Transform(flowers).GetColumn<string>("Said"));
    }

    [Fact]
    public void FlowersByTheReadme()
    {
        using (var table = new StreamReader(EmbeddedData.OpenCsv("iris")))
        {
            File.WriteAllText(Here("flowers.csv"), table.ReadToEnd());
        }

        var ml = new MLContext();
        IDataView flowers = ml.Data.LoadFromTextFile(Here("flowers.csv"), [new("Features", Microsoft.ML.Data.DataKind.Single, 0, 3), new("Species", Microsoft.ML.Data.DataKind.String, 4)], ',', hasHeader: true);
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label", "Species").Append(ml.MulticlassClassification.Trainers.Backprop());
        var trained = pipeline.Fit(flowers);
        ml.Model.Save(trained, flowers.Schema, Here("flowers.zip"));

        Assert.True(ml.MulticlassClassification.Evaluate(ml.Model.Load(Here("flowers.zip"), out _).Transform(flowers)).MicroAccuracy > 0.95);
    }

    private string Here(string name) => Path.Combine(_folder, name);

    private static string Plain(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    private sealed class Flower
    {
        [LoadColumn(0, 3), VectorType(4)]
        public float[] Features { get; set; } = [];

        [LoadColumn(4)]
        public string Species { get; set; } = "";
    }
}
