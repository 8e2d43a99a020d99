namespace Backprop.Derivations;

/// <summary>One factor of an unrolled derivative.</summary>
/// <param name="Role"><c>loss_gradient</c>, <c>diagonal</c>, <c>jacobian</c>, <c>delta</c>, <c>matrix</c>, <c>column</c>, <c>slope</c> or <c>input</c>.</param>
/// <param name="Symbol">How the note would write it.</param>
/// <param name="Layer">The layer it belongs to, counted from 1; 0 for the network's input.</param>
/// <param name="Shape">[rows, columns] of a matrix, [length] of a vector or diagonal, [] of a number.</param>
/// <param name="Values">Row-major.</param>
public sealed record DerivativeFactor(string Role, string Symbol, int Layer, IReadOnlyList<int> Shape, double[] Values);
