using Backprop.Networks;

namespace Backprop.Derivations;

/// <summary>
/// Multiplications and additions of the products with matrices, for one sample. Everything else (f, f′, ∘) is linear in the widths and is
/// left out on both sides.
/// </summary>
/// <param name="Forward">The forward pass, 2 Σ n_m n_{m−1}: a multiplication and an addition for each weight.</param>
/// <param name="Tangent">
/// One tangent from layer ℓ to the loss, n_{ℓ+1} + Σ_{m=ℓ+2…N} 2 n_m n_{m−1} + 2 n_N: the first matrix meets a single entry and
/// is a column, the others are products in full, and ∇_yL D_N closes it. A D_N that is a Jacobian adds 2 n_N², a layer norm 2 n_m²; one
/// from the inputs meets W_1 with as many entries as ∂x₀ has.
/// </param>
/// <param name="AllTangents">A tangent for each parameter.</param>
/// <param name="Backward">The backward pass, Σ_{m≥2} 2 n_m n_{m−1} for the δ, Σ n_m n_{m−1} for the outer products δ xᵀ: all parameters at once.</param>
public sealed record OperationCounts(long Forward, long Tangent, long AllTangents, long Backward)
{
    /// <summary>One parameter by the recursion.</summary>
    public long OneByRecursion => Forward + Tangent;

    /// <summary>All parameters by the recursion; the forward pass serves them all.</summary>
    public long AllByRecursion => Forward + AllTangents;

    /// <summary>All parameters by back propagation; a single one costs nearly the same.</summary>
    public long AllByBackpropagation => Forward + Backward;

    /// <summary>Counts for a network, the one parameter a weight or a bias of a layer.</summary>
    public static OperationCounts Of(NetworkDefinition network, int layer, bool jacobian) => Of(network, new ParameterName(layer, 0), jacobian);

    /// <summary>Counts for a network.</summary>
    /// <param name="network">Its shape.</param>
    /// <param name="parameter">The one parameter.</param>
    /// <param name="jacobian">Whether D_N is a Jacobian rather than a diagonal, or part of δ_N.</param>
    public static OperationCounts Of(NetworkDefinition network, ParameterName parameter, bool jacobian)
    {
        ArgumentNullException.ThrowIfNull(network);
        int last = network.Layers.Length;
        long outputs = network.Outputs, atOutput = jacobian ? 2 * outputs * outputs : 0;
        long Weights(int m) => (long)network.Layers[m - 1].Units * network.InputsOf(m);
        long Norm(int m) => network.Layers[m - 1].Parts.Any(part => part.MixesUnits) ? 2L * network.Layers[m - 1].Units * network.Layers[m - 1].Units : 0;
        long forward = 0, backward = atOutput, allTangents = 0, one = 0;
        TensorDefinition[] learned = [.. network.Tensors.Where(tensor => tensor.Layer == 0 && tensor.IsTrained)];
        bool isLearned = learned.Length > 0;
        long behind = 0; // Σ 2 n_m n_{m−1} over the layers m > ℓ + 1, and Σ 2 n_m² over the norms of the layers m > ℓ
        for (int l = last; l >= 1; l--)
        {
            // a tangent of one entry takes a column of the first matrix that it meets: of the norm's, where it goes through that, else of W_{ℓ+1}
            long ofOneEntry = (l < last ? network.Layers[l].Units : 0) + behind + (2 * outputs) + atOutput;
            long ofProduct = Norm(l) == 0 ? ofOneEntry : (l < last ? 2 * Weights(l + 1) : 0) + network.Layers[l - 1].Units + behind + (2 * outputs) + atOutput;
            foreach (TensorDefinition tensor in network.Tensors.Where(tensor => tensor.Layer == l && tensor.IsTrained))
            {
                long tangent = tensor.Part is null ? ofProduct : ofOneEntry;
                allTangents += tangent * tensor.Length;
                one = parameter.IsOf(tensor) ? tangent : one;
            }

            behind += Norm(l) + (l < last ? 2 * Weights(l + 1) : 0);
            forward += 2 * Weights(l);
            backward += l > 1 || isLearned ? 3 * Weights(l) : Weights(l);
        }

        foreach (TensorDefinition tensor in learned)
        {
            // one entry of ∂x₀ takes a column of W_1, several take their columns of it
            int index = learned.Where(other => other.InputPart == tensor.InputPart).TakeWhile(other => other != tensor).Count(), entries = tensor.InputPart!.TangentEntries(index);
            long tangent = (entries == 1 ? 1 : 2 * entries) * (long)network.Layers[0].Units + behind + (2 * outputs) + atOutput;
            allTangents += tangent * tensor.Length;
            one = parameter.IsOf(tensor) ? tangent : one;
        }

        long products = network.InputParts.Sum(part => part.ProductWeights);
        forward += 2 * products;
        backward += 3 * products;

        return new(forward, one, allTangents, backward);
    }
}
