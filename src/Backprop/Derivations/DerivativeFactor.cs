using Backprop.Layers;

namespace Backprop.Derivations;

/// <summary>One factor of an unrolled derivative.</summary>
/// <param name="Role"><c>loss_gradient</c>, <c>diagonal</c>, <c>jacobian</c>, <c>delta</c>, <c>matrix</c>, <c>column</c>, <c>slope</c> or <c>input</c>.</param>
/// <param name="Symbol">How the note would write it.</param>
/// <param name="Layer">The layer it belongs to, counted from 1; 0 for the network's input.</param>
/// <param name="Shape">[rows, columns] of a matrix, [length] of a vector or diagonal, [] of a number.</param>
/// <param name="Values">Row-major.</param>
public sealed record DerivativeFactor(string Role, string Symbol, int Layer, IReadOnlyList<int> Shape, double[] Values)
{
    /// <summary>The part of the layer that it is of, such as its norm; null: its product, its activation or the loss.</summary>
    public LayerPart? Part { get; init; }

    /// <summary>Whether the product up to this factor is still a row vector; from the column on it is a number.</summary>
    public bool LeavesRow => Role is not ("column" or "slope" or "input");

    /// <summary>The row vector to the left times this factor: a row vector again, or a single number from the column on.</summary>
    /// <param name="left">The product of all factors before; not looked at by the first.</param>
    /// <exception cref="ArgumentException">It does not fit.</exception>
    public double[] Times(ReadOnlySpan<double> left)
    {
        if (Role is "loss_gradient" or "delta")
        {
            return [.. Values];
        }

        int expected = Shape.Count == 0 ? 1 : Shape[0];
        if (left.Length != expected)
        {
            throw new ArgumentException($"{Symbol}: a row of {left.Length} found, {expected} expected", nameof(left));
        }

        int width = Role is "jacobian" or "matrix" ? Shape[1] : Role == "diagonal" ? expected : 1;
        double[] product = new double[width];
        for (int r = 0; r < left.Length; r++)
        {
            if (Role == "diagonal")
            {
                product[r] = left[r] * Values[r];
                continue;
            }

            for (int c = 0; c < width; c++)
            {
                product[c] += left[r] * Values[(r * width) + c];
            }
        }

        return product;
    }
}
