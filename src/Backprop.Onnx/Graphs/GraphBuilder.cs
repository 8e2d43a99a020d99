using System.Globalization;
using Backprop.Onnx.Wire;
using Google.Protobuf;

namespace Backprop.Onnx.Graphs;

/// <summary>A graph that grows by operators. Each method gives back the name of what it has added.</summary>
/// <param name="outputPrefix">What the names of outputs begin with.</param>
internal sealed class GraphBuilder(string outputPrefix)
{
    /// <summary>Operators beyond ONNX's own.</summary>
    public const string LearningDomain = "ai.onnx.ml";

    /// <summary>The rows of a batch.</summary>
    private const string Rows = "N";

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly List<OnnxValue> _inputs = [], _outputs = [];

    public GraphProto Graph { get; } = new();

    public bool UsesLearningOperators { get; private set; }

    public OnnxSignature Signature => new(_inputs, _outputs);

    /// <summary>An input, under this very name. Inputs come first.</summary>
    public string Input(OnnxValue value)
    {
        if (!_names.Add(value.Name))
        {
            throw new InvalidOperationException($"two values are called '{value.Name}'");
        }

        _inputs.Add(value);
        Graph.Input.Add(Info(value));
        return value.Name;
    }

    /// <summary>An output; where an input is called so its name is marked.</summary>
    /// <returns>Its name.</returns>
    public string Output(OnnxValue value, string from)
    {
        string name = outputPrefix + value.Name;
        while (!_names.Add(name))
        {
            name += "_";
        }

        Graph.Node.Add(new NodeProto { OpType = "Identity", Name = name, Input = { from }, Output = { name } });
        _outputs.Add(value with { Name = name });
        Graph.Output.Add(Info(_outputs[^1]));
        return name;
    }

    /// <summary>An operator.</summary>
    public string Add(string type, params ReadOnlySpan<string> inputs) => Add(type, [], inputs);

    /// <summary>An operator with attributes.</summary>
    public string Add(string type, IEnumerable<AttributeProto> attributes, params ReadOnlySpan<string> inputs)
    {
        string name = Unique(type.ToLowerInvariant());
        var node = new NodeProto { OpType = type, Name = name, Output = { name } };
        node.Attribute.AddRange(attributes);
        foreach (string input in inputs)
        {
            node.Input.Add(input);
        }

        Graph.Node.Add(node);
        return name;
    }

    /// <summary>The place of a text in a list of known ones.</summary>
    /// <param name="text">Texts.</param>
    /// <param name="places">What each known one becomes.</param>
    /// <param name="other">What the others become.</param>
    public string LabelEncoder(string text, IReadOnlyCollection<KeyValuePair<string, int>> places, int other)
    {
        UsesLearningOperators = true;
        var keys = new AttributeProto { Name = "keys_strings", Type = AttributeProto.Types.AttributeType.Strings };
        keys.Strings.AddRange(places.Select(place => ByteString.CopyFromUtf8(place.Key)));
        var values = new AttributeProto { Name = "values_int64s", Type = AttributeProto.Types.AttributeType.Ints };
        values.Ints.AddRange(places.Select(place => (long)place.Value));
        string name = Add("LabelEncoder", [keys, values, Attribute("default_int64", other)], text);
        Graph.Node[^1].Domain = LearningDomain;
        return name;
    }

    public string Cast(string from, ElementType to) => Add("Cast", [Attribute("to", (long)to)], from);

    /// <summary>Side by side.</summary>
    public string Concat(IReadOnlyList<string> parts) => parts.Count == 1 ? parts[0] : Add("Concat", [Attribute("axis", 1L)], [.. parts]);

    /// <summary>Some columns of a matrix.</summary>
    public string Columns(string matrix, IReadOnlyList<int> columns) => Add("Gather", [Attribute("axis", 1L)], matrix, Longs([.. columns]));

    /// <summary>One column of a matrix, as a vector.</summary>
    public string Column(string matrix, int column) => Add("Gather", [Attribute("axis", 1L)], matrix, Constant([column], [], ElementType.Int64));

    public string Floats(ReadOnlySpan<float> values, ReadOnlySpan<int> shape, string? name = null)
    {
        TensorProto tensor = Tensor(ElementType.Float, shape, name);
        tensor.FloatData.Capacity = values.Length;
        foreach (float value in values)
        {
            tensor.FloatData.Add(value);
        }

        return tensor.Name;
    }

    /// <summary>A vector.</summary>
    public string Doubles(IReadOnlyList<double> values)
    {
        TensorProto tensor = Tensor(ElementType.Double, [values.Count]);
        tensor.DoubleData.AddRange(values);
        return tensor.Name;
    }

    /// <summary>A vector.</summary>
    public string Longs(IReadOnlyList<long> values) => Constant(values, [values.Count], ElementType.Int64);

    /// <summary>A vector.</summary>
    public string Longs(IReadOnlyList<int> values) => Longs([.. values.Select(value => (long)value)]);

    /// <summary>A vector.</summary>
    public string Strings(IReadOnlyList<string> values) => Strings(values, [values.Count]);

    /// <summary>A scalar.</summary>
    public string Text(string value) => Strings([value], []);

    /// <summary>A scalar.</summary>
    public string Float(double value) => Floats([(float)value], []);

    /// <summary>A scalar.</summary>
    public string Double(double value)
    {
        TensorProto tensor = Tensor(ElementType.Double, []);
        tensor.DoubleData.Add(value);
        return tensor.Name;
    }

    public static AttributeProto Attribute(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    public static AttributeProto Attribute(string name, double value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = (float)value };

    private string Constant(IReadOnlyList<long> values, ReadOnlySpan<int> shape, ElementType type)
    {
        TensorProto tensor = Tensor(type, shape);
        tensor.Int64Data.AddRange(values);
        return tensor.Name;
    }

    private string Strings(IReadOnlyList<string> values, ReadOnlySpan<int> shape)
    {
        TensorProto tensor = Tensor(ElementType.String, shape);
        tensor.StringData.AddRange(values.Select(ByteString.CopyFromUtf8));
        return tensor.Name;
    }

    private TensorProto Tensor(ElementType type, ReadOnlySpan<int> shape, string? name = null)
    {
        var tensor = new TensorProto { Name = name is not null && _names.Add(name) ? name : Unique(name ?? "constant"), DataType = (int)type };
        foreach (int size in shape)
        {
            tensor.Dims.Add(size);
        }

        Graph.Initializer.Add(tensor);
        return tensor;
    }

    private string Unique(string stem)
    {
        for (int number = _names.Count; ; number++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{stem}_{number}");
            if (_names.Add(name))
            {
                return name;
            }
        }
    }

    private static ValueInfoProto Info(OnnxValue value)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = Rows } } };
        if (value.Width is { } width)
        {
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = width });
        }

        return new() { Name = value.Name, DocString = value.Meaning, Type = new() { TensorType = new() { ElemType = (int)value.Type, Shape = shape } } };
    }
}
