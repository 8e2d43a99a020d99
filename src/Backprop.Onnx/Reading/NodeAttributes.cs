using System.Globalization;
using Backprop.Onnx.Wire;

namespace Backprop.Onnx.Reading;

/// <summary>What a node says of itself, and how it is named where it is refused.</summary>
internal static class NodeAttributes
{
    public static Refused Unknown(NodeProto node) => Refuse(node, $"an operator of a multi-layer perceptron expected{(node.OpType == "ReduceMean" ? "; if it is of a layer norm, an export of operators 17 or later (opset_version=17) has that whole" : "")}");

    public static Refused Refuse(NodeProto node, string why) => new($"node '{(node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault())}' ({node.OpType}): {why}");

    public static long Integer(NodeProto node, string name, long usual) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.I ?? usual;

    public static long[]? Integers(NodeProto node, string name) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name) is { } attribute ? [.. attribute.Ints] : null;

    /// <summary>0.3 is written as a float, and meant as 0.3.</summary>
    public static double Number(NodeProto node, string name, double usual) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name) is { } attribute
        ? double.Parse(attribute.F.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
        : usual;
}
