namespace Backprop.Losses;

/// <summary>L(y | t) of one sample.</summary>
public delegate double LossValue(ReadOnlySpan<double> outputs, ReadOnlySpan<double> targets);
