using Backprop.Activations;
using Backprop.Inputs;
using Backprop.Losses;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Tables;
using Backprop.Tables.Models;
using Backprop.Tests.Fixtures;

namespace Backprop.Onnx.Tests;

/// <summary>Networks without a schema in ONNX Runtime beside the engine.</summary>
public class NetworkTests
{
    private const double Tolerance = 1e-5;

    public static TheoryData<string> Activations => [.. ActivationFunction.Names.Where(name => !name.StartsWith("test_", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Activations))]
    public void EveryActivationNamesOperatorsThatAreItself(string name)
    {
        var activation = ActivationFunction.Create(name);
        Assert.NotNull(activation.Operators);
        using OnnxRun run = OnnxRun.Of(Model(Lines(activation, 9))).Run;
        using OnnxRun bare = OnnxRun.Of(Model(Lines(activation, 9)), bare: true).Run;
        float[] p = [-30, -6, -2.5f, -1, -0.3f, 0, 0.7f, 2, 8];
        double[] expected = new double[9], given = Array.ConvertAll(p, value => (double)value);
        if (activation.IsElementwise)
        {
            activation.Value(given, expected);
            Assert.InRange(Near.Worst(bare.Numbers("x", p, 9, "y").Select(y => (double)y), expected, 1), 0, 1e-6);
        }
        else
        {
            double sum = given.Sum(Math.Exp);
            Assert.InRange(Near.Worst(bare.Numbers("x", p, 9, "y").Select(y => (double)y), given.Select(value => name == "softmax" ? Math.Exp(value) / sum : value - Math.Log(sum)), 1e-30), 0, Tolerance);
        }
    }

