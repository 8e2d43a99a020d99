using Backprop.Networks;
using Backprop.Onnx.Wire;
using Backprop.Propagation;
using Google.Protobuf;

namespace Backprop.Onnx.Tests;

/// <summary>
/// ONNX's own tests of the operators that are read (Debian's libonnx-testdata): each node behind a product with the unit matrix, or in its place, is read as a network, which must give what the test says;
/// an operator that is no activation by itself, but part of the formulas of some, must have the test's values as a formula. What is refused is told, with the reason that a user would get.
/// </summary>
public class NodeTests
{
    private const string Folder = "/usr/share/libonnx-testdata/data/node";

    /// <summary>What GraphReader knows.</summary>
    private static readonly HashSet<string> s_read = new(StringComparer.Ordinal)
    {
        "Identity", "Dropout", "Cast", "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Constant", "Gemm", "MatMul", "BatchNormalization", "LayerNormalization", "Softmax", "LogSoftmax", "Clip",
        "Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Relu", "LeakyRelu", "Elu", "Celu", "Selu", "Sigmoid", "Tanh", "Softplus", "Softsign", "HardSigmoid", "Exp", "Log", "Sin", "Cos", "Abs", "Neg", "Sqrt", "Reciprocal", "Erf", "Concat",
    };

    /// <summary>The version of operators that files begin with here, in which those of before are in force still.</summary>
    private const long Oldest = 7;

