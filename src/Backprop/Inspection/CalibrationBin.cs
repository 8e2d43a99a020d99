namespace Backprop.Inspection;

/// <summary>Rows of about the same probability.</summary>
/// <param name="Predicted">The mean of their probabilities.</param>
/// <param name="Observed">The share of them that came true.</param>
/// <param name="Rows">How many they are.</param>
public readonly record struct CalibrationBin(double Predicted, double Observed, int Rows);
