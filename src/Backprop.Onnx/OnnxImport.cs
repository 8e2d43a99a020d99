using System.Globalization;
using Backprop.Networks;
using Backprop.Onnx.Reading;
using Backprop.Onnx.Wire;
using Backprop.Tables;
using Google.Protobuf;

namespace Backprop.Onnx;

/// <summary>
/// Multi-layer perceptrons out of ONNX files, as this library, PyTorch, skl2onnx and tf2onnx write them: Gemm, or MatMul and Add; BatchNormalization and LayerNormalization before an
/// activation; any activation of <see cref="Activations.ActivationFunction.Names"/>, recognised by its values, however its formula is written; Softmax and LogSoftmax at the end; Add of what came into a
/// layer; Dropout, Identity, Cast, Flatten and Reshape, which change no number. Anything else that the output depends on is refused by the name of its node. What <see cref="OnnxExport"/> has written of
/// networks alone comes back with all that they are, ensembles too.
/// </summary>
/// <example>
/// <code>
/// Network&lt;float&gt; network = OnnxImport.Read("network.onnx");
/// new ModelFile&lt;float&gt;(network).Write("network.safetensors");
/// </code>
/// </example>
public static class OnnxImport
{
    /// <summary>The versions of ONNX's own operators that are read.</summary>
    private const int Oldest = 7, Newest = 25;

    /// <summary>Reads a network; its loss is the one that goes with its output layer, unless the file is of <see cref="OnnxExport"/>, which says it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="notes">What is rounded or left out goes here.</param>
    /// <exception cref="ModelException">Not an ONNX file, or several networks, or a node that no layer is: which, what was found, what was expected.</exception>
    /// <exception cref="DataException">The file cannot be read.</exception>
    public static Network<float> Read(string path, Notes? notes = null) => Only(ReadEnsemble(path, notes), path);

    /// <summary>Reads a network from a stream.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="notes">What is rounded or left out goes here.</param>
    /// <exception cref="ModelException">Not an ONNX file, or several networks, or a node that no layer is: which, what was found, what was expected.</exception>
    public static Network<float> Read(Stream stream, string name, Notes? notes = null) => Only(ReadEnsemble(stream, name, notes), name);

    /// <summary>Reads networks that answer together, as <see cref="OnnxExport"/> writes them, or the one that there is.</summary>
    /// <param name="path">The file.</param>
    /// <param name="notes">What is rounded or left out goes here.</param>
    /// <exception cref="ModelException">Not an ONNX file, or a node that no layer is: which, what was found, what was expected.</exception>
    /// <exception cref="DataException">The file cannot be read.</exception>
    public static Ensemble<float> ReadEnsemble(string path, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            using FileStream stream = File.OpenRead(WorkingFolder.Full(path));
            return ReadEnsemble(stream, path, notes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new DataException($"cannot read '{path}': {error.Message}", error);
        }
    }

    /// <summary>Reads networks that answer together from a stream.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="notes">What is rounded or left out goes here.</param>
    /// <exception cref="ModelException">Not an ONNX file, or a node that no layer is: which, what was found, what was expected.</exception>
    public static Ensemble<float> ReadEnsemble(Stream stream, string name, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.CanSeek && stream.Length == stream.Position)
        {
            throw new ModelException($"'{name}' is not an ONNX file: it is empty");
        }

        ModelProto file;
        try
        {
            file = ModelProto.Parser.ParseFrom(stream);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new ModelException($"'{name}' is not an ONNX file: {error.Message}", error);
        }

        if (file.Graph is null || file.Graph.Output.Count == 0)
        {
            throw new ModelException($"'{name}' is not an ONNX file: no graph with an output found");
        }

        long version = file.OpsetImport.FirstOrDefault(set => set.Domain is "" or "ai.onnx")?.Version ?? 1;
        if (version is < Oldest or > Newest)
        {
            throw new ModelException(string.Create(CultureInfo.InvariantCulture, $"'{name}': operators of version {version} found, {Oldest} to {Newest} expected"));
        }

        try
        {
            return OwnGraph.Read(file, name) ?? new(new GraphReader(file.Graph, version, name, notes).Read());
        }
        catch (ModelException error) when (OwnGraph.WhyOdd(file) is { } why)
        {
            throw new ModelException($"{error.Message}; {why}", error);
        }
    }

    private static Network<float> Only(Ensemble<float> ensemble, string name) => ensemble is { Members: [var only], Temperature: 1 } ? only
        : throw new ModelException(string.Create(CultureInfo.InvariantCulture, $"'{name}': {ensemble.Members.Length} networks that answer together found, temperature {ensemble.Temperature}, one network expected: OnnxImport.ReadEnsemble reads them"));
}
