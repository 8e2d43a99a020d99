using System.Globalization;
using System.Text.Json.Nodes;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Onnx.Graphs;
using Backprop.Onnx.Reading;
using Backprop.Onnx.Wire;
using Backprop.Tables;
using Backprop.Tables.Models;
using Google.Protobuf;

namespace Backprop.Onnx;

/// <summary>
/// Models as ONNX files (https://onnx.ai/onnx/repo-docs/IR.html) of version 8, operators 17 and ai.onnx.ml 3. A whole model takes one input [N,1] for each of its columns, named as they are:
/// float for numbers (NaN where the cell is missing), text for everything else ("" where it is missing); it gives <c>label</c> [N] and <c>probabilities</c> [N×Labels], or
/// <c>value</c> [N×Targets] in the targets' own units. What <see cref="TabularModel.PredictAll(string, Notes?)"/> refuses, a cell that is not what its column is, makes the
/// row's numbers NaN and its label empty.
/// </summary>
/// <example>
/// <code>
/// TabularModel model = TabularModel.Load("flowers.safetensors");
/// OnnxSignature file = OnnxExport.Write(model, "flowers.onnx");
/// Console.WriteLine(string.Join("; ", file.Inputs)); // sepal_length: float [N,1]; …
/// </code>
/// </example>
public static class OnnxExport
{
    /// <summary>The version of ONNX's own operators that files use.</summary>
    public const int Operators = 17;

    /// <summary>The version of the operators of ai.onnx.ml.</summary>
    public const int LearningOperators = 3;

    /// <summary>The version of the format, that of ONNX 1.12.</summary>
    public const int FormatVersion = 8;

    /// <summary>No message of Protocol Buffers holds more; what there is beside tensors is small.</summary>
    private const long MostBytes = int.MaxValue - (1L << 24);

    /// <summary>Writes a file, whole or not at all.</summary>
    /// <param name="model">The model. One of doubles is rounded to float.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">How; null: the whole model, an input for each column.</param>
    /// <param name="notes">What is rounded, left out or called otherwise goes here.</param>
    /// <exception cref="ModelException">Something of the model has no operator, or is no number where they are one input: which, by name.</exception>
    /// <exception cref="UsageException">Labels that leave out one of the model's, or are given to a model of values.</exception>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public static OnnxSignature Write(TabularModel model, string path, OnnxExportOptions? options = null, Notes? notes = null)
    {
        (ModelProto file, OnnxSignature signature) = Build(model, options ?? new(), notes);
        AtomicFile.Write(path, file.WriteTo);
        return signature;
    }

    /// <summary>Writes to a stream.</summary>
    /// <param name="model">The model. One of doubles is rounded to float.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="options">How; null: the whole model, an input for each column.</param>
    /// <param name="notes">What is rounded, left out or called otherwise goes here.</param>
    /// <exception cref="ModelException">Something of the model has no operator, or is no number where they are one input: which, by name.</exception>
    /// <exception cref="UsageException">Labels that leave out one of the model's, or are given to a model of values.</exception>
    public static OnnxSignature Write(TabularModel model, Stream stream, OnnxExportOptions? options = null, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        (ModelProto file, OnnxSignature signature) = Build(model, options ?? new(), notes);
        file.WriteTo(stream);
        return signature;
    }

    private static (ModelProto File, OnnxSignature Signature) Build(TabularModel model, OnnxExportOptions options, Notes? notes)
    {
        ArgumentNullException.ThrowIfNull(model);
        TabularModel<float> single = model.As<float>();
        if (!ReferenceEquals(single, model))
        {
            notes?.Add(new("the model's numbers are of double precision, the file's are rounded to float", IsLoss: false));
        }

        NetworkDefinition network = single.Definition;
        long bytes = 4 * single.Members * network.Tensors.Sum(tensor => (long)tensor.Length);
        if (bytes > MostBytes)
        {
            throw new ModelException(string.Create(CultureInfo.InvariantCulture, $"the model's tensors take {bytes:N0} bytes, an ONNX file holds {MostBytes:N0}"));
        }

        var graph = new GraphBuilder(options.OutputPrefix);
        if (options.Bare)
        {
            BareGraph.Build(graph, single.Ensemble);
        }
        else
        {
            ModelGraph.Build(graph, single, options, notes);
        }

        var file = new ModelProto
        {
            IrVersion = FormatVersion,
            ProducerName = OwnGraph.Producer,
            ProducerVersion = typeof(OnnxExport).Assembly.GetName().Version!.ToString(3),
            DocString = $"{(single.Members == 1 ? "network" : string.Create(CultureInfo.InvariantCulture, $"{single.Members} networks"))} {network}, loss {network.Loss}",
            Graph = graph.Graph,
            OpsetImport = { new OperatorSetIdProto { Version = Operators } },
        };
        if (graph.UsesLearningOperators)
        {
            file.OpsetImport.Add(new OperatorSetIdProto { Domain = GraphBuilder.LearningDomain, Version = LearningOperators });
        }

        if (options.Bare)
        {
            if (OwnGraph.Describe(single.Ensemble) is { } description)
            {
                file.MetadataProps.Add(new StringStringEntryProto { Key = OwnGraph.Key, Value = description });
            }
        }
        else
        {
            (string key, IReadOnlyList<string> names) = single.Labels.Count > 0 ? ("labels", options.Labels ?? single.Labels) : ("targets", single.TargetNames);
            file.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = new JsonArray([.. names.Select(name => (JsonNode)name)]).ToJsonString() });
        }

        return (file, graph.Signature);
    }
}
