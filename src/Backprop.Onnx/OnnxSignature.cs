namespace Backprop.Onnx;

/// <summary>What an ONNX file takes and gives.</summary>
/// <param name="Inputs">The inputs, in their order.</param>
/// <param name="Outputs">The outputs, in their order.</param>
public sealed record OnnxSignature(IReadOnlyList<OnnxValue> Inputs, IReadOnlyList<OnnxValue> Outputs);
