namespace Backprop.Tables.Models;

/// <summary>From which probability on a row is said to be of a class, or to have a flag.</summary>
/// <param name="Name">The label, the second of two, or the flag's column.</param>
/// <param name="Threshold">The probability.</param>
/// <param name="Figure">What it was chosen by, on rows that were not learned from.</param>
/// <param name="FigureAtHalf">The same of 0.5.</param>
public sealed record ChosenThreshold(string Name, double Threshold, double Figure, double FigureAtHalf);
