using System.Numerics;
using Backprop.Inputs;
using Backprop.Kernels;

namespace Backprop.Networks;

/// <summary>How the weights of a fresh network are drawn; biases are zero, except under PyTorch's default. The same seed gives the same network.</summary>
public abstract class Initializer
{
    private static readonly Registry<Initializer> s_registry = new("initializer");

    private protected Initializer(string name) => Name = name;

    /// <summary>The name on the command line.</summary>
    public string Name { get; }

    /// <summary>The names that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> Names => s_registry.Names;

    /// <summary>PyTorch's default for nn.Linear.</summary>
    public static Initializer PyTorch => Parse("pytorch");

    private protected static void Register(Initializer initializer) => s_registry.Add(initializer.Name, initializer);

    /// <summary>The initializer of a name.</summary>
    /// <exception cref="UsageException">Unknown name.</exception>
    public static Initializer Parse(string name) => s_registry.Get(name);

    internal void Initialize<T>(Network<T> network, ulong seed) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (DenseLayer<T> layer in network.Layers)
        {
            double[] weights = new double[layer.Outputs * layer.Inputs], biases = new double[layer.Outputs];
            Fill(layer.Inputs, layer.Outputs, new(seed, (2 * (ulong)layer.Index) + 1), new(seed, 2 * (ulong)layer.Index), weights, biases);
            layer.SetWeights(Array.ConvertAll(weights, T.CreateTruncating));
            layer.SetBiases(Array.ConvertAll(biases, T.CreateTruncating));
        }

        foreach (InputPart part in network.Definition.InputParts)
        {
            part.Initialize(network, new(seed, 0));
        }
    }

    /// <summary>Fills row-major [Out×In] weights and [Out] biases, both zero at first.</summary>
    internal abstract void Fill(int inputs, int outputs, CounterRandom ofWeights, CounterRandom ofBiases, Span<double> weights, Span<double> biases);
}
