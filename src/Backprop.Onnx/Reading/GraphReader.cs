using System.Globalization;
using Backprop.Activations;
using Backprop.Interchange;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Onnx.Wire;
using Backprop.Tables;
using static Backprop.Onnx.Reading.NodeAttributes;

namespace Backprop.Onnx.Reading;

/// <summary>Finds the layers of a network in a graph: goes through its nodes in their order and says of each value what it is.</summary>
internal sealed class GraphReader(GraphProto graph, long version, string source, Notes? notes)
{
    private const string Float = "float";

    private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);
    private readonly List<(Product Product, ActivationFunction Activation, bool IsResidual)> _layers = [];
    private readonly List<double> _numbers = []; // of formulas, and of attributes: a parameter of an activation is among them
    private readonly double[] _points = ComparedPoints.With(Constants(graph));

    /// <exception cref="ModelException">The output is of something that no layer is.</exception>
    public Network<float> Read()
    {
        foreach (TensorProto tensor in graph.Initializer)
        {
            _values[tensor.Name] = Tensor.Of(tensor, tensor.Name);
        }

        ValueInfoProto[] inputs = [.. graph.Input.Where(input => !_values.ContainsKey(input.Name))];
        if (inputs.Length != 1)
        {
            throw new ModelException($"'{source}': {inputs.Length} inputs found{(inputs.Length == 0 ? "" : $" ({string.Join(", ", inputs.Take(5).Select(input => $"'{input.Name}'"))}{(inputs.Length > 5 ? ", …" : "")})")}, one of rows of numbers expected");
        }

        _values[inputs[0].Name] = Input(inputs[0]);
        foreach (NodeProto node in graph.Node)
        {
            Value value = Of(node);
            for (int n = 0; n < node.Output.Count; n++)
            {
                _values[node.Output[n]] = n == 0 ? value : Refuse(node, $"its output '{node.Output[n]}' is one that no network has");
            }
        }

        return Build(Output());
    }

    private LayerOutput Input(ValueInfoProto input)
    {
        if (input.Type?.TensorType is not { } type || type.ElemType is not ((int)ElementType.Float or (int)ElementType.Double))
        {
            throw new ModelException($"'{source}', input '{input.Name}': elements of type {input.Type?.TensorType?.ElemType ?? 0} found, {Float} expected");
        }

        TensorShapeProto.Types.Dimension[] sizes = [.. (type.Shape?.Dim ?? []).Skip(1)];
        long width = 1;
        bool isKnown = sizes.Length > 0;
        foreach (TensorShapeProto.Types.Dimension size in sizes)
        {
            isKnown &= size.DimValue is > 0 and <= NetworkDefinition.MaxWidth && (width *= size.DimValue) <= NetworkDefinition.MaxWidth;
            width = isKnown ? width : 1;
        }

        int? rank = type.Shape?.Dim.Count;
        if (rank is null)
        {
            notes?.Add(new($"'{source}', input '{input.Name}': no sizes found, rows of numbers [N, inputs] are taken", IsLoss: false));
        }

        return new(0, isKnown ? (int)width : null, rank ?? 2);
    }

    /// <summary>The single numbers of a graph: at one of them a formula may have its bend.</summary>
    private static IEnumerable<double> Constants(GraphProto graph) =>
    [
        .. graph.Initializer.Concat(graph.Node.SelectMany(node => node.Attribute).Select(attribute => attribute.T).OfType<TensorProto>()).Where(tensor => tensor.Dims.All(size => size == 1)).Select(tensor => Tensor.Of(tensor, "")).OfType<Tensor>().Select(tensor => tensor.Values[0]),
        .. graph.Node.SelectMany(node => node.Attribute).SelectMany(attribute => attribute.Floats.Append(attribute.F)).Select(value => (double)value),
    ];

    /// <summary>The last layer: the one output that is a layer's.</summary>
    private LayerOutput Output()
    {
        (string Name, Value Value)[] outputs = [.. graph.Output.Select(output => (output.Name, _values.GetValueOrDefault(output.Name) ?? new Refused($"output '{output.Name}': no node makes it"))).Select(output => (output.Name, output.Item2 is Partial part ? End(part, isResidual: false) : output.Item2))];
        (string Name, Value Value)[] found = [.. outputs.Where(output => output.Value is LayerOutput { Number: > 0 })];
        if (found.Length != 1)
        {
            string why = outputs.Select(output => output.Value).OfType<Refused>().FirstOrDefault()?.Why ?? "the output is the input, or a constant";
            throw new ModelException(found.Length == 0 ? $"'{source}', {why}" : $"'{source}': outputs {string.Join(", ", found.Select(output => $"'{output.Name}'"))} found, one expected");
        }

        var last = (LayerOutput)found[0].Value;
        if (last.Number != _layers.Count)
        {
            throw new ModelException($"'{source}', output '{found[0].Name}': layer {last.Number} found, the last of {_layers.Count} expected");
        }

        if (outputs.Length > 1)
        {
            notes?.Add(new($"'{source}': the network's output is '{found[0].Name}'; left out: {string.Join(", ", outputs.Where(output => output.Name != found[0].Name).Select(output => $"'{output.Name}'"))}", IsLoss: true));
        }

        return last;
    }

    private Network<float> Build(LayerOutput last)
    {
        LayerDefinition[] layers = [.. _layers.Take(last.Number).Select(layer => new LayerDefinition(layer.Product.Units, layer.Activation, [.. layer.Product.Norm is { } norm ? [norm] : Array.Empty<LayerPart>(), .. layer.IsResidual ? [new Residual()] : Array.Empty<LayerPart>()]))];
        Network<float> network;
        try
        {
            network = new(new NetworkDefinition(_layers[0].Product.Inputs, layers));
        }
        catch (UsageException error)
        {
            throw new ModelException($"'{source}': {error.Message}", error);
        }

        for (int n = 0; n < layers.Length; n++)
        {
            Product product = _layers[n].Product;
            Set("weight", product.Weights);
            Set("bias", product.Biases ?? new float[product.Units]);
            foreach ((string name, float[] values) in product.NormTensors)
            {
                Set($"norm.{name}", values);
            }

            void Set(string name, float[] values)
            {
                string full = string.Create(CultureInfo.InvariantCulture, $"layers.{n + 1}.{name}");
                int odd = Array.FindIndex(values, value => !float.IsFinite(value));
                network.Blocks.Single(block => block.Name == full).Set(odd < 0 ? values : throw new ModelException($"'{source}', {full}: {values[odd].ToString(CultureInfo.InvariantCulture)} found, finite numbers expected"));
            }
        }

        return network;
    }

    private Value Of(NodeProto node)
    {
        Value[] inputs = [.. node.Input.Select(name => name.Length == 0 ? new Refused("") : _values.GetValueOrDefault(name) ?? Refuse(node, $"its input '{name}' is made by no node before it"))];
        if (node is { Domain: "ai.onnx.ml", OpType: "ZipMap" } && inputs is [Partial or Refused])
        {
            return Named(node, inputs[0]);
        }

        if (node.Domain is not ("" or "ai.onnx"))
        {
            return Refuse(node, $"an operator of '{node.Domain}' found, one of ONNX's own expected");
        }

        if (node.OpType == "Constant")
        {
            return ConstantOperators.Constant(node);
        }

        if (inputs.Length == 0)
        {
            return Refuse(node, "no input found");
        }

        if (inputs.FirstOrDefault(input => input is Refused { Why.Length: > 0 }) is { } refused)
        {
            return refused;
        }

        return node.OpType switch
        {
            "Identity" or "Dropout" or "Cast" or "Flatten" or "Reshape" or "Squeeze" or "Unsqueeze" or "Transpose" => Same(node, inputs),
            "Gemm" => Gemm(node, inputs),
            "MatMul" => MatMul(node, inputs),
            "BatchNormalization" or "LayerNormalization" => Norm(node, inputs),
            "Softmax" or "LogSoftmax" => Softmax(node, inputs[0]),
            "Clip" => Clip(node, inputs),
            "Concat" => BothClasses(node, inputs),
            _ => inputs.Length == 1 ? Unary(node, inputs[0]) : inputs.Length == 2 ? Binary(node, inputs[0], inputs[1]) : Unknown(node),
        };
    }

    /// <summary>What changes no number, or only the places of constants.</summary>
    private Value Same(NodeProto node, Value[] inputs)
    {
        if (inputs[0] is Tensor tensor)
        {
            return ConstantOperators.Same(node, tensor, inputs.ElementAtOrDefault(1));
        }

        int? width = WidthOf(inputs[0]);
        bool isSame = node.OpType switch
        {
            "Identity" => true,
            "Dropout" => inputs.ElementAtOrDefault(2) is not Tensor { Values: [not 0, ..] },
            "Cast" => Integer(node, "to", 0) is (int)ElementType.Float or (int)ElementType.Double,
            "Flatten" => Integer(node, "axis", 1) == 1,
            "Reshape" => inputs is [_, Tensor { Values: [var rows, var columns] }] && (rows is -1 or 0 ? columns == width || columns == -1 || (width is null && columns > 0) : columns == -1),
            _ => false,
        };
        return !isSame ? Unknown(node)
            : node.OpType == "Reshape" && inputs[0] is LayerOutput { Number: 0, Width: null } && ((Tensor)inputs[1]).Values[1] is > 0 and <= NetworkDefinition.MaxWidth and var given ? new LayerOutput(0, (int)given)
            : node.OpType is "Reshape" or "Flatten" && inputs[0] is LayerOutput input ? input with { Rank = 2 }
            : inputs[0];
    }

    private Value Gemm(NodeProto node, Value[] inputs)
    {
        if (inputs is not [_, Tensor weights, ..] || Number(node, "alpha", 1) != 1 || Number(node, "beta", 1) != 1 || Integer(node, "transA", 0) != 0)
        {
            return Refuse(node, "expected of rows and constant weights, with alpha and beta 1 and no transA");
        }

        Value product = Multiply(node, inputs[0], Integer(node, "transB", 0) == 0 ? weights.Transposed() : weights);
        return inputs is [_, _, Tensor biases] && product is Partial part ? Biased(node, part.Product, biases)
            : inputs.Length > 2 && inputs[2] is not (Tensor or Refused) ? Refuse(node, "biases found that are no constant")
            : product;
    }

    private Value MatMul(NodeProto node, Value[] inputs) =>
        inputs is [_, Tensor weights] ? Multiply(node, inputs[0], weights.Transposed()) : Refuse(node, "expected of rows and constant weights");

    /// <param name="node">The node.</param>
    /// <param name="rows">x.</param>
    /// <param name="weights">[Units×Inputs].</param>
    private Value Multiply(NodeProto node, Value rows, Tensor weights)
    {
        if (weights.Shape.Length != 2 || weights.Values.Length == 0)
        {
            return Refuse(node, $"weights '{weights.Name}' of sizes {string.Join('×', weights.Shape)} found, a matrix expected");
        }

        if (rows is Partial part)
        {
            rows = End(part, isResidual: false);
        }

        if (rows is not LayerOutput layer)
        {
            return rows is Refused ? rows : Refuse(node, "a product of constants found");
        }

        if (layer.Rank != 2)
        {
            return Refuse(node, string.Create(CultureInfo.InvariantCulture, $"an input of {layer.Rank} sizes found, rows [N, inputs] expected, as Flatten makes them"));
        }

        if (layer.Width is { } width && width != weights.Shape[1])
        {
            return Refuse(node, string.Create(CultureInfo.InvariantCulture, $"weights '{weights.Name}' for {weights.Shape[1]} inputs found, {width} expected"));
        }

        NoteRounding(weights);
        return new Partial(new() { Before = layer.Number, Inputs = weights.Shape[1], Units = weights.Shape[0], Weights = weights.ToFloats() });
    }

    private Value Biased(NodeProto node, Product product, Tensor biases)
    {
        if (!biases.IsRow(product.Units) && !biases.IsRow(1))
        {
            return Refuse(node, string.Create(CultureInfo.InvariantCulture, $"biases '{biases.Name}' of sizes {string.Join('×', biases.Shape)} found, {product.Units}, 1×{product.Units} or one number expected"));
        }

        NoteRounding(biases);
        float[] values = biases.ToFloats();
        return new Partial(product.With(values.Length == product.Units ? values : [.. Enumerable.Repeat(values[0], product.Units)]));
    }

    private Value Norm(NodeProto node, Value[] inputs)
    {
        bool isBatch = node.OpType == "BatchNormalization";
        string[] names = isBatch ? ["weight", "bias", "running_mean", "running_var"] : ["weight", "bias"];
        if (inputs[0] is not Partial { IsProduct: true, Product: { Norm: null } product })
        {
            return Refuse(node, "expected between a layer's product and its activation");
        }

        if ((isBatch ? Integer(node, "training_mode", 0) : Integer(node, "axis", -1) is -1 or 1 ? 0 : 1) != 0)
        {
            return Refuse(node, isBatch ? "training_mode found" : "an axis of its own found, the last expected");
        }

        var tensors = new List<KeyValuePair<string, float[]>>();
        for (int n = 0; n < names.Length; n++)
        {
            bool isThere = n + 1 < inputs.Length && inputs[n + 1] is not Refused;
            if (isThere ? inputs[n + 1] is not Tensor tensor || !tensor.IsRow(product.Units) : isBatch || n == 0)
            {
                return Refuse(node, $"{product.Units} constants expected as {names[n]}");
            }

            if (!isThere)
            {
                tensors.Add(new(names[n], new float[product.Units]));
                continue;
            }

            var constants = (Tensor)inputs[n + 1];
            float[] values = constants.ToFloats();
            if (Array.FindIndex(values, value => !float.IsFinite(value) || (value < 0 && names[n] == "running_var")) is >= 0 and var odd)
            {
                return Refuse(node, string.Create(CultureInfo.InvariantCulture, $"{constants.Values[odd]} found as element {odd} of '{constants.Name}', {(float.IsFinite(values[odd]) ? "a variance of at least 0" : "a finite number that float holds")} expected"));
            }

            NoteRounding(constants);
            tensors.Add(new(names[n], values));
        }

        double epsilon = Number(node, "epsilon", 1e-5);
        return epsilon > 0 && double.IsFinite(epsilon)
            ? new Partial(product.With(isBatch ? new BatchNorm(epsilon) : new LayerNorm(epsilon), tensors))
            : Refuse(node, $"epsilon {epsilon.ToString(CultureInfo.InvariantCulture)} found, a number above 0 expected");
    }

    private Value Softmax(NodeProto node, Value input)
    {
        if (input is not Partial { IsProduct: true } product)
        {
            return Refuse(node, "expected behind a layer's product");
        }

        if (Integer(node, "axis", version < 13 ? 1 : -1) is not (1 or -1))
        {
            return Refuse(node, "an axis of its own found, the last expected");
        }

        return new Partial(product.Product, Vector: node.OpType == "Softmax" ? "softmax" : "log_softmax");
    }

    private Value Clip(NodeProto node, Value[] inputs)
    {
        double? Bound(int at, string attribute, double none) => inputs.Length <= at || inputs[at] is Refused ? Number(node, attribute, none) : inputs[at] is Tensor { Values: [var bound] } ? bound : null;
        return Bound(1, "min", double.NegativeInfinity) is { } low && Bound(2, "max", double.PositiveInfinity) is { } high && low <= high ? Apply(node, inputs[0], x => Math.Min(Math.Max(x, low), high)) : Unknown(node);
    }

    private Value Unary(NodeProto node, Value input)
    {
        if (ScalarOperators.Unary(node.OpType, (name, usual) => Kept(Number(node, name, usual))) is not { } function)
        {
            return Unknown(node);
        }

        return Apply(node, input, function);
    }

    private double Kept(double number)
    {
        _numbers.Add(number);
        return number;
    }

    private Value Apply(NodeProto node, Value input, Func<double, double> function) => input switch
    {
        Partial { Vector: null } part => part with { Values = Array.ConvertAll(Of(part), value => function(value)), Operator = node.OpType },
        Tensor { Values: [var value] } tensor => tensor with { Values = [function(value)] },
        _ => Refuse(node, "expected behind a layer's product"),
    };

    private Value Binary(NodeProto node, Value a, Value b)
    {
        if (node.OpType == "Add")
        {
            if (a is Partial { IsProduct: true, Product: { Biases: null, Norm: null } left } && b is Tensor right && right.IsRow(left.Units))
            {
                return Biased(node, left, right);
            }

            if (b is Partial { IsProduct: true, Product: { Biases: null, Norm: null } other } && a is Tensor first && first.IsRow(other.Units))
            {
                return Biased(node, other, first);
            }

            if (b is Partial inner && LayerOf(a) == inner.Product.Before && !Equals(a, b))
            {
                return End(inner, isResidual: true);
            }

            if (a is Partial outer && LayerOf(b) == outer.Product.Before)
            {
                return End(outer, isResidual: true);
            }
        }

        if (ScalarOperators.Binary(node.OpType) is not { } function)
        {
            return Unknown(node);
        }

        _ = (a is Tensor { Values: [var kept] } ? Kept(kept) : 0, b is Tensor { Values: [var also] } ? Kept(also) : 0);
        return (a, b) switch
        {
            (Partial { Vector: null } x, Partial { Vector: null } y) when ReferenceEquals(x.Product, y.Product) => x with { Values = [.. Of(x).Zip(Of(y), function)], Operator = node.OpType },
            (Partial x, Tensor { Values: [var number] }) => Apply(node, x, value => function(value, number)),
            (Tensor { Values: [var number] }, Partial y) => Apply(node, y, value => function(number, value)),
            (Tensor { Values: [var one] } x, Tensor { Values: [var other] }) => x with { Values = [function(one, other)] },
            (LayerOutput { Number: var number }, Tensor tensor) => Scaled(node, number, tensor),
            (Tensor tensor, LayerOutput { Number: var number }) => Scaled(node, number, tensor),
            _ => Refuse(node, "two values found that are of no one layer"),
        };
    }

    /// <summary>Probabilities under the names of classes: which are not kept.</summary>
    private Value Named(NodeProto node, Value input)
    {
        if (input is Partial)
        {
            notes?.Add(new($"'{source}': left out: the names that node '{node.Name}' (ZipMap) gives to classes; the model has their numbers", IsLoss: true));
        }

        return input;
    }

    /// <summary>1 − p and p of one output, as scikit-learn has two classes: the network's output is p.</summary>
    private Value BothClasses(NodeProto node, Value[] inputs)
    {
        if (inputs is not [Partial { Vector: null, Product.Units: 1 } first, Partial { Vector: null } second] || !ReferenceEquals(first.Product, second.Product) || Integer(node, "axis", 0) is not (1 or -1)
            || !Of(first).Zip(Of(second)).All(pair => Math.Abs(pair.First + pair.Second - 1) <= 1e-6))
        {
            return Refuse(node, "1 − p and p of one output expected");
        }

        notes?.Add(new($"'{source}': node '{node.Name}' (Concat) gives 1 − p and p: the model's one output is p, of the second class", IsLoss: false));
        return second;
    }

    private double[] Of(Partial part) => part.Values ?? _points;

    /// <summary>ℓ of a value that is known to be x_ℓ; −1: it is none.</summary>
    private static int LayerOf(Value value) => value switch
    {
        LayerOutput { Rank: 2 } layer => layer.Number,
        Partial { Product.Ended: { } ended } part when ReferenceEquals(ended.Value, part) && !ended.IsResidual => ended.Layer.Number,
        _ => -1,
    };

    private static int? WidthOf(Value value) => value switch { LayerOutput layer => layer.Width, Partial part => part.Product.Units, _ => null };

    /// <summary>A layer that ends with a value, once.</summary>
    private Value End(Partial value, bool isResidual)
    {
        Product product = value.Product;
        if (product.Ended is { } ended)
        {
            return ReferenceEquals(ended.Value, value) && ended.IsResidual == isResidual ? ended.Layer : new Refused($"layer {ended.Layer.Number}: what comes of its product goes two ways");
        }

        if (product.Before != _layers.Count)
        {
            return new Refused(string.Create(CultureInfo.InvariantCulture, $"layer {product.Before + 1}: two layers stand behind layer {product.Before}, one expected"));
        }

        ActivationFunction? activation = value.Vector is { } vector ? ActivationFunction.Create(vector) : value.Values is null ? ActivationFunction.Create("identity") : ScalarOperators.Recognise(value.Values, _points, _numbers, value.Operator);
        if (activation is null)
        {
            return new Refused(string.Create(CultureInfo.InvariantCulture, $"layer {product.Before + 1}: its activation has the values of none of {string.Join(", ", ActivationFunction.Names)}"));
        }

        _layers.Add((product, activation, isResidual));
        var layer = new LayerOutput(_layers.Count, product.Units);
        product.Ended = (value, isResidual, layer);
        return layer;
    }

    /// <summary>Numbers are scaled between layers by their weights alone.</summary>
    private static Refused Scaled(NodeProto node, int layer, Tensor tensor) =>
        Refuse(node, $"{(layer == 0 ? "the input" : $"what layer {layer} gives")} found with tensor '{tensor.Name}', a product with weights expected: scale before, or make it part of the weights that follow");

    private void NoteRounding(Tensor tensor)
    {
        if (tensor.IsRounded)
        {
            notes?.Add(new($"'{source}', tensor '{tensor.Name}': numbers of double precision are rounded to float", IsLoss: false));
        }
    }
}
