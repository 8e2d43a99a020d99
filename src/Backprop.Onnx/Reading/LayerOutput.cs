namespace Backprop.Onnx.Reading;

/// <summary>x_ℓ.</summary>
/// <param name="Number">ℓ; 0 is the input.</param>
/// <param name="Width">Its entries; null: any.</param>
/// <param name="Rank">How many sizes it has, the batch among them: more than two are no rows yet.</param>
internal sealed record LayerOutput(int Number, int? Width, int Rank = 2) : Value;
