namespace Backprop.Kernels;

/// <summary>One operation of a <see cref="Formula"/>.</summary>
/// <param name="Operation">What is done.</param>
/// <param name="Operands">The steps that it is done with, by their places.</param>
/// <param name="Constant">Of a constant its value, rounded to the formula's precision; else 0.</param>
public sealed record FormulaStep(FormulaOperation Operation, IReadOnlyList<int> Operands, double Constant);
