using Backprop.Networks;

namespace Backprop.Derivations;

/// <summary>
/// Multiplications and additions of the products with matrices, for one sample. Everything else (f, f′, ∘) is linear in the widths and is
/// left out on both sides.
/// </summary>
/// <param name="Forward">The forward pass, 2 Σ n_m n_{m−1}: a multiplication and an addition for each weight.</param>
/// <param name="Tangent">
/// One tangent from layer ℓ to the loss, n_{ℓ+1} + Σ_{m=ℓ+2…N} 2 n_m n_{m−1} + 2 n_N: the first matrix meets a single entry and
/// is a column, the others are products in full, and ∇_yL D_N closes it. A D_N that is a Jacobian adds 2 n_N².
/// </param>
/// <param name="AllTangents">A tangent for each weight and bias.</param>
/// <param name="Backward">The backward pass, Σ_{m≥2} 2 n_m n_{m−1} for the δ, Σ n_m n_{m−1} for the outer products δ xᵀ: all parameters at once.</param>
public sealed record OperationCounts(long Forward, long Tangent, long AllTangents, long Backward)
{
    /// <summary>One parameter by the recursion.</summary>
    public long OneByRecursion => Forward + Tangent;

    /// <summary>All parameters by the recursion; the forward pass serves them all.</summary>
    public long AllByRecursion => Forward + AllTangents;

    /// <summary>All parameters by back propagation; a single one costs nearly the same.</summary>
    public long AllByBackpropagation => Forward + Backward;

    /// <summary>Counts for a network.</summary>
    /// <param name="network">Its shape.</param>
    /// <param name="layer">ℓ of the one parameter.</param>
    /// <param name="jacobian">Whether D_N is a Jacobian rather than a diagonal, or part of δ_N.</param>
    public static OperationCounts Of(NetworkDefinition network, int layer, bool jacobian)
    {
        ArgumentNullException.ThrowIfNull(network);
        int last = network.Layers.Length;
        long outputs = network.Outputs, atOutput = jacobian ? 2 * outputs * outputs : 0;
        long Weights(int m) => (long)network.Layers[m - 1].Units * network.InputsOf(m);
        long forward = 0, backward = atOutput, allTangents = 0, ofLayer = 0;
        long behind = 0; // Σ 2 n_m n_{m−1} over the layers m > ℓ + 1
        for (int l = last; l >= 1; l--)
        {
            long tangent = (l < last ? network.Layers[l].Units : 0) + behind + (2 * outputs) + atOutput;
            allTangents += tangent * (Weights(l) + network.Layers[l - 1].Units);
            ofLayer = l == layer ? tangent : ofLayer;
            behind += l < last ? 2 * Weights(l + 1) : 0;
            forward += 2 * Weights(l);
            backward += l > 1 ? 3 * Weights(l) : Weights(l);
        }

        return new(forward, ofLayer, allTangents, backward);
    }
}
