using System.Buffers;
using System.Numerics;
using Backprop.Data;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Propagation.Schedules;

namespace Backprop.Training;

/// <summary>
/// Loss and metrics of a network, or of several together: of classes where the rows have them (an index, one-hot values under a softmax, 0 and 1 under one sigmoid),
/// else of values, and of each flag where several outputs are probabilities of 0 and 1. Values that were scaled for training are measured in
/// their own units, counts as counts. Rows count by their weights.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Evaluator<T> : IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly EnsemblePredictor<T> _predictor;
    private readonly NetworkDefinition _definition;
    private readonly double[]? _targetScales;

    /// <summary>Plans the buffers; the network's present and later weights are used.</summary>
    /// <param name="network">The network.</param>
    /// <param name="targetScales">What one unit of each target stands for; null: 1.</param>
    /// <param name="threads">Threads that share the rows, at most; 0: one for each processor. The result is the same.</param>
    /// <exception cref="ArgumentException">Scales for counts, probabilities or scores, which have none, or too few.</exception>
    public Evaluator(Network<T> network, double[]? targetScales = null, int threads = 1) : this(new Ensemble<T>(network), targetScales, threads)
    {
    }

    /// <summary>Plans the buffers; the networks' present and later weights are used.</summary>
    /// <param name="ensemble">The networks.</param>
    /// <param name="targetScales">What one unit of each target stands for; null: 1.</param>
    /// <param name="threads">Threads that share the rows, at most; 0: one for each processor. The result is the same.</param>
    /// <exception cref="ArgumentException">Scales for counts, probabilities or scores, which have none, or too few.</exception>
    public Evaluator(Ensemble<T> ensemble, double[]? targetScales = null, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(ensemble);
        _definition = ensemble.Definition;
        if (targetScales is not null && (targetScales.Length != _definition.TargetCount || !_definition.OutputMeaning.IsOnTargetScale()))
        {
            throw new ArgumentException(
                $"found {targetScales.Length} target scales; the network {_definition} with loss {_definition.Loss} takes {(_definition.OutputMeaning.IsOnTargetScale() ? $"{_definition.TargetCount}" : $"none, its outputs mean {_definition.OutputMeaning}")}",
                nameof(targetScales));
        }

        (_predictor, _targetScales) = (new(ensemble, threads), targetScales);
    }

    /// <summary>The probability from which on a row is said to be of the second of two classes, or to have each of several flags; null: whatever is likelier.</summary>
    public IReadOnlyList<double>? Thresholds { get; init; }

    /// <summary>Loss and metrics over all rows.</summary>
    /// <exception cref="DataException">Data that do not fit the network.</exception>
    public Evaluation Evaluate(Dataset<T> data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Evaluate(data, data.Targets, data.SampleWeights);
    }

    /// <summary>Whether it measures that network alone.</summary>
    internal bool IsOf(Network<T> network) => ReferenceEquals(_predictor.Only?.Network, network);

    /// <summary>Plans the same on threads that somebody has already.</summary>
    internal PredictionPlan<T> PlanOn(WorkerTeam team) => new(_predictor.Only!.Network, team.Count, team);

    /// <summary>The same, on such a plan.</summary>
    internal Evaluation Evaluate(Dataset<T> data, PredictionPlan<T>? plan) => Evaluate(data, data.Targets, data.SampleWeights, plan);

    /// <summary>The same, metrics by targets and weights that the network's precision has not rounded.</summary>
    /// <param name="data">The rows; the loss is by their own targets and weights.</param>
    /// <param name="targets">The same targets.</param>
    /// <param name="sampleWeights">The same weights.</param>
    public Evaluation Evaluate<TTarget>(Dataset<T> data, Targets<TTarget> targets, TTarget[]? sampleWeights) where TTarget : unmanaged, IBinaryFloatingPointIeee754<TTarget> => Evaluate(data, targets, sampleWeights, plan: null);

    /// <param name="data">The rows; the loss is by their own targets and weights.</param>
    /// <param name="targets">The same targets.</param>
    /// <param name="sampleWeights">The same weights.</param>
    /// <param name="plan">What makes the outputs; null: the evaluator's own.</param>
    private Evaluation Evaluate<TTarget>(Dataset<T> data, Targets<TTarget> targets, TTarget[]? sampleWeights, PredictionPlan<T>? plan) where TTarget : unmanaged, IBinaryFloatingPointIeee754<TTarget>
    {
        if (_predictor.Only is { } only)
        {
            int size = only.OutputsOf(data);
            T[] preActivations = ArrayPool<T>.Shared.Rent(size); // not new at every epoch
            PredictionPlan<T> used = plan ?? only.Take();
            try
            {
                double ofOne = used.Evaluate(data, preActivations.AsSpan(0, size), preActivations: true);
                return Measure(ofOne, new(_definition, preActivations), targets, sampleWeights, _targetScales, Thresholds, used.Dealer);
            }
            finally
            {
                if (plan is null)
                {
                    only.GiveBack(used);
                }

                ArrayPool<T>.Shared.Return(preActivations);
            }
        }

        Fit.Require(_definition, data, targets: true);
        var mean = new T[ArraySize.Of(data.Rows, _definition.Outputs, "outputs")];
        _predictor.PredictMean(data.Features, mean);
        var outputs = new OutputReader<T>(_definition, mean, _predictor.MeansAreOutputs);
        return Measure(OutputLoss.Mean(outputs, data), outputs, targets, sampleWeights, _targetScales, Thresholds);
    }

    /// <summary>Metrics of outputs, whoever made them.</summary>
    /// <param name="loss">Their mean loss.</param>
    /// <param name="outputs">The outputs of all rows.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="sampleWeights">What rows weigh; null: the same.</param>
    /// <param name="targetScales">What one unit of each target stands for; null: 1.</param>
    /// <param name="thresholds">From which probability on the second of two classes, or a flag, is said; null: whatever is likelier.</param>
    public static Evaluation Measure<TTarget>(double loss, OutputReader<T> outputs, Targets<TTarget> targets, TTarget[]? sampleWeights, double[]? targetScales, IReadOnlyList<double>? thresholds = null) where TTarget : unmanaged, IBinaryFloatingPointIeee754<TTarget> =>
        Measure(loss, outputs, targets, sampleWeights, targetScales, thresholds, Dealer.WithoutTeam());

    /// <summary>Ends the threads.</summary>
    public void Dispose() => _predictor.Dispose();

    private static Evaluation Measure<TTarget>(double loss, OutputReader<T> outputs, Targets<TTarget> targets, TTarget[]? sampleWeights, double[]? targetScales, IReadOnlyList<double>? thresholds, Dealer dealer) where TTarget : unmanaged, IBinaryFloatingPointIeee754<TTarget>
    {
        NetworkDefinition definition = outputs.Network;
        var weights = new RowWeights<TTarget>(sampleWeights);
        bool isSoftmax = definition.Layers[^1].Activation.Name is "softmax" or "log_softmax";
        if (targets.AreClasses)
        {
            return OfClasses(targets.Indices!, column: null);
        }

        if (isSoftmax && targets.Count > 1 && OneHotClasses(targets) is { } classes)
        {
            return OfClasses(classes, column: null);
        }

        bool tellsTwoApart = definition.OutputMeaning == OutputMeaning.Probability
            || (definition.Layers[^1].Activation.Name == "sigmoid" && definition.OutputMeaning is OutputMeaning.Value or OutputMeaning.Score);
        if (isSoftmax || !tellsTwoApart || targets.AllValues.ContainsAnyExcept(TTarget.Zero, TTarget.One))
        {
            return RegressionMetrics.Compute(loss, targets, outputs, targetScales, weights);
        }

        return targets.Count == 1
            ? OfClasses(Flags(targets, 0), column: 0)
            : FlagMetrics.Compute(
                RegressionMetrics.Compute(loss, targets, outputs, targetScales, weights),
                [.. Enumerable.Range(0, targets.Count).Select(column => OfClasses(Flags(targets, column), column))]);

        Evaluation OfClasses(int[] classes, int? column)
        {
            using var scores = new ClassScores<T>(outputs, targets.Rows, column, thresholds?[column ?? 0]);
            return ClassificationMetrics.Compute(loss, classes, scores, weights, dealer);
        }
    }

    private static int[] Flags<TTarget>(Targets<TTarget> targets, int column) where TTarget : unmanaged, IBinaryFloatingPointIeee754<TTarget>
    {
        int[] classes = new int[targets.Rows];
        for (int row = 0; row < classes.Length; row++)
        {
            classes[row] = targets[row, column] == TTarget.One ? 1 : 0;
        }

        return classes;
    }

    /// <summary>The place of the 1 in each row; null where a row is not one-hot.</summary>
    private static int[]? OneHotClasses<TTarget>(Targets<TTarget> targets) where TTarget : unmanaged, IBinaryFloatingPointIeee754<TTarget>
    {
        int[] classes = new int[targets.Rows];
        for (int row = 0; row < classes.Length; row++)
        {
            ReadOnlySpan<TTarget> values = targets.AllValues.Slice(row * targets.Count, targets.Count);
            classes[row] = values.IndexOf(TTarget.One);
            if (classes[row] < 0 || values.Count(TTarget.Zero) != values.Length - 1)
            {
                return null;
            }
        }

        return classes;
    }
}
