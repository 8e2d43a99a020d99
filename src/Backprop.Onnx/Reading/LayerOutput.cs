namespace Backprop.Onnx.Reading;

/// <summary>x_ℓ.</summary>
/// <param name="Number">ℓ; 0 is the input.</param>
/// <param name="Width">Its entries; null: any.</param>
internal sealed record LayerOutput(int Number, int? Width) : Value;
