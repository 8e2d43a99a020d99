using System.Runtime.CompilerServices;
using Backprop.Kernels;

namespace Backprop.Networks;

/// <summary>
/// Weights of variance gain / fan, uniform or normal: He (2 / In; He et al. 2015), Glorot (2 / (In + Out); Glorot and Bengio 2010),
/// LeCun (1 / In; LeCun et al. 1998). Biases zero. The uniform range is ±√(3 · variance).
/// </summary>
internal sealed class ScaledInitializer(string name, bool normal, Func<int, int, double> variance) : Initializer(name)
{
    protected internal override void Fill(int inputs, int outputs, CounterRandom ofWeights, CounterRandom ofBiases, Span<double> weights, Span<double> biases)
    {
        double deviation = Math.Sqrt(variance(inputs, outputs)), bound = Math.Sqrt(3) * deviation;
        for (int n = 0; n < weights.Length; n++)
        {
            weights[n] = normal ? deviation * ofWeights.Normal((ulong)n) : bound * ((2 * ofWeights.Uniform((ulong)n)) - 1);
        }
    }

    [ModuleInitializer]
    internal static void RegisterAll()
    {
        foreach ((string family, Func<int, int, double> variance) in new (string, Func<int, int, double>)[]
        {
            ("he", (inputs, _) => 2.0 / inputs),
            ("glorot", (inputs, outputs) => 2.0 / (inputs + outputs)),
            ("lecun", (inputs, _) => 1.0 / inputs),
        })
        {
            Register(new ScaledInitializer(family + "_normal", normal: true, variance));
            Register(new ScaledInitializer(family + "_uniform", normal: false, variance));
        }
    }
}
