namespace Backprop.Losses;

/// <summary>gradient ← ∇_y L(y | t) of one sample.</summary>
public delegate void LossGradient(ReadOnlySpan<double> outputs, ReadOnlySpan<double> targets, Span<double> gradient);
