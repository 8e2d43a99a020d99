using System.Globalization;
using System.Numerics;
using Backprop.Networks;
using Backprop.Propagation;

namespace Backprop.ModelFiles;

/// <summary>A network in a safetensors file: <c>layers.ℓ.weight</c> [Out×In] and <c>layers.ℓ.bias</c> [Out] as PyTorch's nn.Linear has them, and its description in the metadata.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Network">The network.</param>
/// <param name="Schema">The columns it was trained on, as JSON; null: it takes numbers as they are.</param>
/// <param name="Training">How it was made, as JSON; null: unknown.</param>
public sealed record ModelFile<T>(Network<T> Network, string? Schema = null, string? Training = null) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static string Type => typeof(T) == typeof(float) ? "F32" : "F64";

    /// <summary>Writes the model atomically and returns the SHA-256 of all bytes after the header.</summary>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public string Write(string path)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "backprop", ["version"] = "1", ["network"] = NetworkJson.Write(Network.Definition) };
        if (Schema is not null)
        {
            metadata["schema"] = Schema;
        }

        if (Training is not null)
        {
            metadata["training"] = Training;
        }

        return new SafeTensorsFile(Tensors(layer => Network.Layers[layer - 1].GetWeights(), layer => Network.Layers[layer - 1].GetBiases(), Network.Definition), metadata).Write(path);
    }

    /// <summary>Writes a gradient with the model's tensor names; <c>__metadata__.loss</c> is the loss.</summary>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public static void WriteGradient(string path, Gradient<T> gradient, NetworkDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(definition);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "backprop-gradient", ["version"] = "1", ["loss"] = gradient.Loss.ToString("R", CultureInfo.InvariantCulture), ["rows"] = gradient.Rows.ToString(CultureInfo.InvariantCulture) };
        new SafeTensorsFile(Tensors(gradient.WeightGradients, gradient.BiasGradients, definition), metadata).Write(path);
    }

    /// <summary>Reads a model, converting between float and double where the file holds the other.</summary>
    /// <param name="path">The file.</param>
    /// <param name="allowNonFinite">Whether NaN and infinity are accepted among the weights.</param>
    /// <exception cref="ModelException">Not a model, or one that does not fit together: which tensor, what was found, what was expected.</exception>
    public static ModelFile<T> Read(string path, bool allowNonFinite = false)
    {
        return Read(SafeTensorsFile.Read(path), path, allowNonFinite);
    }

    internal static ModelFile<T> Read(SafeTensorsFile file, string path, bool allowNonFinite = false)
    {
        if (file.Metadata.TryGetValue("format", out string? format) && format != "backprop")
        {
            throw new ModelException($"'{path}': format '{format}' found, 'backprop' expected");
        }

        if (file.Metadata.TryGetValue("version", out string? version) && version != "1")
        {
            throw new ModelException($"'{path}': version '{version}' found, '1' expected: the file is from a newer Backprop");
        }

        if (!file.Metadata.TryGetValue("network", out string? description))
        {
            throw new ModelException($"'{path}': the metadata has no 'network' that says what the layers are");
        }

        NetworkDefinition definition;
        try
        {
            definition = NetworkJson.Read(description);
        }
        catch (BackpropException error)
        {
            throw new ModelException($"'{path}', network: {error.Message}", error);
        }

        Dictionary<string, SafeTensor> tensors = file.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        int expected = 2 * definition.Layers.Length;
        for (int layer = 1; layer <= definition.Layers.Length; layer++)
        {
            Require(path, tensors, $"layers.{layer}.weight", definition.Layers[layer - 1].Units, definition.InputsOf(layer));
            Require(path, tensors, $"layers.{layer}.bias", definition.Layers[layer - 1].Units);
        }

        if (tensors.Count != expected)
        {
            string extra = tensors.Keys.First(name => !Expected(definition).Contains(name));
            throw new ModelException($"'{path}': tensor '{extra}' does not belong to the network {definition}");
        }

        var network = new Network<T>(definition);
        foreach (DenseLayer<T> layer in network.Layers)
        {
            layer.SetWeights(Values(path, tensors[$"layers.{layer.Index}.weight"], allowNonFinite));
            layer.SetBiases(Values(path, tensors[$"layers.{layer.Index}.bias"], allowNonFinite));
        }

        return new(network, file.Metadata.GetValueOrDefault("schema"), file.Metadata.GetValueOrDefault("training"));
    }

    private static HashSet<string> Expected(NetworkDefinition definition) =>
        [.. Enumerable.Range(1, definition.Layers.Length).SelectMany(layer => new[] { $"layers.{layer}.weight", $"layers.{layer}.bias" })];

    private static void Require(string path, Dictionary<string, SafeTensor> tensors, string name, params long[] shape)
    {
        if (!tensors.TryGetValue(name, out SafeTensor? tensor))
        {
            throw new ModelException($"'{path}': tensor '{name}' of shape [{string.Join(", ", shape)}] is missing");
        }

        if (!tensor.Shape.SequenceEqual(shape))
        {
            throw new ModelException($"'{path}', tensor '{name}': shape [{string.Join(", ", tensor.Shape)}] found, [{string.Join(", ", shape)}] expected");
        }

        if (tensor.Type is not ("F32" or "F64"))
        {
            throw new ModelException($"'{path}', tensor '{name}': type {tensor.Type} found, F32 or F64 expected");
        }
    }

    private static T[] Values(string path, SafeTensor tensor, bool allowNonFinite)
    {
        double[] values = tensor.ToDoubles();
        int bad = allowNonFinite ? -1 : Array.FindIndex(values, value => !double.IsFinite(value));
        if (bad >= 0)
        {
            throw new ModelException($"'{path}', tensor '{tensor.Name}', element {bad}: {values[bad]} found, a finite number expected");
        }

        return Array.ConvertAll(values, T.CreateTruncating);
    }

    private static List<SafeTensor> Tensors(Func<int, T[]> weights, Func<int, T[]> biases, NetworkDefinition definition)
    {
        var tensors = new List<SafeTensor>();
        for (int layer = 1; layer <= definition.Layers.Length; layer++)
        {
            int units = definition.Layers[layer - 1].Units;
            tensors.Add(Tensor($"layers.{layer}.weight", weights(layer), units, definition.InputsOf(layer)));
            tensors.Add(Tensor($"layers.{layer}.bias", biases(layer), units));
        }

        return tensors;
    }

    private static SafeTensor Tensor(string name, T[] values, params long[] shape) => Type == "F32"
        ? SafeTensor.Of(name, Array.ConvertAll(values, float.CreateTruncating), shape)
        : SafeTensor.Of(name, Array.ConvertAll(values, double.CreateTruncating), shape);
}
