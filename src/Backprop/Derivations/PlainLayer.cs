using Backprop.Layers;
using Backprop.Networks;

namespace Backprop.Derivations;

/// <summary>A layer as derivations see it: x_ℓ = (x_{ℓ−1} +) f(norm(W x_{ℓ−1} + b)), with copies of its numbers.</summary>
/// <param name="network">In double.</param>
/// <param name="layer">ℓ.</param>
internal sealed class PlainLayer(Network<double> network, int layer)
{
    public DenseLayer<double> Dense { get; } = network.Layers[layer - 1];

    /// <summary>W_ℓ row-major [Out×In].</summary>
    public double[] Weights { get; } = network.Layers[layer - 1].GetWeights();

    /// <summary>b_ℓ.</summary>
    public double[] Biases { get; } = network.Layers[layer - 1].GetBiases();

    /// <summary>What stands between the product and the activation; null: nothing.</summary>
    public LayerPart? Norm { get; } = network.Definition.Layers[layer - 1].Parts.FirstOrDefault(part => part.Place == LayerPlace.BeforeActivation);

    /// <summary>What stands behind the activation, in its order: none of it has parameters, and each is linear.</summary>
    public LayerPart[] Behind { get; } = [.. network.Definition.Layers[layer - 1].Parts.Where(part => part.Place != LayerPlace.BeforeActivation)];

    /// <summary>The tensors of the norm, running statistics among them.</summary>
    public double[][] Tensors { get; } = [.. network.Blocks.Where(block => block.Layer == layer && block.Tensor.Part?.Place == LayerPlace.BeforeActivation).Select(block => block.Get())];

    /// <summary>Whether x_{ℓ−1} is added.</summary>
    public bool AddsBefore => Behind.Any(part => part.AddsBefore);

    /// <summary>∂p/∂q of the norm at q; null: the identity.</summary>
    public double[]? Jacobian(ReadOnlySpan<double> q) => Norm?.Jacobian(q, Tensors);

    /// <summary>J v of a Jacobian: row-major [n×n], a diagonal [n], or null, the identity.</summary>
    public static double[] Times(double[]? jacobian, double[] vector)
    {
        if (jacobian is null)
        {
            return vector;
        }

        int n = vector.Length;
        double[] product = new double[n];
        for (int r = 0; r < n; r++)
        {
            if (jacobian.Length == n)
            {
                product[r] = jacobian[r] * vector[r];
                continue;
            }

            for (int c = 0; c < n; c++)
            {
                product[r] += jacobian[(r * n) + c] * vector[c];
            }
        }

        return product;
    }

    /// <summary>Which tensor a parameter is in, counted among those of the same part of its layer or of the inputs, and where.</summary>
    public static (int Tensor, int Index) Place(Network<double> network, ParameterName parameter)
    {
        (ParameterBlock<double> block, int index) = network.Find(parameter);
        return (network.Blocks.Where(other => other.Layer == block.Layer && ReferenceEquals(other.Tensor.Part, block.Tensor.Part) && ReferenceEquals(other.Tensor.InputPart, block.Tensor.InputPart)).TakeWhile(other => other != block).Count(), index);
    }

    /// <summary>All layers of a network.</summary>
    public static PlainLayer[] Of(Network<double> network) => [.. network.Layers.Select(layer => new PlainLayer(network, layer.Index))];
}
