namespace Backprop.Inspection;

/// <summary>How the numbers of a layer are spread.</summary>
/// <param name="Layer">ℓ, counted from 1.</param>
/// <param name="Weights">W_ℓ.</param>
/// <param name="Gradients">∂L/∂W_ℓ.</param>
/// <param name="Deltas">δ_ℓ.</param>
public sealed record LayerSpread(int Layer, Histogram Weights, Histogram Gradients, Histogram Deltas);
