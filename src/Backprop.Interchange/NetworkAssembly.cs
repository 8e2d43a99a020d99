using System.Globalization;
using Backprop.Networks;
using Backprop.Tables;

namespace Backprop.Interchange;

/// <summary>A network of another program's tensors.</summary>
internal static class NetworkAssembly
{
    /// <summary>Puts tensors into their places; what no tensor is for stays as a new network has it: biases 0, factors 1.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="tensors">By the names that the network has for them.</param>
    /// <param name="source">The file, for messages.</param>
    /// <param name="notes">What is rounded goes here.</param>
    /// <exception cref="ModelException">A shape or a number that does not fit: which tensor, what was found, what was expected.</exception>
    public static Network<float> Build(NetworkDefinition definition, IReadOnlyDictionary<string, ForeignTensor> tensors, string source, Notes? notes)
    {
        var network = new Network<float>(definition);
        foreach (ParameterBlock<float> block in network.Blocks)
        {
            if (tensors.TryGetValue(block.Name, out ForeignTensor? tensor))
            {
                block.Set(Floats(block.Tensor, tensor, source));
            }
        }

        if (tensors.Values.Any(tensor => tensor.IsDouble))
        {
            notes?.Add(new($"'{source}': its numbers are of double precision, the model's are rounded to float", IsLoss: false));
        }

        return network;
    }

    private static float[] Floats(TensorDefinition expected, ForeignTensor tensor, string source)
    {
        if (!tensor.Shape.SequenceEqual(expected.Shape.Select(size => (long)size)))
        {
            throw new ModelException($"'{source}', tensor '{tensor.Name}': shape {ForeignTensor.Text(tensor.Shape)} found, {ForeignTensor.Text(expected.Shape.Select(size => (long)size))} expected of {expected.Name}");
        }

        float[] values = new float[tensor.Values.Length];
        for (int n = 0; n < values.Length; n++)
        {
            values[n] = (float)tensor.Values[n];
            if (!float.IsFinite(values[n]) || (values[n] < 0 && expected.Name.EndsWith(".running_var", StringComparison.Ordinal)))
            {
                throw new ModelException($"'{source}', tensor '{tensor.Name}', element {n}: {tensor.Values[n].ToString(CultureInfo.InvariantCulture)} found, {(float.IsFinite(values[n]) ? "a variance of at least 0" : "a finite number that float holds")} expected");
            }
        }

        return values;
    }
}
