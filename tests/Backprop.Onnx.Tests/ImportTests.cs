using System.Globalization;
using Backprop.Activations;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Onnx.Wire;
using Backprop.Propagation;
using Backprop.Tables;
using Google.Protobuf;

namespace Backprop.Onnx.Tests;

/// <summary>Networks out of ONNX files: our own come back with the same bits, PyTorch's predict what PyTorch predicts, anything else is named.</summary>
public class ImportTests
{
    [Theory]
    [InlineData("mlp", "4-8:gelu-8:silu,batch_norm-8:mish,layer_norm-3:softmax")]
    [InlineData("activations", "5-6:leaky_relu(0.2)-6:elu(0.7)-6:celu(1.5)-6:selu-6:softplus-6:softsign-6:hard_tanh-6:hard_sigmoid-6:gelu_tanh-2:sigmoid")]
    [InlineData("residual", "8-8:relu,residual-3:softmax")]
    public void NetworksOfPyTorchPredictWhatTheyDoThere(string name, string expected)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Fixtures", "onnx", name);
        Network<float> network = OnnxImport.Read($"{path}.onnx");
        Assert.Equal(expected, network.Definition.ToString());
        float[][] numbers = [.. System.IO.File.ReadLines($"{path}.txt").Select(line => Array.ConvertAll(line.Split(' '), text => float.Parse(text, CultureInfo.InvariantCulture)))];
        float[] outputs = new float[numbers[1].Length];
        using var predictor = new Predictor<float>(network);
        predictor.Predict(numbers[0], outputs);
        Assert.InRange(Near.Worst(outputs.Select(y => (double)y), numbers[1].Select(y => (double)y), 1e-3), 0, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void OurOwnNetworksComeBackWithTheSameBits(int seed)
    {
        var random = new Random(seed);
        string[] activations = [.. ActivationFunction.Names.Where(name => !name.StartsWith("test_", StringComparison.Ordinal) && ActivationFunction.Create(name).IsElementwise)];
        int width = random.Next(1, 12);
        LayerDefinition[] hidden = [.. Enumerable.Range(0, random.Next(9)).Select(layer => new LayerDefinition(width, ActivationFunction.Create(activations[(seed + (3 * layer)) % activations.Length]),
        [
            .. random.Next(3) switch { 0 => [new LayerNorm()], 1 => [new BatchNorm(1e-3)], _ => Array.Empty<LayerPart>() },
            .. layer > 0 && random.Next(2) == 0 ? [new Residual()] : Array.Empty<LayerPart>(),
        ]))];
        string[] outputs = ["softmax", "log_softmax", "sigmoid", "identity", "tanh"];
        var definition = new NetworkDefinition(random.Next(1, 9), [.. hidden, new(random.Next(1, 5), ActivationFunction.Create(outputs[seed % outputs.Length]))]);
        var network = new Network<float>(definition, Initializer.Parse("pytorch"), (ulong)seed);
        foreach (ParameterBlock<float> block in network.Blocks.Where(block => block.Shape.Length == 1))
        {
            block.Set([.. Enumerable.Range(0, block.Length).Select(_ => 0.1f + random.NextSingle())]);
        }

        ModelProto file = ModelProto.Parser.ParseFrom(File(NetworkTests.Model(network)));
        file.MetadataProps.Clear(); // what they are, the operators alone say
        Network<float> back = Read(file.ToByteArray());
        Assert.Equal(definition.ToString(), back.Definition.ToString());
        Assert.All(network.Blocks.Zip(back.Blocks), pair => Assert.Equal(pair.First.Get().Select(BitConverter.SingleToInt32Bits), pair.Second.Get().Select(BitConverter.SingleToInt32Bits)));
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 50)];

    [Fact]
    public void ConstantsOfManyFormsAreOne()
    {
        ModelProto file = ModelProto.Parser.ParseFrom(File(NetworkTests.Model(Small())));
        TensorProto weights = file.Graph.Initializer.Single(tensor => tensor.Name == "layers.1.weight");
        float[] values = [.. weights.FloatData];
        weights.FloatData.Clear();
        weights.RawData = ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
        Assert.Equal(values, Read(file.ToByteArray()).Layers[0].GetWeights());

        weights.RawData = ByteString.Empty;
        weights.DataType = 11;
        weights.DoubleData.AddRange(values.Select(value => (double)value));
        var notes = new Notes();
        Assert.Equal(values, OnnxImport.Read(new MemoryStream(file.ToByteArray()), "x", notes).Layers[0].GetWeights());
        Assert.Contains(notes.All, note => note.Message.Contains("double", StringComparison.Ordinal));

        weights.DoubleData.Clear();
        weights.DataType = 10;
        weights.Int32Data.AddRange(values.Select(value => (int)BitConverter.HalfToUInt16Bits((Half)value)));
        Assert.Equal(values.Select(value => (float)(Half)value), Read(file.ToByteArray()).Layers[0].GetWeights());
    }

