using Backprop.Bench.Measuring;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Propagation;

namespace Backprop.Bench.Engine;

/// <summary>Our gradient of all parameters over all rows.</summary>
internal sealed class OurGradient(Network<double> network, Dataset<double> data)
{
    public Contestant Contestant(string name) => new(name, 1, Run);

    public void Run(int times)
    {
        for (int n = 0; n < times; n++)
        {
            Compute();
        }
    }

    /// <summary>One gradient: the only line to change for another way to ask for it.</summary>
    private void Compute() => Backpropagation.Gradient(network, data);
}
