using Backprop.Onnx;
using Backprop.Tables;
using Backprop.Tables.Models;
using Microsoft.ML;

namespace Backprop.MLNet;

/// <summary>Trains a dense network in a pipeline of ML.NET: <see cref="TabularModel.Train(Table, string?, TrainingOptions?, IProgress{TrainingProgress}?, CancellationToken)"/> on its rows.</summary>
public sealed class BackpropTrainer : IEstimator<BackpropTransformer>
{
    private readonly TrainerTask _task;
    private readonly IEstimator<ITransformer> _peer;
    private readonly string _label, _features;
    private readonly string? _weight;
    private readonly TrainingOptions _options;

    /// <param name="task">What is predicted.</param>
    /// <param name="peer">One of ML.NET's own trainers for the same task: what columns it wants and gives, so does this one. It trains nothing.</param>
    /// <param name="label">The label's column.</param>
    /// <param name="features">The features' column.</param>
    /// <param name="weight">The weights' column; null: none.</param>
    /// <param name="options">How.</param>
    /// <exception cref="UsageException">The columns are said in the options too.</exception>
    internal BackpropTrainer(TrainerTask task, IEstimator<ITransformer> peer, string label, string features, string? weight, TrainingOptions? options)
    {
        (_task, _peer, _label, _features, _weight, _options) = (task, peer, label, features, weight, options ?? new());
        if (_options.Target is not null || _options.Columns.Targets is not null || _options.Columns.SampleWeight is not null || _options.Columns.Offset is not null)
        {
            throw new UsageException("options name columns for the target, weights or exposures: label and weight are arguments of the trainer, and exposures it does not take");
        }

        if (_options.Columns is { Categorical.Count: > 0 } or { Dates.Count: > 0 })
        {
            throw new UsageException("options name columns as categories or dates: features of ML.NET are numbers; OneHotEncoding makes numbers of categories");
        }

        if (features is "Score" or "Probability" or "PredictedLabel")
        {
            throw new UsageException($"the features are in column '{features}', where predictions go");
        }
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _peer.GetOutputSchema(inputSchema);

    /// <inheritdoc/>
    /// <exception cref="DataException">Rows that nothing can be learned from: which, and why.</exception>
    /// <exception cref="DivergenceException">Training diverged.</exception>
    public BackpropTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var notes = new Notes();
        TrainerRows rows = TrainerRows.Read(input, _task, _label, _features, _weight, notes);
        TabularModel model = TabularModel.Train(rows.Table, TrainerRows.Target, _options with
        {
            Columns = _options.Columns with
            {
                Task = _task.Task,
                Numeric = [.. rows.Table.Names.Except([TrainerRows.Target, TrainerRows.Weight])],
                SampleWeight = _weight is null ? null : TrainerRows.Weight,
            },
        });
        using var file = new MemoryStream();
        OnnxExport.Write(model, file, new() { Vector = _features, Labels = rows.Labels.Labels, OutputPrefix = TrainerTask.Prefix }, notes);
        file.Position = 0;
        var ml = new MLContext();
        string[] outputs = [.. _task.Outputs.Select(output => TrainerTask.Prefix + output)];
        IEstimator<ITransformer> parts = ml.Transforms.ApplyOnnxModel(outputs, [_features], file);
        foreach (IEstimator<ITransformer> part in _task.Columns(ml, rows.Labels))
        {
            parts = parts.Append(part);
        }

        return new(model, [.. model.Notes, .. notes.All], parts.Append(ml.Transforms.DropColumns(outputs)).Fit(input));
    }
}
