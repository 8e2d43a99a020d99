using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Networks;

/// <summary>All zero: for single-layer networks, and to show why deeper ones need something else.</summary>
internal sealed class ZerosInitializer() : Initializer("zeros")
{
    protected internal override void Fill(int inputs, int outputs, CounterRandom ofWeights, CounterRandom ofBiases, Span<double> weights, Span<double> biases)
    {
    }

    [ModuleInitializer]
    internal static void Register() => Register(new ZerosInitializer());
}