    [Fact]
    public void OnnxOwnTestsPass()
    {
        Assert.SkipUnless(Directory.Exists(Folder), $"there is no {Folder}: apt-get install libonnx-testdata");
        int passed = 0, formulas = 0;
        List<string> left = [], failed = [];
        foreach (string folder in Directory.EnumerateDirectories(Folder).Order(StringComparer.Ordinal))
        {
            ModelProto file = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder, "model.onnx")));
            if (!file.Graph.Node.All(node => node.Domain.Length == 0 && s_read.Contains(node.OpType)))
            {
                continue;
            }

            string name = Path.GetFileName(folder);
            double? worst = AsFormula(file.Clone().Graph, folder);
            try
            {
                worst = Worst(file, folder);
                passed++;
            }
            catch (Exception error) when (error is ModelException or NotSupportedException)
            {
                if (worst is null)
                {
                    left.Add($"{name}: {error.Message}");
                    continue;
                }

                formulas++;
            }

            if (worst > 1e-5)
            {
                failed.Add(FormattableString.Invariant($"{name}: off by {worst:G3}"));
            }
        }

        ITestOutputHelper? output = TestContext.Current.TestOutputHelper;
        output?.WriteLine($"{passed} of ONNX's node tests as networks, {formulas} as formulas, {failed.Count} of both failed, {left.Count} left out, each with its reason:");
        left.ForEach(line => output?.WriteLine($"  {line}"));
        Assert.Empty(failed);
        Assert.True(passed >= 60 && formulas >= 30, $"{passed} networks and {formulas} formulas");
    }

    /// <summary>How far one operator of numbers is from a test; null: it is none, or numbers of other kinds or of sizes that differ.</summary>
    private static double? AsFormula(GraphProto graph, string folder)
    {
        string data = Path.Combine(folder, "test_data_set_0");
        if (graph.Node is not [{ } node] || graph.Input.Count is 0 or > 2 || graph.Input.Count != node.Input.Count)
        {
            return null;
        }

        try
        {
            (int[] shape, float[] a) = Read(data, "input_0");
            (_, float[] expected) = Read(data, "output_0");
            if (graph.Input.Count == 1)
            {
                Func<double, double>? unary = Reading.ScalarOperators.Unary(node.OpType, (name, usual) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.F ?? usual);
                return unary is null ? null : Near.Worst(a.Select(x => unary(x)), expected.Select(y => (double)y), 1e-2);
            }

            (int[] other, float[] b) = Read(data, "input_1");
            Func<double, double, double>? binary = Reading.ScalarOperators.Binary(node.OpType);
            return binary is null || (b.Length != 1 && !other.SequenceEqual(shape)) ? null : Near.Worst(a.Select((x, n) => binary(x, b[b.Length == 1 ? 0 : n])), expected.Select(y => (double)y), 1e-2);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>How far a test's first set of data is from what a network of its node gives.</summary>
    /// <exception cref="NotSupportedException">A test of something else than rows of numbers.</exception>
    private static double Worst(ModelProto file, string folder)
    {
        GraphProto graph = file.Graph;
        string data = Path.Combine(folder, "test_data_set_0");
        (int[] shape, float[] input) = graph.Input.Count > 0 ? Read(data, "input_0") : ([1, 1], [0]);
        (int[] outputShape, float[] expected) = Read(data, "output_0");
        for (int n = 1; n < graph.Input.Count; n++)
        {
            TensorProto constant = TensorProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(data, $"input_{n}.pb")));
            constant.Name = graph.Input[n].Name;
            graph.Initializer.Add(constant);
        }

        string[] types = [.. graph.Node.Select(node => node.OpType)];
        if (types.Contains("BatchNormalization") && shape.Length != 2)
        {
            (input, expected) = (ToRows(shape, input), ToRows(shape, expected)); // one row for each place of a picture
            shape = outputShape = [input.Length / shape[1], shape[1]];
        }

        foreach (OperatorSetIdProto set in file.OpsetImport.Where(set => set.Version < Oldest))
        {
            set.Version = Oldest;
        }

        bool isProduct = types.Any(type => type is "Gemm" or "MatMul"), alongRows = types is ["Softmax" or "LogSoftmax" or "LayerNormalization"];
        if (shape.Length > 2 && alongRows && graph.Node[0].Attribute.FirstOrDefault(attribute => attribute.Name == "axis") is var axis && (axis is null || axis.I == -1 || axis.I == shape.Length - 1))
        {
            _ = axis is null || graph.Node[0].Attribute.Remove(axis); // along the last of many sizes, which is what is meant where nothing is said
            shape = outputShape = [input.Length / shape[^1], shape[^1]];
        }

        if (shape.Length > 2 && types is ["MatMul"] && outputShape.Length == shape.Length && graph.Initializer[0].Dims.Count == 2)
        {
            shape = [input.Length / shape[^1], shape[^1]];
        }

        bool keepsShape = isProduct || alongRows || types.Any(type => type is "BatchNormalization" or "Flatten" or "Reshape" or "Squeeze" or "Unsqueeze" or "Transpose");
        if (keepsShape && shape.Length != 2)
        {
            throw new NotSupportedException($"an input of sizes {string.Join('×', shape)}, no rows of numbers");
        }

        (int rows, int width) = keepsShape ? (shape[0], shape[1]) : (1, input.Length);
        if (!keepsShape && !shape.SequenceEqual(outputShape))
        {
            throw new NotSupportedException($"an output of sizes {string.Join('×', outputShape)} of an input of {string.Join('×', shape)}: another shape");
        }

        string first = graph.Input.Count > 0 ? graph.Input[0].Name : "none";
        graph.Input.Clear();
        graph.Input.Add(Sized(isProduct ? first : "rows", width));
        if (!isProduct)
        {
            graph.Initializer.Add(Unit(width));
            graph.Node.Insert(0, new NodeProto { OpType = "MatMul", Name = "unit", Input = { "rows", "unit_matrix" }, Output = { first } });
        }

        Network<float> network = OnnxImport.Read(new MemoryStream(file.ToByteArray()), "test");
        float[] found = new float[rows * network.Definition.Outputs];
        using var predictor = new Predictor<float>(network);
        predictor.Predict(input, found);
        return Near.Worst(found.Select(y => (double)y), expected.Select(y => (double)y), 1e-2);
    }

    private static ValueInfoProto Sized(string name, int width) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor
            {
                ElemType = 1,
                Shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "N" }, new TensorShapeProto.Types.Dimension { DimValue = width } } },
            },
        },
    };

    private static TensorProto Unit(int width)
    {
        var unit = new TensorProto { Name = "unit_matrix", DataType = 1, Dims = { width, width } };
        unit.FloatData.AddRange(Enumerable.Range(0, width * width).Select(n => n / width == n % width ? 1f : 0));
        return unit;
    }

    private static (int[] Shape, float[] Values) Read(string folder, string name)
    {
        string path = Path.Combine(folder, $"{name}.pb");
        var proto = TensorProto.Parser.ParseFrom(File.ReadAllBytes(path));
        return proto.DataType is 1 or 10 or 11 && Reading.Tensor.Of(proto, name) is Reading.Tensor tensor ? ([.. tensor.Shape], tensor.ToFloats())
            : throw new NotSupportedException($"{name} of elements of type {proto.DataType}, no numbers of 16 to 64 bits");
    }

    /// <summary>[N, C, …] to [N·…, C].</summary>
    private static float[] ToRows(int[] shape, float[] values)
    {
        int channels = shape[1], places = shape.Skip(2).Aggregate(1, (product, size) => product * size);
        float[] rows = new float[values.Length];
        for (int n = 0; n < values.Length; n++)
        {
            int place = n % places, channel = n / places % channels, sample = n / places / channels;
            rows[(((sample * places) + place) * channels) + channel] = values[n];
        }

        return rows;
    }
}