    [Fact]
    public void ParametersOfActivationsAreCarried()
    {
        foreach (string text in new[] { "leaky_relu(0.3)", "elu(0.5)", "celu(2)" })
        {
            var activation = ActivationFunction.Parse(text);
            using OnnxRun bare = OnnxRun.Of(Model(Lines(activation, 3)), bare: true).Run;
            double[] expected = new double[3];
            activation.Value([-2, -0.5, 1], expected);
            Assert.InRange(Near.Worst(bare.Numbers("x", [-2, -0.5f, 1], 3, "y").Select(y => (double)y), expected, 1), 0, 1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void RandomNetworksPredictTheSame(int seed)
    {
        Ensemble<float> ensemble = DrawnModels.Draw<float>(seed);
        float[] rows = DrawnModels.Rows<float>(ensemble.Definition, 37, seed);
        TabularModel model = Model(ensemble);
        NetworkDefinition network = ensemble.Definition;
        float[] expected = new float[rows.Length / network.Inputs * network.Outputs];
        using var predictor = new EnsemblePredictor<float>(ensemble);
        predictor.Predict(rows, expected);
        using OnnxRun bare = OnnxRun.Of(model, bare: true).Run;
        Assert.InRange(Near.Worst(bare.Numbers("x", rows, network.Inputs, "y").Select(y => (double)y), expected.Select(y => (double)y), Size(network)), 0, Tolerance);

        using OnnxRun whole = OnnxRun.Of(model).Run;
        double[][] features = [.. rows.Chunk(network.Inputs).Select(row => Array.ConvertAll(row, value => (double)value))];
        Predictions predictions = model.PredictAll(features);
        bool areClasses = model.Labels.Count > 0;
        string output = whole.Outputs.ContainsKey("scores") ? "scores" : areClasses ? "probabilities" : "value";
        int columns = areClasses ? model.Labels.Count : network.ValueCount;
        double[] numbers = [.. Enumerable.Range(0, features.Length).SelectMany(row => Enumerable.Range(0, columns).Select(column => predictions.NumbersOf(column)[row]))];
        Assert.InRange(Near.Worst(whole.Numbers("x", rows, network.Inputs, output).Select(y => (double)y), numbers, output == "probabilities" ? 1e-30 : Size(network)), 0, Tolerance);
        if (whole.Outputs.ContainsKey("deviation"))
        {
            double[] deviations = [.. predictions.SelectMany(prediction => prediction.Deviations)];
            Assert.InRange(Near.Worst(whole.Numbers("x", rows, network.Inputs, "deviation").Select(y => (double)y), deviations, 1e-30), 0, Tolerance);
        }
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 60)];

    [Fact]
    public void BatchesOfAnySizeGoThrough()
    {
        TabularModel model = Model(new Network<float>(NetworkDefinition.Parse("3-4:tanh-2:softmax"), Initializer.Parse("pytorch"), 1));
        using OnnxRun run = OnnxRun.Of(model).Run;
        foreach (int rows in new[] { 1, 2, 300 })
        {
            Assert.Equal(2 * rows, run.Numbers("x", [.. Enumerable.Range(0, 3 * rows).Select(n => n % 7 * 0.1f)], 3, "probabilities").Length);
        }
    }

    [Fact]
    public void ACodeThatIsNoneIsRefusedAsInPredict()
    {
        var network = new Network<float>(new NetworkDefinition(new InputDefinition(1, [new CodeEmbedding(3, 2)]), [new LayerDefinition(2, ActivationFunction.Create("identity"))]), Initializer.Parse("pytorch"), 1);
        using OnnxRun run = OnnxRun.Of(Model(network), bare: true).Run;
        Assert.Equal(2, run.Numbers("x", [0.5f, 2], 2, "y").Length);
        foreach (float code in new[] { 3, -1, 0.5f, float.NaN })
        {
            Assert.ThrowsAny<Exception>(() => run.Numbers("x", [0.5f, code], 2, "y"));
        }
    }

    [Fact]
    public void AnActivationWithoutOperatorsIsRefusedByName()
    {
        const string Name = "test_odd";
        var odd = ActivationFunction.Custom(Name, p => p * p, p => 2 * p);
        ActivationFunction.Register(odd);
        TabularModel model = Model(new Network<float>(new NetworkDefinition(2, [new LayerDefinition(3, ActivationFunction.Create("relu")), new LayerDefinition(2, odd), new LayerDefinition(1, ActivationFunction.Create("identity"))])));
        foreach (bool bare in new[] { false, true })
        {
            ModelException error = Assert.Throws<ModelException>(() => OnnxExport.Write(model, new MemoryStream(), new() { Bare = bare }));
            Assert.Contains("layer 2", error.Message, StringComparison.Ordinal);
            Assert.Contains(Name, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void DoublesAreRoundedAndThatIsSaid()
    {
        string path = Path.GetTempFileName();
        new ModelFile<double>(new Network<double>(NetworkDefinition.Parse("2-1:identity"), Initializer.Parse("pytorch"), 1)).Write(path);
        (OnnxRun run, _, Notes notes) = OnnxRun.Of(TabularModel.Load(path));
        run.Dispose();
        Assert.Contains(notes.All, note => note.Message.Contains("double", StringComparison.Ordinal));
        File.Delete(path);
    }

    [Fact]
    public void TheFileSaysWhatItIs()
    {
        (OnnxRun run, OnnxSignature signature, _) = OnnxRun.Of(Model(new Network<float>(NetworkDefinition.Parse("3-4:tanh-2:softmax"))));
        Assert.Equal("backprop", run.Metadata.ProducerName);
        Assert.Equal("[\"0\",\"1\"]", run.Metadata.CustomMetadataMap["labels"]);
        Assert.Contains("3-4:tanh-2:softmax", run.Metadata.Description, StringComparison.Ordinal);
        Assert.Equal("x: float [N,3]", string.Join("; ", signature.Inputs));
        Assert.Equal("label: string [N]; probabilities: float [N,2]", string.Join("; ", signature.Outputs));
        Assert.Equal([-1, 3], run.Inputs["x"].Dimensions);
        run.Dispose();
    }

    internal static TabularModel Model(Network<float> network) => Model(new Ensemble<float>(network));

    internal static TabularModel Model(Ensemble<float> ensemble, string? schema = null)
    {
        string path = Path.GetTempFileName();
        new ModelFile<float>(ensemble, schema, null).Write(path);
        var model = TabularModel.Load(path);
        File.Delete(path);
        return model;
    }

    /// <summary>What outputs are compared by where they are near 0.</summary>
    private static double Size(NetworkDefinition network) => network.Layers[^1].Activation.Name is "softmax" or "sigmoid" or "exponential" ? 1e-6 : 1;

    /// <summary>W = I, b = 0.</summary>
    private static Network<float> Lines(ActivationFunction activation, int width)
    {
        var network = new Network<float>(new NetworkDefinition(width, [new LayerDefinition(width, activation)], Loss.Create("mean_squared_error")));
        network.Layers[0].SetWeights([.. Enumerable.Range(0, width * width).Select(n => n / width == n % width ? 1f : 0)]);
        return network;
    }
}
