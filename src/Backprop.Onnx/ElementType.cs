namespace Backprop.Onnx;

/// <summary>What the elements of a tensor are, by the numbers that ONNX files have for them.</summary>
public enum ElementType
{
    /// <summary>32 bits, IEEE 754.</summary>
    Float = 1,

    /// <summary>64 bits, two's complement.</summary>
    Int64 = 7,

    /// <summary>UTF-8.</summary>
    String = 8,

    /// <summary>True or false.</summary>
    Bool = 9,

    /// <summary>64 bits, IEEE 754.</summary>
    Double = 11,
}
