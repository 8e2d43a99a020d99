using Backprop.Tables.Schemas;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.MLNet;

/// <summary>What a trainer predicts, and how ML.NET has it in columns.</summary>
internal abstract class TrainerTask
{
    /// <summary>What the graph's outputs begin with, so that they take no other column's name.</summary>
    public const string Prefix = "Backprop.";

    public abstract TableTask Task { get; }

    /// <summary>The outputs of the graph that are wanted.</summary>
    public abstract string[] Outputs { get; }

    /// <summary>What a column of labels is.</summary>
    public abstract string LabelType { get; }

    /// <summary>Whether that is so.</summary>
    public abstract bool Takes(DataViewType type);

    /// <summary>Reads labels of a column.</summary>
    public abstract LabelReader Read(DataViewSchema.Column label);

    /// <summary>From the graph's outputs to ML.NET's columns.</summary>
    public abstract IEnumerable<IEstimator<ITransformer>> Columns(MLContext ml, LabelReader labels);
}
