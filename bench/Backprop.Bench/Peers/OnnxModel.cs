using System.Runtime.InteropServices;
using Backprop.Networks;
using Google.Protobuf;

namespace Backprop.Bench.Peers;

/// <summary>A network as an ONNX model, one Gemm and one activation a layer. Just what the peer needs: field numbers are those of onnx.proto.</summary>
internal static class OnnxModel
{
    public const string Input = "x", Output = "y";

    private const int Float = 1, IntAttribute = 2;

    /// <summary>The bytes of the model, for batches of so many rows.</summary>
    public static byte[] Write(Network<float> network, int rows)
    {
        NetworkDefinition definition = network.Definition;
        return Message(model =>
        {
            Write(model, 1, 8); // ir_version
            Write(model, 2, "backprop"); // producer_name
            Write(model, 7, graph =>
            {
                string before = Input;
                foreach (DenseLayer<float> layer in network.Layers)
                {
                    string weights = $"w{layer.Index}", biases = $"b{layer.Index}", product = $"p{layer.Index}", after = layer.Index == network.Layers.Length ? Output : $"x{layer.Index}";
                    Write(graph, 1, node => Node(node, "Gemm", [before, weights, biases], product, transposesB: true)); // node
                    Write(graph, 1, node => Node(node, Operator(layer), [product], after));
                    before = after;
                }

                Write(graph, 2, "network"); // name
                foreach (DenseLayer<float> layer in network.Layers)
                {
                    Write(graph, 5, tensor => Tensor(tensor, $"w{layer.Index}", [layer.Outputs, layer.Inputs], layer.GetWeights())); // initializer
                    Write(graph, 5, tensor => Tensor(tensor, $"b{layer.Index}", [layer.Outputs], layer.GetBiases()));
                }

                Write(graph, 11, value => Value(value, Input, rows, definition.Inputs)); // input
                Write(graph, 12, value => Value(value, Output, rows, definition.Outputs)); // output
            });
            Write(model, 8, opset => Write(opset, 2, 17)); // opset_import: version
        });
    }

    private static string Operator(DenseLayer<float> layer) => layer.Activation.Name switch
    {
        "relu" => "Relu",
        "softmax" => "Softmax",
        _ => throw new NotSupportedException(layer.Activation.Name),
    };

    private static void Node(CodedOutputStream node, string type, string[] inputs, string output, bool transposesB = false)
    {
        foreach (string input in inputs)
        {
            Write(node, 1, input);
        }

        Write(node, 2, output);
        Write(node, 4, type); // op_type
        if (transposesB)
        {
            Write(node, 5, attribute =>
            {
                Write(attribute, 1, "transB");
                Write(attribute, 3, 1); // i
                Write(attribute, 20, IntAttribute);
            });
        }
    }

    private static void Tensor(CodedOutputStream tensor, string name, int[] shape, float[] values)
    {
        foreach (int dimension in shape)
        {
            Write(tensor, 1, dimension);
        }

        Write(tensor, 2, Float); // data_type
        Write(tensor, 8, name);
        tensor.WriteTag(9, WireFormat.WireType.LengthDelimited); // raw_data
        tensor.WriteBytes(ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values)));
    }

    private static void Value(CodedOutputStream value, string name, int rows, int columns)
    {
        Write(value, 1, name);
        Write(value, 2, type => Write(type, 1, tensor => // type: tensor_type
        {
            Write(tensor, 1, Float); // elem_type
            Write(tensor, 2, shape =>
            {
                Write(shape, 1, dimension => Write(dimension, 1, rows)); // dim: dim_value
                Write(shape, 1, dimension => Write(dimension, 1, columns));
            });
        }));
    }

    private static byte[] Message(Action<CodedOutputStream> content)
    {
        using var memory = new MemoryStream();
        using var stream = new CodedOutputStream(memory);
        content(stream);
        stream.Flush();
        return memory.ToArray();
    }

    private static void Write(CodedOutputStream to, int field, Action<CodedOutputStream> message)
    {
        to.WriteTag(field, WireFormat.WireType.LengthDelimited);
        to.WriteBytes(ByteString.CopyFrom(Message(message)));
    }

    private static void Write(CodedOutputStream to, int field, string text)
    {
        to.WriteTag(field, WireFormat.WireType.LengthDelimited);
        to.WriteString(text);
    }

    private static void Write(CodedOutputStream to, int field, long number)
    {
        to.WriteTag(field, WireFormat.WireType.Varint);
        to.WriteInt64(number);
    }
}
