using Backprop.Bench.Measuring;
using Backprop.Networks;
using Backprop.Propagation;

namespace Backprop.Bench.Engine;

/// <summary>Our prediction.</summary>
internal sealed class OurPrediction(Network<float> network, float[] features)
{
    private readonly Predictor<float> _predictor = new(network);

    /// <summary>What the last run wrote.</summary>
    public float[] Outputs { get; } = new float[features.Length / network.Definition.Inputs * network.Definition.Outputs];

    public Contestant Contestant(string name) => new(name, 1, Run);

    public void Run(int times)
    {
        for (int n = 0; n < times; n++)
        {
            _predictor.Predict(features, Outputs);
        }
    }
}
