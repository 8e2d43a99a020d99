namespace Backprop.Networks;

/// <summary>Where a tensor lies.</summary>
/// <param name="Tensor">What it is.</param>
/// <param name="Panels">The part of θ, or of the state; all dimensions but the last are rows of the panels, unless transposed.</param>
/// <param name="FirstRow">Its first row there.</param>
/// <param name="IsTransposed">Whether [i, j] is column i, row j there.</param>
/// <param name="Initial">What its numbers are at first.</param>
internal sealed record BlockPlace(TensorDefinition Tensor, ParameterPanels Panels, int FirstRow, bool IsTransposed, double Initial);
