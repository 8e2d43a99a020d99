using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Networks;

/// <summary>What nn.Linear does: weights and biases uniform in ±1/√In.</summary>
internal sealed class PyTorchInitializer() : Initializer("pytorch")
{
    protected internal override void Fill(int inputs, int outputs, CounterRandom ofWeights, CounterRandom ofBiases, Span<double> weights, Span<double> biases)
    {
        double bound = 1 / Math.Sqrt(inputs);
        for (int n = 0; n < weights.Length; n++)
        {
            weights[n] = bound * ((2 * ofWeights.Uniform((ulong)n)) - 1);
        }

        for (int n = 0; n < biases.Length; n++)
        {
            biases[n] = bound * ((2 * ofBiases.Uniform((ulong)n)) - 1);
        }
    }

    [ModuleInitializer]
    internal static void Register() => Register(new PyTorchInitializer());
}
