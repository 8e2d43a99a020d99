using System.Globalization;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Tables.Inspection;
using Backprop.Tables.Models;
using Backprop.Tables.Reading;
using Backprop.Tables.Schemas;
using Backprop.Training;

namespace Backprop.Tables;

/// <summary>
/// What a model of a table is trained with. What is null takes a default: where nothing of the model is chosen (<see cref="Network"/>, <see cref="Loss"/>,
/// <see cref="Optimizer"/>, its learning rate, <see cref="From"/>) that of a measured recipe, else the plain one, PyTorch's where it has one.
/// </summary>
public sealed record TrainingOptions
{
    /// <summary>The target column, or several joined by commas; a column's exact name comes first, even one with commas. null: those of <see cref="Columns"/>.</summary>
    public string? Target { get; init; }

    /// <summary>What becomes of the columns. Which rows give statistics, and whether value targets are standardised, training says.</summary>
    public TableOptions Columns { get; init; } = new();

    /// <summary>What becomes of the few cells that are no numbers in a column of numbers. A target is never guessed: one that is no number is missing only where rows without are left out (<see cref="TableOptions.DropMissingTargets"/>).</summary>
    public BadCells BadCells { get; init; }

    /// <summary>How files are read; null: as they look.</summary>
    public ReadingOptions? Reading { get; init; }

    /// <summary>Whether the table stays in memory after it has become numbers, so that <see cref="HeldOut.PartialDependence"/> can take cells from it.</summary>
    public bool KeepTable { get; init; }

    /// <summary>Layers as units:activation joined by -; with the inputs in front they are complete, without them the hidden ones.</summary>
    public string? Network { get; init; }

    /// <summary>The loss by name, with its parameter where it has one: huber:1.</summary>
    public string? Loss { get; init; }

    /// <summary>The optimizer or minimizer by name, one of <see cref="TrainingMethod.Names"/>.</summary>
    public string? Optimizer { get; init; }

    /// <summary>Its options.</summary>
    public OptimizerOptions OptimizerOptions { get; init; } = new();

    /// <summary>The schedule of the learning rate by name.</summary>
    public string? Schedule { get; init; }

    /// <summary>Steps over which the learning rate rises.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>What is kept in place of the weights: ema:DECAY, their exponential mean over steps, or swa, the mean over the epochs of the last quarter; null: the weights.</summary>
    public string? Average { get; init; }

    /// <summary>Rows of a batch; a minimizer's are all, and none can be given.</summary>
    public int? BatchSize { get; init; }

    /// <summary>So many batches make one step together, as one batch of all their rows would.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Passes over the training rows, at most.</summary>
    public int? Epochs { get; init; }

    /// <summary>Seconds after which training ends, reading and validation included; null: no limit.</summary>
    public double? MaxSeconds { get; init; }

    /// <summary>What everything random is drawn from.</summary>
    public ulong Seed { get; init; }

    /// <summary>The arithmetic.</summary>
    public Precision Precision { get; init; }

    /// <summary>Threads at most; 0: one for each processor. The result is the same.</summary>
    public int Threads { get; init; }

    /// <summary>The part of the rows that validates, from 0 to below 1; 0: none. null: a fifth, unless there are <see cref="Folds"/>, which the recipe makes where nothing is said.</summary>
    public double? Validation { get; init; }

    /// <summary>Rows that validate in its place; null: <see cref="Validation"/> of the rows.</summary>
    public DataSource? ValidationData { get; init; }

    /// <summary>
    /// So many networks are trained, each validated by a fold of the rows that it has not learned from, so that every row is learned and every row is predicted by a network that has not
    /// seen it: those predictions are what is measured. Statistics (means, scales, categories, class weights) are of all rows. Takes the place of <see cref="Validation"/>. null: by the recipe as many as
    /// <see cref="Preset"/> says where nothing is said of <see cref="Ensemble"/> and validation; else one split.
    /// </summary>
    public int? Folds { get; init; }

    /// <summary>So many networks are trained on the same rows from seeds of their own, the first from <see cref="Seed"/>; the model's prediction is their mean. null: one, unless there are folds.</summary>
    public int? Ensemble { get; init; }

    /// <summary>How many networks the recipe trains.</summary>
    public Preset Preset { get; init; }

    /// <summary>Epochs without a better figure of the validation rows after which training stops; null: never.</summary>
    public int? EarlyStopping { get; init; }

