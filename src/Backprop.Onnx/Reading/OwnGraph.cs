using System.Diagnostics.CodeAnalysis;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Onnx.Graphs;
using Backprop.Onnx.Wire;

namespace Backprop.Onnx.Reading;

/// <summary>
/// Files of <see cref="OnnxExport"/> with the networks alone. They say which, as a model file does, and a graph that is what would be written of these is read back: with embeddings and periodic inputs, all members,
/// dropout and loss, of which the operators say nothing or too little.
/// </summary>
internal static class OwnGraph
{
    /// <summary>Who writes them.</summary>
    public const string Producer = "backprop";

    /// <summary>The key of the description, in the metadata here as there.</summary>
    public const string Key = "network";

    /// <summary>What the networks are; null: something of them is given as code, and nobody could read it.</summary>
    public static string? Describe(Ensemble<float> ensemble)
    {
        try
        {
            return new ModelFile<float>(ensemble, null, null).ToSafeTensors().Metadata[Key];
        }
        catch (ModelException)
        {
            return null;
        }
    }

    /// <summary>The networks; null: the file describes none, or its graph is another.</summary>
    public static Ensemble<float>? Read(ModelProto file, string source)
    {
        if (file.MetadataProps.FirstOrDefault(pair => pair.Key == Key) is not { } description || file.Graph.Output is not [{ Name: [.., 'y'] output }]
            || !TryTensors(file.Graph, out IReadOnlyList<SafeTensor>? tensors))
        {
            return null;
        }

        try
        {
            var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "backprop", ["version"] = "2", [Key] = description.Value };
            Ensemble<float> ensemble = ModelFile<float>.Read(new SafeTensorsFile(tensors, metadata), source).Ensemble;
            var again = new GraphBuilder(output[..^1]);
            BareGraph.Build(again, ensemble);
            return again.Graph.Equals(file.Graph) ? ensemble : null;
        }
        catch (BackpropException)
        {
            return null; // then the operators say what it is, or are refused
        }
    }

    /// <summary>Why a file that names this library is not read; null: it does not.</summary>
    public static string? WhyOdd(ModelProto file) => file.ProducerName != Producer ? null
        : file.MetadataProps.Any(pair => pair.Key == Key) ? "it describes networks of backprop, and its graph is not the one that is written of them here: it was changed, or another version wrote it"
        : "it is a whole model of backprop, of which the network alone is read: export it with --bare, or take the model file that it was made of";

    /// <summary>The tensors of the networks, under their names and in their sizes.</summary>
    private static bool TryTensors(GraphProto graph, [NotNullWhen(true)] out IReadOnlyList<SafeTensor>? tensors)
    {
        var found = new Dictionary<string, SafeTensor>(StringComparer.Ordinal);
        tensors = null;
        foreach (TensorProto tensor in graph.Initializer.Where(tensor => tensor.Name.StartsWith("layers.", StringComparison.Ordinal) || tensor.Name.StartsWith("input.", StringComparison.Ordinal) || tensor.Name.StartsWith("members.", StringComparison.Ordinal)))
        {
            float[] values = [.. tensor.FloatData];
            long[] shape = [.. tensor.Dims];
            if (shape.Any(size => size is < 0 or > int.MaxValue) || shape.Aggregate((Int128)1, (count, size) => count * size) != values.Length)
            {
                return false;
            }

            if (tensor.Name.EndsWith(NetworkGraph.PeriodicWeight, StringComparison.Ordinal) && shape is [var numbers, var frequencies, var width] && values.Length > 0)
            {
                (values, shape) = (NetworkGraph.Turned(values, (int)frequencies, (int)width), [numbers, width, frequencies]);
            }
            else if (tensor.Name.EndsWith(NetworkGraph.PeriodicBias, StringComparison.Ordinal) && found.GetValueOrDefault(string.Concat(tensor.Name.AsSpan(0, tensor.Name.Length - NetworkGraph.PeriodicBias.Length), NetworkGraph.PeriodicWeight)) is { Shape: [var rows, var size, _] } && rows * size == values.Length)
            {
                shape = [rows, size];
            }

            if (!found.TryAdd(tensor.Name, SafeTensor.Of(tensor.Name, values, shape)))
            {
                return false;
            }
        }

        tensors = [.. found.Values];
        return true;
    }
}
