using System.Globalization;
using System.Numerics;
using Backprop.Layers;
using Backprop.Networks;

namespace Backprop.Interchange.NumPy;

/// <summary>A network as weights [Out×In] and biases alone: what multiplies and shifts by units outside training becomes part of them, in double.</summary>
internal static class PlainLayers
{
    /// <summary>W′ = diag(γ / √(var + ε)) W diag(scale), b′ = (b − mean) γ / √(var + ε) + β; where there is none of it, the very bits.</summary>
    public static IReadOnlyList<(T[] Weights, T[] Biases)> Of<T>(Network<T> network) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Dictionary<string, ParameterBlock<T>> blocks = network.Blocks.ToDictionary(block => block.Name, StringComparer.Ordinal);
        var layers = new List<(T[], T[])>();
        foreach (DenseLayer<T> layer in network.Layers)
        {
            (T[] weights, T[] biases) = (layer.GetWeights(), layer.GetBiases());
            if (layer.Index == 1 && blocks.TryGetValue("input.scale", out ParameterBlock<T>? scale))
            {
                Columns(weights, scale.Get());
            }

            if (layer.Definition.Parts.OfType<BatchNorm>().FirstOrDefault() is { } norm)
            {
                T[] Norm(string name) => blocks[string.Create(CultureInfo.InvariantCulture, $"layers.{layer.Index}.norm.{name}")].Get();
                Rows(weights, biases, Norm("weight"), Norm("bias"), Norm("running_mean"), Norm("running_var"), norm.Epsilon);
            }

            layers.Add((weights, biases));
        }

        return layers;
    }

    private static void Columns<T>(T[] weights, T[] factors) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int n = 0; n < weights.Length; n++)
        {
            weights[n] = T.CreateTruncating(double.CreateTruncating(weights[n]) * double.CreateTruncating(factors[n % factors.Length]));
        }
    }

    private static void Rows<T>(T[] weights, T[] biases, T[] gamma, T[] beta, T[] mean, T[] variance, double epsilon) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int inputs = weights.Length / biases.Length;
        for (int i = 0; i < biases.Length; i++)
        {
            double factor = double.CreateTruncating(gamma[i]) / Math.Sqrt(double.CreateTruncating(variance[i]) + epsilon);
            foreach (ref T weight in weights.AsSpan(i * inputs, inputs))
            {
                weight = T.CreateTruncating(double.CreateTruncating(weight) * factor);
            }

            biases[i] = T.CreateTruncating(((double.CreateTruncating(biases[i]) - double.CreateTruncating(mean[i])) * factor) + double.CreateTruncating(beta[i]));
        }
    }
}
