namespace Backprop.Onnx;

/// <summary>An input or an output of a file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What its elements are.</param>
/// <param name="Width">The second of its sizes, behind that of rows, which is free; null: it has none.</param>
/// <param name="Meaning">What it holds, in words; the file has them too.</param>
public sealed record OnnxValue(string Name, ElementType Type, int? Width, string Meaning)
{
    /// <summary><c>age: float [N,1]</c>.</summary>
    public override string ToString() => $"{Name}: {Type.ToString().ToLowerInvariant()} [N{(Width is null ? "" : $",{Width}")}]";
}