    [Fact]
    public void AProductAndASumAreALayer()
    {
        ModelProto file = ModelProto.Parser.ParseFrom(File(NetworkTests.Model(Small())));
        NodeProto gemm = file.Graph.Node[0];
        Assert.Equal("Gemm", gemm.OpType);
        NodeProto turn = new() { OpType = "Transpose", Input = { gemm.Input[1] }, Output = { "turned" } }, product = new() { OpType = "MatMul", Input = { gemm.Input[0], "turned" }, Output = { "product" } };
        NodeProto sum = new() { OpType = "Add", Input = { gemm.Input[2], "product" }, Output = { gemm.Output[0] } };
        file.Graph.Node.RemoveAt(0);
        foreach (NodeProto node in new[] { sum, product, turn })
        {
            file.Graph.Node.Insert(0, node);
        }

        Network<float> back = Read(file.ToByteArray()), small = Small();
        Assert.Equal(small.Layers[0].GetWeights(), back.Layers[0].GetWeights());
        Assert.Equal(small.Layers[0].GetBiases(), back.Layers[0].GetBiases());
    }

    [Fact]
    public void OutputsThatNoNetworkHasAreLeftOutAndSaid()
    {
        ModelProto file = ModelProto.Parser.ParseFrom(File(NetworkTests.Model(Small())));
        file.Graph.Node.Add(new NodeProto { OpType = "ArgMax", Name = "winner", Input = { "y" }, Output = { "label" } });
        file.Graph.Output.Add(new ValueInfoProto { Name = "label" });
        var notes = new Notes();
        Assert.Equal("3-4:tanh-2:softmax", OnnxImport.Read(new MemoryStream(file.ToByteArray()), "x", notes).Definition.ToString());
        Assert.Contains(notes.All, note => note.Message.Contains("'label'", StringComparison.Ordinal));
    }

