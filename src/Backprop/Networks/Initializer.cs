using System.Numerics;
using Backprop.Inputs;
using Backprop.Kernels;

namespace Backprop.Networks;

/// <summary>
/// How the weights of a fresh network are drawn; biases are zero, except under PyTorch's default. The same seed gives the same network. One of your own derives
/// from this; <see cref="Register"/> makes its name known.
/// </summary>
public abstract class Initializer
{
    private static readonly Registry<Initializer> s_registry = new("initializer");

    /// <param name="name">Its name.</param>
    protected Initializer(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>The name on the command line.</summary>
    public string Name { get; }

    /// <summary>The names that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> Names => s_registry.Names;

    /// <summary>PyTorch's default for nn.Linear.</summary>
    public static Initializer PyTorch => Parse("pytorch");

    /// <summary>Makes the name of an initializer known to <see cref="Parse"/>.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static void Register(Initializer initializer)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        s_registry.Add(initializer.Name, initializer);
    }

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
    /// <param name="inputs">In.</param>
    /// <param name="outputs">Out.</param>
    /// <param name="ofWeights">What weights are drawn from: the n-th number of it is the n-th weight's.</param>
    /// <param name="ofBiases">The same for biases.</param>
    /// <param name="weights">W, row by row.</param>
    /// <param name="biases">b.</param>
    protected internal abstract void Fill(int inputs, int outputs, CounterRandom ofWeights, CounterRandom ofBiases, Span<double> weights, Span<double> biases);
}
