namespace Backprop.Activations;

/// <summary>
/// An operator of the chain that an activation is to other runtimes: it takes what the one before has made, the first takes p. silu, p·σ(p), is
/// <c>[new("Sigmoid"), new("Mul", OperatorStep.P)]</c>.
/// </summary>
/// <param name="Name">Its name in ONNX's own set of operators, version 17.</param>
/// <param name="Operands">What it takes behind that: numbers, and <see cref="P"/>.</param>
public sealed record OperatorStep(string Name, params IReadOnlyList<double?> Operands)
{
    /// <summary>The operand that is p itself.</summary>
    public static double? P => null;

    /// <summary>Its attributes, all of them numbers.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Attributes { get; init; } = [];
}
