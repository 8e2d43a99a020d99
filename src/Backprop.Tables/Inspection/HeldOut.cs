using System.Numerics;
using Backprop.Data;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;
using Backprop.Training;

namespace Backprop.Tables.Inspection;

/// <summary>
/// What a model that has just been trained says of rows it has not learned from: with folds of all rows, each by the network that has not seen it; else of the
/// rows that validate. What is measured on them is what other rows would give, but for the choice of epochs that was made by them.
/// </summary>
public abstract class HeldOut : IDisposable
{
    private protected HeldOut(Predictions predictions, Evaluation evaluation, bool areFolds, int[] classes, double[][] actual, double[]? weights) =>
        (Predictions, Evaluation, AreFolds, Classes, Actual, Weights) = (predictions, evaluation, areFolds, classes, actual, weights);

    /// <summary>What is predicted of each row.</summary>
    public Predictions Predictions { get; }

    /// <summary>Loss and metrics: those of <see cref="TrainingResult.Kept"/>.</summary>
    public Evaluation Evaluation { get; }

    /// <summary>Whether they are all rows, each predicted by the network that has not learned from it.</summary>
    public bool AreFolds { get; }

    /// <summary>The class that each row is of, by its place in the labels; empty where values are predicted.</summary>
    public IReadOnlyList<int> Classes { get; }

    /// <summary>[target][row]: the values that were to be predicted, in the target's own units; of flags 0 and 1. Empty where classes are predicted.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Actual { get; }

    /// <summary>What each row counts; null: the same.</summary>
    public IReadOnlyList<double>? Weights { get; }

    /// <summary>Whether each target is 0 or 1 in every row and predicted by a probability.</summary>
    public bool AreFlags { get; private protected init; }

    /// <summary>About what permutation importance costs: the multiplications of a row's way through the network, for every column.</summary>
    public abstract double ImportanceCost { get; }

    /// <summary>How much worse these predictions become where one column says nothing.</summary>
    /// <param name="options">How it is measured; null: as usual.</param>
    /// <exception cref="UsageException">An option out of its range, or a metric that the rows do not have.</exception>
    public abstract Importance Importance(ImportanceOptions? options = null);

    /// <summary>What is predicted on average where a column has one cell in all rows.</summary>
    /// <param name="column">The column.</param>
    /// <param name="points">The most cells, at least 2.</param>
    /// <param name="rows">The most rows that the mean is over; where there are more, so many are drawn.</param>
    /// <param name="seed">What they are drawn by.</param>
    /// <exception cref="UsageException">The model sees no such column.</exception>
    /// <exception cref="InvalidOperationException">No table was kept: <see cref="TrainingOptions.KeepTable"/>.</exception>
    public abstract PartialDependence PartialDependence(string column, int points = 20, int rows = 500, ulong seed = 0);

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    protected abstract void Dispose(bool disposing);

    /// <param name="scorer">Predicts rows; is disposed of with this.</param>
    /// <param name="data">The rows, in memory.</param>
    /// <param name="schema">What made them; null: they are as they were.</param>
    /// <param name="source">The table they came from; null: it was not kept.</param>
    /// <param name="areFolds">Whether each row has a network of its own.</param>
    internal static HeldOut Of<T>(RowScorer<T> scorer, Dataset<T> data, TableSchema? schema, SourceRows? source, bool areFolds) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OutputReader<T> outputs = scorer.Score(data.Features, [.. Enumerable.Range(0, data.Rows)]);
        double[]? scales = schema?.Target.Scales?.ToArray();
        var evaluation = Evaluator<T>.Measure(OutputLoss.Mean(outputs, data), outputs, data.Targets, data.SampleWeights, scales, schema?.Target.Thresholds);
        var predictions = Predictions.Of(outputs, data.Rows, schema?.Target, Predictions.ExposuresOf(outputs.Network, data.Targets));
        Targets<T> targets = data.Targets;
        int[] classes = predictions.Labels.Count == 0 ? [] : targets.AreClasses ? targets.ClassIndices.ToArray()
            : [.. Enumerable.Range(0, data.Rows).Select(row => targets.Count == 1 ? (targets[row, 0] == T.One ? 1 : 0) : OneOf(targets, row))];
        double[][] actual = predictions.Labels.Count > 0 ? []
            : [.. Enumerable.Range(0, outputs.Network.ValueCount).Select(target => Enumerable.Range(0, data.Rows).Select(row => Own(schema, target, double.CreateTruncating(targets[row, target]))).ToArray())];
        double[]? weights = data.SampleWeights is { } given ? Array.ConvertAll(given, double.CreateTruncating) : null;
        return new HeldOut<T>(scorer, new(scorer, data, schema, source), predictions, evaluation, areFolds, classes, actual, weights);
    }

    private static int OneOf<T>(Targets<T> targets, int row) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Enumerable.Range(0, targets.Count).MaxBy(output => targets[row, output]);

    private static double Own(TableSchema? schema, int target, double value) => schema?.Target.Unscale(target, value) ?? value;
}

/// <inheritdoc cref="HeldOut"/>
internal sealed class HeldOut<T> : HeldOut where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RowScorer<T> _scorer;
    private readonly ColumnEffects<T> _effects;

    public HeldOut(RowScorer<T> scorer, ColumnEffects<T> effects, Predictions predictions, Evaluation evaluation, bool areFolds, int[] classes, double[][] actual, double[]? weights)
        : base(predictions, evaluation, areFolds, classes, actual, weights)
    {
        (_scorer, _effects) = (scorer, effects);
        AreFlags = actual.Length > 0 && evaluation.Metrics.Any(metric => metric.Key == "auc");
    }

    public override double ImportanceCost => _effects.CostOfARow;

    public override Importance Importance(ImportanceOptions? options = null) => _effects.Importance(options ?? new());

    public override PartialDependence PartialDependence(string column, int points = 20, int rows = 500, ulong seed = 0) => _effects.PartialDependence(column, points, rows, seed);

    protected override void Dispose(bool disposing) => _scorer.Dispose();
}
