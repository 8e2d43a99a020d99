namespace Backprop.Data;

/// <summary>An array of texts as it came from a NumPy file, in C order.</summary>
/// <param name="Source">Where it came from, for messages.</param>
/// <param name="Shape">Row-major; none: one text.</param>
/// <param name="Values">All texts.</param>
public sealed record TextArray(string Source, IReadOnlyList<int> Shape, string[] Values);
