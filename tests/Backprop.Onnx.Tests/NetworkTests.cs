using Backprop.Activations;
using Backprop.Inputs;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Tables;
using Backprop.Tables.Models;

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
        var random = new Random(seed);
        (Ensemble<float> ensemble, float[] rows) = Draw(random);
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

    internal static (Ensemble<float> Ensemble, float[] Rows) Draw(Random random)
    {
        int numbers = random.Next(1, 6), codes = random.Next(3) == 0 ? random.Next(1, 3) : 0;
        InputDefinition? input = codes == 0 && random.Next(3) > 0 ? null : new(numbers, [.. Enumerable.Range(0, codes).Select(_ => new CodeEmbedding(4, random.Next(1, 4)))], random.Next(2) == 0, random.Next(2) == 0 ? new PeriodicEmbedding(3, 2) : null);
        int width = random.Next(2, 40);
        string[] activations = [.. ActivationFunction.Names.Where(name => name is not ("exponential" or "softmax" or "log_softmax") && !name.StartsWith("test_", StringComparison.Ordinal))];
        LayerDefinition[] hidden = [.. Enumerable.Range(0, random.Next(8)).Select(layer => new LayerDefinition(width, ActivationFunction.Create(activations[random.Next(activations.Length)]), Parts(layer)))];
        (string activation, int outputs, string loss) = random.Next(9) switch
        {
            0 => ("softmax", 2, "cross_entropy"),
            1 => ("softmax", 5, "cross_entropy"),
            2 => ("log_softmax", 3, "cross_entropy"),
            3 => ("sigmoid", 3, "binary_cross_entropy"),
            4 => ("identity", 1, "poisson"),
            5 => ("identity", 4, "gaussian_nll"),
            6 => ("identity", 3, "hinge"),
            7 => ("tanh", 2, "mean_squared_error"),
            _ => ("identity", 1, "quantile:0.9"),
        };
        LayerDefinition[] layers = [.. hidden, new(outputs, ActivationFunction.Create(activation))];
        NetworkDefinition network = input is null ? new(numbers, layers, Loss.Parse(loss)) : new(input, layers, Loss.Parse(loss));
        Network<float>[] members = [.. Enumerable.Range(0, random.Next(3) == 0 ? random.Next(2, 5) : 1).Select(_ => Drawn(network, random))];
        var ensemble = new Ensemble<float>(members, network.HasLogits && random.Next(2) == 0 ? 1.7 : 1);
        float[] rows = [.. Enumerable.Range(0, 37).SelectMany(_ => Enumerable.Range(0, network.Inputs).Select(column => column < numbers ? (float)((4 * random.NextDouble()) - 2) : random.Next(4)))];
        return (ensemble, rows);

        LayerPart[] Parts(int layer) =>
        [
            .. random.Next(4) switch { 0 => [new LayerNorm()], 1 => [new BatchNorm(1e-3)], _ => Array.Empty<LayerPart>() },
            .. layer > 0 && random.Next(2) == 0 ? [new Residual()] : Array.Empty<LayerPart>(),
            .. random.Next(3) == 0 ? [new Dropout(0.2)] : Array.Empty<LayerPart>(),
        ];
    }

    /// <summary>Every tensor is drawn, so that none is 0 or 1 throughout.</summary>
    private static Network<float> Drawn(NetworkDefinition definition, Random random)
    {
        var network = new Network<float>(definition, Initializer.Parse("pytorch"), (ulong)random.Next());
        foreach (ParameterBlock<float> block in network.Blocks.Where(block => block.Shape.Length == 1))
        {
            block.Set([.. Enumerable.Range(0, block.Length).Select(_ => (float)(block.Name.EndsWith("bias", StringComparison.Ordinal) ? random.NextDouble() - 0.5 : 0.5 + random.NextDouble()))]);
        }

        return network;
    }
}