    /// <summary>The figure of the validation rows that the kept epoch, early stopping and the plateau schedule go by, one of <see cref="TrainerOptions.Figures"/>; null: the loss; the recipe for classes: log_loss; with class weights: balanced_accuracy.</summary>
    public string? KeepBy { get; init; }

    /// <summary>
    /// The figure, one of <see cref="DecisionThreshold.Figures"/>, by which the probability is chosen from which on a row is said to be of the second of two classes, or to have each of
    /// several flags, on the rows that validate (<see cref="TargetColumns.Thresholds"/>); null: whatever is likelier.
    /// </summary>
    public string? Threshold { get; init; }

    /// <summary>What the rows of each class weigh; null: the same.</summary>
    public ClassWeights? ClassWeights { get; init; }

    /// <summary>The fraction of hidden outputs that is set to 0 in training.</summary>
    public double? Dropout { get; init; }

    /// <summary>λ of λ‖W‖₁.</summary>
    public double L1 { get; init; }

    /// <summary>α of (α/2)‖W‖².</summary>
    public double L2 { get; init; }

    /// <summary>The greatest norm of the gradient; null: any.</summary>
    public double? ClipNorm { get; init; }

    /// <summary>The greatest absolute value of each derivative; null: any.</summary>
    public double? ClipValue { get; init; }

    /// <summary>ε of cross entropy.</summary>
    public double? LabelSmoothing { get; init; }

    /// <summary>How weights begin, by name; null: as PyTorch's.</summary>
    public string? Initializer { get; init; }

    /// <summary>Whether each epoch has an order of its own; otherwise rows come in file order.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>A model to go on from: its network, loss, schema and weights; null: anew.</summary>
    public TabularModel? From { get; init; }

    /// <summary>Steps between checkpoints within an epoch; 0: after epochs only.</summary>
    public int CheckpointEvery { get; init; }

    /// <summary>Whether to go back to the last checkpoint and halve the learning rate when training diverges.</summary>
    public bool RollBack { get; init; }

    /// <summary>How many networks the run has that is gone on with, where the recipe said it: it says so again, however much time there is now; null: a new run.</summary>
    public int? Begun { get; init; }

    /// <summary>Whether one network is to be followed as it learns, with its layers: the recipe then trains one in place of several, and says so.</summary>
    public bool FollowsOne { get; init; }

    /// <summary>Whether nothing of the model is chosen, so that the recipe is.</summary>
    public bool UsesRecipe => Network is null && Optimizer is null && OptimizerOptions.LearningRate is null && Loss is null && From is null;

    /// <summary>How rows are read that a schema is made of: what is not used need not be.</summary>
    internal ReadingOptions Read(ReadingOptions dialect) => Columns.Ignore.Count == 0 ? dialect : dialect with { Unused = names => ColumnRoles.Unused(names, Columns, Target) };

    /// <summary>The loss, which a column of exposures implies.</summary>
    internal string? UsedLoss => Columns.Offset is null ? Loss : "poisson:1";

    /// <summary>The inputs, where a network is complete, and the layers.</summary>
    internal (int? Inputs, IReadOnlyList<LayerDefinition> Layers) Layers => ParseNetwork(Network ?? Hidden);

    /// <summary>Which of the recipe's networks is meant.</summary>
    internal string Hidden { get; init; } = Recipe.Hidden;

    /// <summary>What the network has before its output.</summary>
    internal Ending Ending { get; init; }

    /// <summary>Whether nothing is said of the rows that validate.</summary>
    internal bool IsUsualValidation => ValidationData is null && Validation is null;

    /// <summary>The part of the rows that validates where there are no folds.</summary>
    internal double ValidationPart => Validation ?? 0.2;

    /// <summary>How the same rows are read by the schema of a model.</summary>
    internal PredictionOptions Applied => new() { BadCells = BadCells, DropMissingTargets = Columns.DropMissingTargets };

    /// <summary>The output layer of a complete network; null: the network is not.</summary>
    internal LayerDefinition? CompleteOutput => Network is not null && Layers is (not null, var layers) ? layers[^1] : null;

