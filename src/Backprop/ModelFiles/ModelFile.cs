using System.Globalization;
using System.Numerics;
using Backprop.Networks;
using Backprop.Propagation;

namespace Backprop.ModelFiles;

/// <summary>
/// A network in a safetensors file: its tensors by their names, <c>layers.ℓ.weight</c> [Out×In] and <c>layers.ℓ.bias</c> [Out] as PyTorch's nn.Linear has them, and its description in the metadata;
/// or several of one definition, each under <c>members.K.</c>, K = 1, 2, ….
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Ensemble">The networks; of a file of one network an ensemble of one.</param>
/// <param name="Schema">The columns it was trained on, as JSON; null: it takes numbers as they are.</param>
/// <param name="Training">How it was made, as JSON; null: unknown.</param>
public sealed record ModelFile<T>(Ensemble<T> Ensemble, string? Schema, string? Training) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A file of one network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="schema">The columns it was trained on, as JSON; null: it takes numbers as they are.</param>
    /// <param name="training">How it was made, as JSON; null: unknown.</param>
    public ModelFile(Network<T> network, string? schema = null, string? training = null) : this(new Ensemble<T>(network), schema, training)
    {
    }

    /// <summary>The network, where the file holds one.</summary>
    /// <exception cref="ModelException">There are several, or a temperature: <see cref="Ensemble"/> has them.</exception>
    public Network<T> Network => Ensemble.Only ?? throw new ModelException($"one network expected, an ensemble of {Ensemble.Members.Length} found");

    /// <summary>How far it was off on rows that it had not learned from, as JSON; null: unknown.</summary>
    public string? Conformal { get; init; }

    private static string Type => typeof(T) == typeof(float) ? "F32" : "F64";

    /// <summary>Writes the model atomically and returns the SHA-256 of all bytes after the header.</summary>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public string Write(string path) => ToSafeTensors().Write(path);

    /// <summary>The tensors and the metadata that <see cref="Write"/> writes.</summary>
    /// <exception cref="ModelException">An activation or the loss is not registered: what is written could not be read.</exception>
    public SafeTensorsFile ToSafeTensors()
    {
        Dictionary<string, string> metadata = Metadata("backprop", Ensemble.Definition, isPlain: Ensemble.Only is not null);
        metadata["network"] = NetworkJson.Write(Ensemble.Definition, Ensemble.Members.Length, Ensemble.Temperature);
        if (Schema is not null)
        {
            metadata["schema"] = Schema;
        }

        if (Training is not null)
        {
            metadata["training"] = Training;
        }

        if (Conformal is not null)
        {
            metadata["conformal"] = Conformal;
        }

        return new([.. Ensemble.Members.SelectMany((member, n) => member.Blocks.Select(block => Tensor(block.Tensor, block.Get(), Ensemble.Only is null ? Prefix(n) : "")))], metadata);
    }

    /// <summary>Writes a gradient with the model's tensor names, of the tensors that are learned; <c>__metadata__.loss</c> is the loss.</summary>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public static void WriteGradient(string path, Gradient<T> gradient, NetworkDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(definition);
        Dictionary<string, string> metadata = Metadata("backprop-gradient", definition, isPlain: true);
        metadata["loss"] = gradient.Loss.ToString("R", CultureInfo.InvariantCulture);
        metadata["rows"] = gradient.Rows.ToString(CultureInfo.InvariantCulture);
        new SafeTensorsFile([.. gradient.Network.Blocks.Where(block => block.IsTrained).Select(block => Tensor(block.Tensor, gradient.Of(block)))], metadata).Write(path);
    }

    /// <summary>Reads a model, converting between float and double where the file holds the other.</summary>
    /// <param name="path">The file.</param>
    /// <param name="allowNonFinite">Whether NaN and infinity are accepted among the weights.</param>
    /// <exception cref="ModelException">Not a model, or one that does not fit together: which tensor, what was found, what was expected.</exception>
    public static ModelFile<T> Read(string path, bool allowNonFinite = false)
    {
        return Read(SafeTensorsFile.Read(path), path, allowNonFinite);
    }

    /// <summary>Reads a model of a file that has been read already.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <param name="allowNonFinite">Whether NaN and infinity are accepted among the weights.</param>
    /// <exception cref="ModelException">Not a model, or one that does not fit together: which tensor, what was found, what was expected.</exception>
    public static ModelFile<T> Read(SafeTensorsFile file, string path, bool allowNonFinite = false)
    {
        if (file.Metadata.TryGetValue("format", out string? format) && format != "backprop")
        {
            throw new ModelException($"'{path}': format '{format}' found, 'backprop' expected");
        }

        if (file.Metadata.TryGetValue("version", out string? version) && version is not ("1" or "2"))
        {
            throw new ModelException($"'{path}': version '{version}' found, '1' or '2' expected: the file is from a newer Backprop");
        }

        if (!file.Metadata.TryGetValue("network", out string? description))
        {
            throw new ModelException($"'{path}': the metadata has no 'network' that says what the layers are");
        }

        NetworkDefinition definition;
        int? members;
        double temperature;
        try
        {
            (definition, members, temperature) = NetworkJson.Read(description);
        }
        catch (BackpropException error)
        {
            throw new ModelException($"'{path}', network: {error.Message}", error);
        }

        if (version == "1" && members is not null)
        {
            throw new ModelException($"'{path}': version '1' found, '2' expected: files of version 1 hold one network, not {members}");
        }

        if (version == "1" && FirstVersion(definition) is > 1 and var first)
        {
            throw new ModelException($"'{path}': version '1' found, '{first}' expected: files of version 1 have no norms, residual layers or inputs that are learned, as {definition}{(definition.Input is { } input ? $" on inputs of {input}" : "")} has");
        }

        Dictionary<string, SafeTensor> tensors = file.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        string[] prefixes = members is null ? [""] : [.. Enumerable.Range(0, Math.Min(members.Value, (tensors.Count / definition.Tensors.Length) + 1)).Select(Prefix)]; // one that is missing is found before many are made
        foreach (string prefix in prefixes)
        {
            foreach (TensorDefinition tensor in definition.Tensors)
            {
                Require(path, tensors, tensor, prefix + tensor.Name);
            }
        }

        if (tensors.Count != (long)definition.Tensors.Length * prefixes.Length)
        {
            string extra = tensors.Keys.Except(prefixes.SelectMany(prefix => definition.Tensors.Select(tensor => prefix + tensor.Name))).First();
            throw new ModelException($"'{path}': tensor '{extra}' does not belong to {(members is null ? "" : $"{members} times ")}the network {definition}");
        }

        return new(new Ensemble<T>(prefixes.Select(Member), temperature), file.Metadata.GetValueOrDefault("schema"), file.Metadata.GetValueOrDefault("training")) { Conformal = file.Metadata.GetValueOrDefault("conformal") };

        Network<T> Member(string prefix)
        {
            var network = new Network<T>(definition);
            foreach (ParameterBlock<T> block in network.Blocks)
            {
                block.Set(Values(path, tensors[prefix + block.Name], block.Tensor.Least, allowNonFinite));
            }

            return network;
        }
    }

    private static void Require(string path, Dictionary<string, SafeTensor> tensors, TensorDefinition expected, string name)
    {
        string shape = string.Join(", ", expected.Shape);
        if (!tensors.TryGetValue(name, out SafeTensor? tensor))
        {
            throw new ModelException($"'{path}': tensor '{name}' of shape [{shape}] is missing");
        }

        if (!tensor.Shape.SequenceEqual(expected.Shape.Select(size => (long)size)))
        {
            throw new ModelException($"'{path}', tensor '{name}': shape [{string.Join(", ", tensor.Shape)}] found, [{shape}] expected");
        }

        if (tensor.Type is not ("F32" or "F64"))
        {
            throw new ModelException($"'{path}', tensor '{name}': type {tensor.Type} found, F32 or F64 expected");
        }
    }

    private static T[] Values(string path, SafeTensor tensor, double least, bool allowNonFinite)
    {
        double[] values = tensor.ToDoubles();
        int bad = allowNonFinite ? -1 : Array.FindIndex(values, value => !double.IsFinite(value));
        if (bad >= 0)
        {
            throw new ModelException($"'{path}', tensor '{tensor.Name}', element {bad}: {values[bad]} found, a finite number expected");
        }

        T[] numbers = Array.ConvertAll(values, T.CreateTruncating);
        int wide = Array.FindIndex(numbers, T.IsInfinity);
        if (wide >= 0 && double.IsFinite(values[wide]))
        {
            throw new ModelException($"'{path}', tensor '{tensor.Name}', element {wide}: {values[wide].ToString(CultureInfo.InvariantCulture)} found, a number within float's range expected, at most {float.MaxValue.ToString(CultureInfo.InvariantCulture)}; in double it can be read") { Settings = ["Precision = double"] };
        }

        int low = Array.FindIndex(values, value => value < least);
        return low < 0
            ? numbers
            : throw new ModelException($"'{path}', tensor '{tensor.Name}', element {low}: {values[low].ToString(CultureInfo.InvariantCulture)} found, at least {least.ToString(CultureInfo.InvariantCulture)} expected");
    }

    /// <summary>The first version that can say it.</summary>
    private static int FirstVersion(NetworkDefinition definition) => definition.Layers.SelectMany(layer => layer.Parts).Select(part => part.FileVersion).Append(definition.Input is null ? 1 : 2).Max();

    /// <summary>What a file holds begins with the first version that can say it.</summary>
    private static Dictionary<string, string> Metadata(string format, NetworkDefinition definition, bool isPlain) => new(StringComparer.Ordinal)
    {
        ["format"] = format,
        ["version"] = Math.Max(FirstVersion(definition), isPlain ? 1 : 2).ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>What the names of a member's tensors begin with.</summary>
    private static string Prefix(int member) => string.Create(CultureInfo.InvariantCulture, $"members.{member + 1}.");

    private static SafeTensor Tensor(TensorDefinition definition, T[] values, string prefix = "")
    {
        long[] shape = [.. definition.Shape.Select(size => (long)size)];
        return Type == "F32"
            ? SafeTensor.Of(prefix + definition.Name, Array.ConvertAll(values, float.CreateTruncating), shape)
            : SafeTensor.Of(prefix + definition.Name, Array.ConvertAll(values, double.CreateTruncating), shape);
    }
}
