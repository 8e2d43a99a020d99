using Backprop.Tables;
using Backprop.Tables.Schemas;

namespace Backprop.Onnx;

/// <summary>How a model becomes an ONNX file.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>The network alone: input <c>x</c> [N×Inputs], output <c>y</c> [N×Outputs], the features and outputs of <see cref="Networks.NetworkDefinition"/>.</summary>
    public bool Bare { get; init; }

    /// <summary>
    /// Where all columns are numbers: one input of this name for all of them, [N×Columns] in the order of <see cref="TableSchema.Columns"/>, those that the model
    /// does not use among them, as <see cref="TabularModel.PredictAll(double[][], Notes?)"/> takes them; null: an input for each column.
    /// </summary>
    public string? Vector { get; init; }

    /// <summary>In which order probabilities come; one that the model does not know has 0. null: those of <see cref="TabularModel.Labels"/>.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>What the names of outputs begin with.</summary>
    public string OutputPrefix { get; init; } = "";
}
