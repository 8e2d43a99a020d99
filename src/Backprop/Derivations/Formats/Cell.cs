namespace Backprop.Derivations.Formats;

/// <summary>One cell of a <see cref="Grid"/>.</summary>
/// <param name="Value">The number, if there is one.</param>
/// <param name="Gap">What is left out, if something is.</param>
/// <param name="IsOurs">Whether it is the entry that everything is about.</param>
internal readonly record struct Cell(double Value, Gap Gap, bool IsOurs);
