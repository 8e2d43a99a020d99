namespace Backprop.Networks;

/// <summary>Where a tensor lies.</summary>
/// <param name="Tensor">What it is.</param>
/// <param name="Panels">The part of θ, or of the state.</param>
/// <param name="Of">Where its n-th number lies there.</param>
/// <param name="Initial">What its numbers are at first.</param>
internal sealed record BlockPlace(TensorDefinition Tensor, ParameterPanels Panels, Func<int, (int Row, int Column)> Of, double Initial);
