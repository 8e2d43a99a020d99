namespace Backprop.Onnx.Reading;

/// <summary>Nothing that a network has; whatever depends on it is nothing either.</summary>
/// <param name="Why">Where it began, and what was expected.</param>
internal sealed record Refused(string Why) : Value;
