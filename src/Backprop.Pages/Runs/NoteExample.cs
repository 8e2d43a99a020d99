using Backprop.Data;
using Backprop.Networks;

namespace Backprop.Pages.Runs;

/// <summary>The example of docs/back-propagation.md: one row, and the weights that its numbers are of.</summary>
internal static class NoteExample
{
    public const string Name = "note";

    /// <summary>The settings that its numbers are of.</summary>
    public static PageState Suited(PageState state) => state with
    {
        Hidden = "2:tanh-2:sigmoid", Output = "identity", Loss = "squared_error", Optimizer = "sgd", LearningRate = 0.5, L1 = 0, L2 = 0, BatchSize = 1, Test = 0,
        Parameter = "W1[0,1]", OfBatch = false, Row = 0, Features = PlaneFeatures.Usual,
    };

    public static Dataset<double> Data { get; } = new(1, 2, [1, 0.5], Targets<double>.Values([1.0], 1));

    /// <summary>The example's weights and biases, all that a float holds exactly.</summary>
    public static IReadOnlyList<(string Parameter, float Value)> Weights { get; } =
    [
        ("W1[0,0]", 0.5f), ("W1[0,1]", -0.5f), ("W1[1,0]", 0.25f), ("W1[1,1]", 0.5f), ("b1[0]", 0), ("b1[1]", 0.25f),
        ("W2[0,0]", 1), ("W2[0,1]", -1), ("W2[1,0]", 0.5f), ("W2[1,1]", 0.5f), ("b2[0]", 0.5f), ("b2[1]", 0),
        ("W3[0,0]", 1), ("W3[0,1]", -0.5f), ("b3[0]", 0.25f),
    ];

    /// <summary>Whether a state starts from the example's weights: its row, and layers of their shape.</summary>
    public static bool HasItsWeights(PageState state, NetworkDefinition network) =>
        state is { Data: Name, FromModel: false } && network.Inputs == 2 && network.Layers.Select(layer => layer.Units).SequenceEqual([2, 2, 1]) && network.Tensors.Sum(tensor => tensor.Length) == Weights.Count;

    /// <summary>The network that a run starts from.</summary>
    public static Network<float> Start(NetworkDefinition definition)
    {
        var network = new Network<float>(definition);
        foreach ((string parameter, float value) in Weights)
        {
            network.Set(ParameterName.Parse(parameter, definition), value);
        }

        return network;
    }
}