    /// <summary>The graph that skl2onnx makes of an MLPClassifier of two classes: products and sums, 1 − p beside p, a label by ArgMax, names by ZipMap.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TwoClassesOfScikitLearn(bool isNamed)
    {
        Network<float> network = new(NetworkDefinition.Parse("3-4:relu-1:sigmoid"), Initializer.Parse("pytorch"), 1);
        ModelProto file = ModelProto.Parser.ParseFrom(File(NetworkTests.Model(network)));
        GraphProto graph = file.Graph;
        graph.Initializer.Add(new TensorProto { Name = "unity", DataType = 1, Dims = { 1 }, FloatData = { 1 } });
        graph.Node.Add(new NodeProto { OpType = "Sub", Name = "Su_Sub", Input = { "unity", "y" }, Output = { "negative_class_proba" } });
        graph.Node.Add(new NodeProto { OpType = "Concat", Name = "Co_Concat", Input = { "negative_class_proba", "y" }, Output = { "probabilities" }, Attribute = { new AttributeProto { Name = "axis", Type = AttributeProto.Types.AttributeType.Int, I = 1 } } });
        graph.Node.Add(new NodeProto { OpType = "ArgMax", Name = "Ar_ArgMax", Input = { "probabilities" }, Output = { "argmax_output" } });
        graph.Node.Add(new NodeProto { OpType = "ArrayFeatureExtractor", Domain = "ai.onnx.ml", Name = "Ar_Array", Input = { "unity", "argmax_output" }, Output = { "label" } });
        graph.Node.AddRange(isNamed ? [new NodeProto { OpType = "ZipMap", Domain = "ai.onnx.ml", Name = "ZipMap", Input = { "probabilities" }, Output = { "output_probability" } }] : Array.Empty<NodeProto>());
        graph.Output.Clear();
        graph.Output.Add(new ValueInfoProto { Name = "label" });
        graph.Output.Add(new ValueInfoProto { Name = isNamed ? "output_probability" : "probabilities" });
        var notes = new Notes();
        Network<float> back = OnnxImport.Read(new MemoryStream(file.ToByteArray()), "x", notes);
        Assert.Equal(network.Definition, back.Definition);
        Assert.Equal(network.Layers[1].GetWeights(), back.Layers[1].GetWeights());
        Assert.Contains(notes.All, note => note.Message.Contains("1 − p and p", StringComparison.Ordinal));
        Assert.Equal(isNamed, notes.All.Any(note => note.Message.Contains("ZipMap", StringComparison.Ordinal)));

        graph.Node.First(node => node.OpType == "Sub").OpType = "Add";
        graph.Output.RemoveAt(0);
        Assert.Contains("'Co_Concat' (Concat): 1 − p and p", Assert.Throws<ModelException>(() => Read(file.ToByteArray())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("external", "another file")]
    [InlineData("operator", "node 'odd' (Conv)")]
    [InlineData("domain", "'com.example'")]
    [InlineData("sizes", "'layers.1.weight'")]
    [InlineData("shape", "layers.2.weight")]
    [InlineData("infinite", "layers.2.bias")]
    [InlineData("two inputs", "2 inputs")]
    [InlineData("version", "version 99")]
    [InlineData("activation", "its activation")]
    [InlineData("branches", "of no one layer")]
    [InlineData("cycle", "made by no node before it")]
    [InlineData("scaling", "the input found with tensor 'half'")]
    [InlineData("layer norm in pieces", "opset_version=17")]
    public void WhatIsNoNetworkIsNamed(string change, string message)
    {
        ModelProto file = ModelProto.Parser.ParseFrom(File(NetworkTests.Model(Small())));
        GraphProto graph = file.Graph;
        TensorProto weights = graph.Initializer.Single(tensor => tensor.Name == "layers.1.weight"), biases = graph.Initializer.Single(tensor => tensor.Name == "layers.2.bias");
        NodeProto tanh = graph.Node.Single(node => node.OpType == "Tanh");
        switch (change)
        {
            case "external": weights.DataLocation = TensorProto.Types.DataLocation.External; break;
            case "operator": (tanh.OpType, tanh.Name) = ("Conv", "odd"); break;
            case "domain": tanh.Domain = "com.example"; break;
            case "sizes": weights.Dims[0] = 1 << 30; break;
            case "shape": graph.Initializer.Single(tensor => tensor.Name == "layers.2.weight").Dims.Clear(); break;
            case "infinite": biases.FloatData[0] = float.PositiveInfinity; break;
            case "two inputs": graph.Input.Add(new ValueInfoProto { Name = "more" }); break;
            case "version": file.OpsetImport[0].Version = 99; break;
            case "activation": tanh.OpType = "Cos"; break;
            case "branches":
                graph.Node.Insert(2, new NodeProto { OpType = "Gemm", Input = { graph.Node[0].Input }, Attribute = { graph.Node[0].Attribute }, Output = { "other" } });
                graph.Node.Insert(3, new NodeProto { OpType = "Add", Input = { "other", tanh.Output[0] }, Output = { "both" } });
                graph.Node[4].Input[0] = "both";
                break;
            case "scaling":
                graph.Initializer.Add(new TensorProto { Name = "half", DataType = 1, FloatData = { 0.5f } });
                graph.Node.Insert(0, new NodeProto { OpType = "Sub", Input = { graph.Node[0].Input[0], "half" }, Output = { "scaled" } });
                graph.Node[1].Input[0] = "scaled";
                break;
            case "layer norm in pieces": tanh.OpType = "ReduceMean"; break;
            default: graph.Node[0].Input[0] = "later"; break;
        }

        ModelException error = Assert.Throws<ModelException>(() => Read(file.ToByteArray()));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    /// <summary>A matrix that is turned, or is not: square, so that no size tells.</summary>
    [Theory]
    [InlineData("none", 1)]
    [InlineData("1 0", 1)]
    [InlineData("0 1", 0)]
    [InlineData("0 0", -1)]
    [InlineData("1", -1)]
    public void ATransposeDoesWhatItsOrderSays(string order, int turned)
    {
        ModelProto file = Square();
        NodeProto turn = new() { OpType = "Transpose", Name = "turn", Input = { "w" }, Output = { "turned" } };
        if (order != "none")
        {
            turn.Attribute.Add(Ints("perm", [.. order.Split(' ').Select(long.Parse)]));
        }

        file.Graph.Node.Insert(0, turn);
        file.Graph.Node[1].Input[1] = "turned";
        if (turned < 0)
        {
            Assert.Contains("'turn' (Transpose)", Assert.Throws<ModelException>(() => Read(file.ToByteArray())).Message, StringComparison.Ordinal);
            return;
        }

        float[] weights = Read(file.ToByteArray()).Layers[0].GetWeights(); // [Units×Inputs], where the graph multiplies by [Inputs×Units]
        Assert.Equal(turned == 1 ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : [1, 4, 7, 2, 5, 8, 3, 6, 9], weights);
    }

    [Theory]
    [InlineData("3", true)]
    [InlineData("1 3", true)]
    [InlineData("3 1", false)]
    [InlineData("1 1 3", false)]
    [InlineData("Unsqueeze 0", true)]
    [InlineData("Unsqueeze 1", false)]
    [InlineData("Reshape 1 -1", true)]
    [InlineData("Reshape -1 1", false)]
    [InlineData("Flatten 0", true)]
    [InlineData("Flatten 1", false)]
    public void BiasesAreOfUnits(string form, bool areTaken)
    {
        foreach (bool isGemm in (bool[])[false, true])
        {
            ModelProto file = Square();
            GraphProto graph = file.Graph;
            string[] words = form.Split(' ');
            bool isNode = char.IsAsciiLetter(form[0]);
            graph.Initializer.Add(new TensorProto { Name = "b", DataType = 1, Dims = { isNode ? [3] : words.Select(long.Parse) }, FloatData = { 1, 2, 3 } });
            graph.Node.RemoveAt(0);
            graph.Node.Insert(0, isGemm ? new NodeProto { OpType = "Gemm", Input = { "x", "w", "c" }, Output = { "sum" } } : new NodeProto { OpType = "Add", Input = { "c", "p" }, Output = { "sum" } });
            _ = isGemm ? 0 : Insert(new NodeProto { OpType = "MatMul", Input = { "x", "w" }, Output = { "p" } });
            NodeProto made = new() { OpType = isNode ? words[0] : "Identity", Input = { "b" }, Output = { "c" } };
            switch (made.OpType)
            {
                case "Unsqueeze": made.Attribute.Add(Ints("axes", long.Parse(words[1], CultureInfo.InvariantCulture))); break;
                case "Flatten": made.Attribute.Add(new AttributeProto { Name = "axis", Type = AttributeProto.Types.AttributeType.Int, I = long.Parse(words[1], CultureInfo.InvariantCulture) }); break;
                case "Reshape":
                    made.Input.Add("sizes");
                    graph.Initializer.Add(new TensorProto { Name = "sizes", DataType = 7, Dims = { 2 }, Int64Data = { words[1..].Select(long.Parse) } });
                    break;
            }

            Insert(made);
            graph.Node.Single(node => node.OpType == "Tanh").Input[0] = "sum";
            if (areTaken)
            {
                Assert.Equal([1, 2, 3], Read(file.ToByteArray()).Layers[0].GetBiases());
            }
            else
            {
                Assert.Contains(isGemm ? "(Gemm)" : "(Add)", Assert.Throws<ModelException>(() => Read(file.ToByteArray())).Message, StringComparison.Ordinal);
            }

            int Insert(NodeProto node)
            {
                graph.Node.Insert(0, node);
                return 0;
            }
        }
    }

    /// <summary>What bends where nobody looks: a relu that ends, a straight line that does.</summary>
    [Theory]
    [InlineData(0, 20)]
    [InlineData(0, 1000)]
    [InlineData(0, 1e12)]
    [InlineData(-50, float.MaxValue)]
    [InlineData(-1e6, 1e6)]
    [InlineData(0, 12.5)]
    public void WhatBendsFarAwayIsAnother(float low, float high)
    {
        ModelProto file = Square();
        file.Graph.Initializer.Add(new TensorProto { Name = "low", DataType = 1, FloatData = { low } });
        file.Graph.Initializer.Add(new TensorProto { Name = "high", DataType = 1, FloatData = { high } });
        NodeProto bent = file.Graph.Node.Single(node => node.OpType == "Tanh");
        bent.OpType = "Clip";
        bent.Input.Add(["low", "high"]);
        Assert.Contains("its activation has the values of none", Assert.Throws<ModelException>(() => Read(file.ToByteArray())).Message, StringComparison.Ordinal);
        bent.Input[2] = "";
        file.Graph.Initializer.Single(tensor => tensor.Name == "low").FloatData[0] = 0;
        Assert.Equal("relu", Read(file.ToByteArray()).Definition.Layers[0].Activation.ToString());
    }

    /// <summary>[N, T, 3] through a product is T rows of each, and Softmax along axis 1 is over those.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(0)]
    public void MoreSizesThanTwoAreNoRows(int middle)
    {
        ModelProto file = Square();
        TensorShapeProto shape = file.Graph.Input[0].Type.TensorType.Shape;
        shape.Dim.Insert(1, middle > 0 ? new TensorShapeProto.Types.Dimension { DimValue = middle } : new TensorShapeProto.Types.Dimension { DimParam = "T" });
        Assert.Contains("an input of 3 sizes found", Assert.Throws<ModelException>(() => Read(file.ToByteArray())).Message, StringComparison.Ordinal);
        file.Graph.Node[0].Input[0] = "flat";
        file.Graph.Node.Insert(0, new NodeProto { OpType = "Flatten", Input = { "x" }, Output = { "flat" } });
        if (middle != 2)
        {
            Assert.Equal("3-3:tanh-2:softmax", Read(file.ToByteArray()).Definition.ToString());
        }

        file.Graph.Input[0].Type.TensorType.Shape = null;
        file.Graph.Node.RemoveAt(0);
        file.Graph.Node[0].Input[0] = "x";
        var notes = new Notes();
        OnnxImport.Read(new MemoryStream(file.ToByteArray()), "x", notes);
        Assert.Contains(notes.All, note => note.Message.Contains("input 'x': no sizes found", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("running_var", -1, "a variance of at least 0")]
    [InlineData("running_mean", float.NaN, "a finite number")]
    [InlineData("weight", float.PositiveInfinity, "a finite number")]
    public void NumbersThatNoNormHasAreNamed(string tensor, float value, string expected)
    {
        Network<float> network = new(NetworkDefinition.Parse("3-4:tanh,batch_norm-2:softmax"), Initializer.Parse("pytorch"), 1);
        ModelProto file = ModelProto.Parser.ParseFrom(File(NetworkTests.Model(network)));
        NodeProto norm = file.Graph.Node.Single(node => node.OpType == "BatchNormalization");
        norm.Name = "norm";
        file.Graph.Initializer.Single(initializer => initializer.Name == norm.Input[Array.IndexOf(["weight", "bias", "running_mean", "running_var"], tensor) + 1]).FloatData[2] = value;
        string message = Assert.Throws<ModelException>(() => Read(file.ToByteArray())).Message;
        Assert.Contains("'norm' (BatchNormalization)", message, StringComparison.Ordinal);
        Assert.Contains($"as element 2 of '", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void BytesThatAreNoFileAreRefused()
    {
        byte[] file = File(NetworkTests.Model(Small()));
        var random = new Random(1);
        for (int n = 0; n < 3000; n++)
        {
            byte[] odd = n % 3 == 0 ? file[..random.Next(file.Length)] : [.. file];
            for (int change = 0; change < random.Next(1, 4) && odd.Length > 0; change++)
            {
                odd[random.Next(odd.Length)] = (byte)random.Next(256);
            }

            try
            {
                Read(odd);
            }
            catch (ModelException)
            {
            }
        }

        Assert.Throws<ModelException>(() => Read([]));
        Assert.Throws<ModelException>(() => Read("PK and so on"u8.ToArray()));
    }

    /// <summary>tanh(x w), 3×3, then the rest of a network 3-3:tanh-2:softmax.</summary>
    private static ModelProto Square()
    {
        ModelProto file = ModelProto.Parser.ParseFrom(File(NetworkTests.Model(new(NetworkDefinition.Parse("3-3:tanh-2:softmax"), Initializer.Parse("pytorch"), 1))));
        GraphProto graph = file.Graph;
        string product = graph.Node[0].Output[0];
        graph.Initializer.Add(new TensorProto { Name = "w", DataType = 1, Dims = { 3, 3 }, FloatData = { 1, 2, 3, 4, 5, 6, 7, 8, 9 } });
        graph.Node.RemoveAt(0);
        graph.Node.Insert(0, new NodeProto { OpType = "MatMul", Name = "product", Input = { "x", "w" }, Output = { product } });
        return file;
    }

    private static AttributeProto Ints(string name, params long[] values) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } };

    private static Network<float> Small() => new(NetworkDefinition.Parse("3-4:tanh-2:softmax"), Initializer.Parse("pytorch"), 1);

    private static byte[] File(TabularModel model)
    {
        using var stream = new MemoryStream();
        OnnxExport.Write(model, stream, new() { Bare = true });
        return stream.ToArray();
    }

    private static Network<float> Read(byte[] file) => OnnxImport.Read(new MemoryStream(file), "test");
}
