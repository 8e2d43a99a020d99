namespace Backprop.Onnx.Reading;

/// <summary>What a value of a graph is found to be.</summary>
internal abstract record Value;
