using Backprop.Bench.Measuring;
using Backprop.Networks;
using Backprop.Propagation;

namespace Backprop.Bench.Engine;

/// <summary>Our prediction.</summary>
internal sealed class OurPrediction(Network<float> network, float[] features, int threads) : IDisposable
{
    private readonly Predictor<float> _predictor = new(network, threads);

    /// <summary>What the last run wrote.</summary>
    public float[] Outputs { get; } = new float[features.Length / network.Definition.Inputs * network.Definition.Outputs];

    public Contestant Contestant(string name) => new(name, threads, Run);

    public void Dispose() => _predictor.Dispose();

    public void Run(int times)
    {
        for (int n = 0; n < times; n++)
        {
            _predictor.Predict(features, Outputs);
        }
    }
}
