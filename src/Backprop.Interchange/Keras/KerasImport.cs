using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Tables;
using PureHDF;

namespace Backprop.Interchange.Keras;

/// <summary>
/// Multi-layer perceptrons out of Keras's files, <c>.keras</c> (a zip of config.json and model.weights.h5) and <c>.h5</c>: Sequential, and Functional where layers stand in a chain; Dense; Activation, ReLU,
/// LeakyReLU, ELU, Softmax; BatchNormalization and LayerNormalization before an activation; BatchNormalization behind one and Rescaling, which become part of the weights that follow; Dropout. Any other layer is
/// refused by its name. Nothing in a file is run.
/// </summary>
/// <example>
/// <code>
/// Network&lt;float&gt; network = KerasImport.Read("model.keras");
/// new ModelFile&lt;float&gt;(network).Write("network.safetensors");
/// </code>
/// </example>
public static class KerasImport
{
    internal const string ConfigEntry = "config.json";

    private const string WeightsEntry = "model.weights.h5", MetadataEntry = "metadata.json";

    /// <summary>Reads a network; its loss is the one that goes with its last layer.</summary>
    /// <param name="path">The file.</param>
    /// <param name="notes">What is folded, rounded or left out goes here.</param>
    /// <exception cref="ModelException">A file that cannot be taken: which layer or tensor, what was found, what was expected.</exception>
    /// <exception cref="DataException">The file cannot be read.</exception>
    public static Network<float> Read(string path, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            using FileStream stream = File.OpenRead(WorkingFolder.Full(path));
            Span<byte> start = stackalloc byte[2];
            bool isZip = stream.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start.SequenceEqual("PK"u8);
            stream.Position = 0;
            return isZip ? ReadZip(stream, path, notes) : ReadHdf5(stream, path, notes);
        }
        catch (DataException error)
        {
            throw new ModelException(error.Message, error); // an entry of the zip is damaged
        }
        catch (BackpropException)
        {
            throw;
        }
        catch (Exception error) when (error is UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataException($"cannot read '{path}': {error.Message}", error);
        }
        catch (Exception error)
        {
            throw new ModelException($"'{path}' is not a model of Keras: {error.Message}", error); // PureHDF finds what is odd in ways of its own, sizes that no memory holds among them
        }
    }

    /// <summary>128 MB, and 64 times the file.</summary>
    private static long Most(long length) => (128L << 20) + (64 * length);

    private static Network<float> ReadZip(FileStream stream, string path, Notes? notes)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        using JsonDocument configuration = Parse(Entry(ConfigEntry));
        string? version = null;
        if (zip.GetEntry(MetadataEntry) is not null)
        {
            using JsonDocument metadata = Parse(Entry(MetadataEntry));
            version = metadata.RootElement.TryGetProperty("keras_version", out JsonElement text) ? text.GetString() : null;
        }

        using MemoryStream weights = Entry(WeightsEntry);
        using PureHDF.VOL.Native.NativeFile file = H5File.Open(weights);
        return Read(configuration, file, version, path, Most(stream.Length), notes);

        MemoryStream Entry(string name)
        {
            ZipArchiveEntry entry = zip.GetEntry(name) ?? throw new ModelException($"'{path}': no '{name}' found in it, which a .keras file has");
            if (entry.Length > Math.Min(Most(stream.Length), Array.MaxLength))
            {
                throw new ModelException($"'{path}', '{name}': {entry.Length} bytes announced, at most {Math.Min(Most(stream.Length), Array.MaxLength)} expected");
            }

            using var content = new ZipEntryStream(entry, path);
            byte[] bytes = new byte[entry.Length];
            content.ReadExactly(bytes);
            return new(bytes, 0, bytes.Length, writable: false, publiclyVisible: true);
        }
    }

    private static Network<float> ReadHdf5(FileStream stream, string path, Notes? notes)
    {
        using PureHDF.VOL.Native.NativeFile file = H5File.Open(stream);
        if (!file.AttributeExists("model_config"))
        {
            throw new ModelException($"'{path}': no attribute 'model_config' found, which a model that Keras has saved whole has; weights alone do not say what the layers are");
        }

        string? version = file.AttributeExists("keras_version") ? file.Attribute("keras_version").Read<string>() : null;
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(file.Attribute("model_config").Read<string>().TrimEnd('\0')));
        using JsonDocument configuration = Parse(json);
        return Read(configuration, file, version, path, Most(stream.Length), notes);
    }

    private static Network<float> Read(JsonDocument configuration, IH5Group file, string? version, string path, long most, Notes? notes)
    {
        IReadOnlyList<KerasLayer> layers = KerasConfiguration.Layers(configuration.RootElement, path);
        return new KerasReader(layers, new KerasWeights(file, path, most), version?.StartsWith('3') != true, path, notes).Read();
    }

    private static JsonDocument Parse(MemoryStream json) => JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 });
}
