using Backprop.Onnx.Wire;
using static Backprop.Onnx.Reading.NodeAttributes;

namespace Backprop.Onnx.Reading;

/// <summary>Operators whose values are constants: where a graph has its weights, and what turns and shapes them.</summary>
internal static class ConstantOperators
{
    /// <summary>What a node is that has its numbers itself.</summary>
    public static Value Constant(NodeProto node)
    {
        string name = node.Output.FirstOrDefault() ?? node.Name;
        AttributeProto? attribute = node.Attribute.FirstOrDefault();
        return attribute?.Name switch
        {
            "value" when attribute.T is not null => Tensor.Of(attribute.T, name),
            "value_float" => new Tensor(name, [], [attribute.F], IsRounded: false),
            "value_int" => new Tensor(name, [], [attribute.I], IsRounded: false),
            "value_floats" => new Tensor(name, [attribute.Floats.Count], [.. attribute.Floats.Select(value => (double)value)], IsRounded: false),
            "value_ints" => new Tensor(name, [attribute.Ints.Count], [.. attribute.Ints.Select(value => (double)value)], IsRounded: false),
            _ => Refuse(node, "numbers expected"),
        };
    }

    /// <summary>A constant of which only the places of numbers change.</summary>
    public static Value Same(NodeProto node, Tensor tensor, Value? given)
    {
        return node.OpType switch
        {
            "Transpose" => (Value?)Shapes.Transposed(tensor, Integers(node, "perm")) ?? Refuse(node, $"sizes {string.Join('×', tensor.Shape)} in the order {(Integers(node, "perm") is { } order ? string.Join(", ", order) : "of none given")} found, a matrix turned, or as it is, expected"),
            "Identity" => tensor,
            "Cast" when Integer(node, "to", 0) is (int)ElementType.Float or (int)ElementType.Double => tensor,
            "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" => (Value?)Reshaped(node, tensor, given) ?? Unknown(node),
            _ => Unknown(node),
        };
    }

    /// <summary>A constant with other sizes; null: they are not to be had.</summary>
    private static Tensor? Reshaped(NodeProto node, Tensor tensor, Value? given)
    {
        if (given is not (null or Tensor or Refused { Why: "" }))
        {
            return null;
        }

        long[]? sizes = given is Tensor listed ? [.. listed.Values.Select(value => (long)value)] : Integers(node, "axes");
        int[]? shape = node.OpType switch
        {
            "Reshape" => sizes is null || Integer(node, "allowzero", 0) != 0 ? null : Shapes.Reshaped(tensor.Shape, sizes),
            "Flatten" => Shapes.Flattened(tensor.Shape, Integer(node, "axis", 1)),
            "Squeeze" => Shapes.Squeezed(tensor.Shape, sizes),
            _ => sizes is null ? null : Shapes.Unsqueezed(tensor.Shape, sizes),
        };
        return shape is null ? null : tensor with { Shape = shape };
    }
}
