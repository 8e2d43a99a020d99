using Backprop.Bench.Measuring;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Propagation;

namespace Backprop.Bench.Engine;

/// <summary>Our gradient of all parameters over all rows.</summary>
internal sealed class OurGradient(Network<double> network, Dataset<double> data, int threads) : IDisposable
{
    private readonly Backpropagation<double> _backpropagation = new(network, data.Rows, threads);

    public Contestant Contestant(string name) => new(name, threads, Run);

    public void Dispose() => _backpropagation.Dispose();

    public void Run(int times)
    {
        for (int n = 0; n < times; n++)
        {
            Compute();
        }
    }

    /// <summary>One gradient: the only line to change for another way to ask for it.</summary>
    private void Compute() => _backpropagation.Run(data);
}