    /// <summary>Requires options that can be used on any data.</summary>
    /// <exception cref="UsageException">Which cannot.</exception>
    internal void Validate()
    {
        if (!(ValidationPart >= 0 && ValidationPart < 1))
        {
            throw new UsageException($"the validation part must be from 0 to below 1, found {ValidationPart.ToString(CultureInfo.InvariantCulture)}") { Settings = ["Validation"] };
        }

        if (Folds < 2)
        {
            throw new UsageException($"at least 2 folds expected, {Folds} found") { Settings = ["Folds"] };
        }

        if (Ensemble < 1)
        {
            throw new UsageException($"an ensemble of at least 1 network expected, {Ensemble} found") { Settings = ["Ensemble"] };
        }

        if (Preset != Preset.Default && !UsesRecipe)
        {
            throw new UsageException($"a preset is the recipe's, which a chosen network, loss, optimizer, learning rate or model takes the place of: {Preset.ToString().ToLowerInvariant()} found") { Settings = ["Preset"] };
        }

        if (Preset != Preset.Default && (Folds is not null || Ensemble is not null))
        {
            throw new UsageException($"a preset says how many networks there are, {(Folds is not null ? $"{Folds} folds" : $"an ensemble of {Ensemble}")} too: give one of them") { Settings = ["Preset", Folds is null ? "Ensemble" : "Folds"] };
        }

        if (Preset == Preset.Best && !IsUsualValidation)
        {
            throw new UsageException("the best preset validates each network by its fold: no other rows can be") { Settings = ["Preset", "Validation"] };
        }

        if (Folds is not null && Ensemble > 1)
        {
            throw new UsageException($"{Folds} folds make {Folds} networks, an ensemble of {Ensemble} another number: give one of them") { Settings = ["Folds", "Ensemble"] };
        }

        if (Folds is not null && !IsUsualValidation)
        {
            throw new UsageException("each network is validated by its fold: no other rows can be") { Settings = ["Folds", "Validation"] };
        }

        if (Target is not null && Target.AsSpan().Trim(", ").IsEmpty)
        {
            throw new UsageException("the target names no column") { Settings = ["Target"] };
        }

        if (Columns.Bins is < 0 or > TableOptions.MostBins)
        {
            throw new UsageException($"columns of numbers are cut into 0 to {TableOptions.MostBins} pieces, found {Columns.Bins}") { Settings = ["Bins"] };
        }

        if (Columns is { Bins: > 0, Preprocess: false })
        {
            throw new UsageException("without preprocessing columns are taken as they are, none is cut into pieces") { Settings = ["Bins", "Preprocess"] };
        }

        bool validates = ValidationData is not null || Folds is not null || ValidationPart > 0;
        if (!validates && EarlyStopping is not null)
        {
            throw new UsageException("early stopping needs validation rows: it stops when a figure of theirs becomes no better") { Settings = ["EarlyStopping", "Validation"] };
        }

        if (!validates && KeepBy is not null)
        {
            throw new UsageException($"keeping an epoch by {KeepBy} needs validation rows, there are none") { Settings = ["KeepBy", "Validation"] };
        }

        if (!validates && Threshold is not null)
        {
            throw new UsageException($"a threshold by {Threshold} is chosen on validation rows, there are none") { Settings = ["Threshold", "Validation"] };
        }

        if (Threshold is not null && !DecisionThreshold.Figures.Contains(Threshold))
        {
            throw new UsageException(Suggestion.Unknown("figure", Threshold, [.. DecisionThreshold.Figures])) { Settings = ["Threshold"] };
        }

        if (Columns.Offset is not null && (Loss?.Split(':')[0] is not (null or "poisson") || Columns.Task == TableTask.Classification))
        {
            throw new UsageException($"exposures belong to counts and their rates, the loss poisson; {(Columns.Task == TableTask.Classification ? "classes" : $"the loss {Loss}")} found") { Settings = ["Offset", "Loss"] };
        }

        if (From is not null && (Network is not null || Loss is not null || Initializer is not null))
        {
            throw new UsageException("a model that is gone on from has a network, weights and a loss, no other can be given") { Settings = ["From", "Network", "Loss", "Initializer"] };
        }

        if (From is not null && Columns.Decisions is { Count: > 0 } decisions)
        {
            throw new UsageException("a model that is gone on from knows what each column is, which cannot be said anew") { Settings = ["From", .. decisions] };
        }

        _ = Loss is null ? null : Losses.Loss.Parse(Loss);
        _ = Layers;
    }

    private static (int? Inputs, IReadOnlyList<LayerDefinition> Layers) ParseNetwork(string specification)
    {
        if (int.TryParse(specification.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            var complete = NetworkDefinition.Parse(specification);
            return (complete.Inputs, complete.Layers);
        }

        return (null, NetworkDefinition.ParseLayers(specification));
    }
}
