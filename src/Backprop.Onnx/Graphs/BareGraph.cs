using Backprop.Networks;

namespace Backprop.Onnx.Graphs;

/// <summary>The network alone: x [N×Inputs] → y [N×Outputs].</summary>
internal static class BareGraph
{
    public static void Build(GraphBuilder graph, Ensemble<float> ensemble)
    {
        NetworkDefinition network = ensemble.Definition;
        graph.Graph.Name = network.ToString();
        string x = graph.Input(new("x", ElementType.Float, network.Inputs, "features, as the network takes them"));
        graph.Output(new("y", ElementType.Float, network.Outputs, $"the network's outputs, of which the loss is {network.Loss}"), new EnsembleGraph(graph, ensemble, x).Outputs());
    }
}
