using Backprop.Data;
using Backprop.Derivations;
using Backprop.Networks;
using Backprop.Propagation;

namespace Backprop.Pages.Derivation;

/// <summary>One row on its way through the network and back, every layer's numbers kept.</summary>
/// <param name="Row">Which row.</param>
/// <param name="Loss">L(y | t).</param>
/// <param name="Activations">x_ℓ; x₀ is the input.</param>
/// <param name="Products">W_ℓ x_{ℓ−1} + b_ℓ, from ℓ = 1 on: p_ℓ where no norm stands between.</param>
/// <param name="PreActivations">p_ℓ, from ℓ = 1 on.</param>
/// <param name="Slopes">f′_ℓ(p_ℓ), from ℓ = 1 on; empty for softmax and log-softmax, whose derivative is a matrix.</param>
/// <param name="Deltas">δ_ℓ, ∂L/∂b_ℓ, from ℓ = 1 on.</param>
internal sealed record SamplePasses(int Row, double Loss, double[][] Activations, double[][] Products, double[][] PreActivations, double[][] Slopes, double[][] Deltas)
{
    public static SamplePasses Of(Network<double> network, Dataset<double> data, int row)
    {
        var trace = new RowTrace(network);
        double loss = trace.Run(data.Row(row), Target(network, data, row));
        double[][] p = trace.PreActivations;
        double[][] slopes = [[], .. network.Layers.Select(layer => layer.Activation.IsElementwise ? Array.ConvertAll(p[layer.Index], layer.Activation.Derivative) : [])];
        using var backward = new Backpropagation<double>(network, 1, threads: 1);
        Gradient<double> gradient = backward.Run(data.Select([row]).WithSampleWeights(null)); // alone, whatever it weighs among others
        return new(row, loss, trace.Activations, trace.Products, p, slopes, [[], .. network.Layers.Select(layer => gradient.BiasGradients(layer.Index))]);
    }

    public static double[] Target(Network<double> network, Dataset<double> data, int row)
    {
        double[] target = new double[network.Definition.TargetCount];
        for (int t = 0; t < Math.Min(target.Length, data.Targets.Count); t++)
        {
            target[t] = data.Targets[row, t];
        }

        return target;
    }
}
