using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Tables.Schemas;
using Backprop.Training;

namespace Backprop.Tables.Models;

/// <summary>
/// A model of a table about to be trained: rows read, divided and encoded, network and optimizer chosen. <see cref="Trainer"/> trains, with its
/// events and checkpoints; <see cref="Model"/> is the model as it stands. <see cref="TabularModel"/> does all of it in one call.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class TabularTrainer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A new network's outputs are about 1.</summary>
    private const double LargeTarget = 100;

    /// <summary>About how many parameters are written to a disk in a second.</summary>
    private const double SavedPerSecond = 2e7;

    private readonly TrainingRecord _record; // the data themselves are let go: training has a copy of its rows

    /// <summary>Reads the rows and plans the training.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="options">How they are trained on.</param>
    /// <param name="notes">What was guessed, dropped, filled or taken for something else goes here.</param>
    /// <exception cref="DataException">Rows that cannot be used: where, what was found, what was expected.</exception>
    /// <exception cref="UsageException">A name that does not exist, or options that do not go together or with the rows.</exception>
    public TabularTrainer(DataSource source, TrainingOptions options, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        long began = Stopwatch.GetTimestamp();
        Notes = notes ?? new();
        if (VectorPaths.Warning is { } warning)
        {
            Notes.Add(new($"this program was {warning}", IsLoss: false));
        }

        Optimizer = Choose(options, Notes);
        var data = PreparedData<T>.Prepare(source, options, Notes);
        (Source, Schema, Rows, Validates, _record) = (data.Source.Name, data.Schema, data.Training.Rows, data.Validation is not null, TrainingRecord.Of(data));
        TabularModel<T>? from = options.From?.As<T>();
        NetworkDefinition definition = new NetworkChoice(options, Notes).Choose(data.Training, Schema, from?.Definition);
        NoteLargeTargets(options, data.Training.Targets, isNew: from is null);
        Dataset<T> training = options.ClassWeights is { } weights ? weights.Apply(data.Training, Schema?.Target.Labels) : data.Training;
        var network = new Network<T>(definition, Initializer.Parse(options.Initializer ?? "pytorch"), options.Seed);
        if (from is not null)
        {
            network.CopyFrom(from.Network);
        }

        Options = Plan(options, training, began, definition.ParameterCount);
        Trainer = new(network, training, data.Validation, Optimizer, Options, new Evaluator<T>(network, Schema?.Target.Scales?.ToArray()));
        NoteBatchesOfOne(definition, training.Rows);
        NoteYoungMean(training.Rows);
        if (Optimizer is LevenbergMarquardt && definition.ParameterCount > 1500)
        {
            Notes.Add(new($"levenberg_marquardt solves {definition.ParameterCount} equations at every step, which takes long: lbfgs is for networks of this size", IsLoss: false, "Optimizer"));
        }
    }

    /// <summary>Trains; its network is the model's.</summary>
    public Trainer<T> Trainer { get; }

    /// <summary>What is trained.</summary>
    public NetworkDefinition Definition => Trainer.Network.Definition;

    /// <summary>How parameters follow the gradient.</summary>
    public TrainingMethod Optimizer { get; }

    /// <summary>How long and in what order.</summary>
    public TrainerOptions Options { get; }

    /// <summary>How rows become numbers; null: they are taken as they are.</summary>
    public TableSchema? Schema { get; }

    /// <summary>The rows that are learned.</summary>
    public int Rows { get; }

    /// <summary>Whether there are rows that validate.</summary>
    public bool Validates { get; }

    /// <summary>Where the rows came from.</summary>
    public string Source { get; }

    /// <summary>What was guessed, dropped, filled or taken for something else.</summary>
    public Notes Notes { get; }

    /// <summary>The model as the network stands now.</summary>
    /// <param name="kept">The epoch whose weights it has; null: none in particular.</param>
    /// <param name="keptBy">The figure it was the best by.</param>
    /// <param name="given">What was asked for, by name, for the record in the model's file.</param>
    public TabularModel<T> Model(EpochResult? kept = null, string? keptBy = null, IReadOnlyDictionary<string, string>? given = null) =>
        new(Trainer.Network, Schema, _record.Write(Optimizer, Options, kept, keptBy, given), Notes.All);

    /// <summary>One row has no spread: a batch norm makes β of it, whatever the row is.</summary>
    private void NoteBatchesOfOne(NetworkDefinition definition, int rows)
    {
        if ((Options.BatchSize == 1 || (Options.BatchSize > 1 && rows % Options.BatchSize == 1)) && definition.Layers.Any(layer => layer.Parts.Any(part => part is BatchNorm)))
        {
            Notes.Add(new($"{(Options.BatchSize == 1 ? "every batch" : $"the last batch of {Options.BatchSize} that {rows} rows are divided into")} has one row, which batch_norm has nothing to normalise by: little is learned from it", IsLoss: false, "BatchSize"));
        }
    }

    /// <summary>A mean over more steps than the run has is mostly of weights that have learned nothing yet.</summary>
    private void NoteYoungMean(int rows)
    {
        if (Options.Average is not { } average || !average.StartsWith("ema:", StringComparison.Ordinal) || !double.TryParse(average.AsSpan(4), NumberStyles.Float, CultureInfo.InvariantCulture, out double decay))
        {
            return;
        }

        double batch = Optimizer is Minimizer ? rows : Math.Max(1, (double)Options.BatchSize * Options.Step.Accumulate), steps = Math.Ceiling(rows / batch) * Options.Epochs, first = Math.Pow(decay, steps - 1);
        if (first > 0.05)
        {
            Notes.Add(new(string.Create(CultureInfo.InvariantCulture, $"the mean of weights {average} is what is validated and saved; after all {steps} steps {100 * first:F0} % of it are still the weights after the first: a smaller decay, or more steps, are needed"), IsLoss: false, "Average", "Epochs"));
        }
    }

    private static TrainingMethod Choose(TrainingOptions options, Notes notes)
    {
        OptimizerOptions given = options.OptimizerOptions;
        if (options.UsesRecipe)
        {
            given = given with { LearningRate = Recipe.LearningRate, WeightDecay = given.WeightDecay ?? Recipe.WeightDecay };
        }

        var optimizer = TrainingMethod.Create(options.Optimizer ?? (options.UsesRecipe ? Recipe.Optimizer : "adam"), given);
        if (optimizer is Rprop or LevenbergMarquardt && (options.WarmupSteps > 0 || options.Schedule is not (null or "constant")))
        {
            notes.Add(new(optimizer is Rprop
                ? "rprop finds the size of each step by itself, the learning rate is only that of the first: a schedule or a warm-up changes nothing after it"
                : $"{optimizer} finds the size of each step by itself: a schedule or a warm-up changes nothing", IsLoss: false, "Schedule", "WarmupSteps"));
        }

        if (optimizer is Minimizer && options.BatchSize is not null)
        {
            throw new UsageException($"optimizer '{optimizer}' takes all rows at once, an epoch is one step: a batch size of {options.BatchSize} found, none expected") { Settings = ["BatchSize", "Optimizer"] };
        }

        return optimizer;
    }

    private TrainerOptions Plan(TrainingOptions options, Dataset<T> training, long began, long parameters) => new()
    {
        Epochs = options.Epochs ?? (options.UsesRecipe ? Recipe.Epochs(training.Rows) : 20),
        BatchSize = Optimizer is Minimizer ? training.Rows : options.BatchSize ?? (options.UsesRecipe ? Recipe.BatchSize(training.Rows) : 32),
        Schedule = options.Schedule ?? (options.UsesRecipe ? Recipe.Schedule : "constant"),
        WarmupSteps = options.WarmupSteps,
        Average = options.Average,
        MaxSeconds = SecondsLeft(options.MaxSeconds, began, parameters),
        EarlyStopping = options.EarlyStopping,
        KeepBy = KeepBy(options, training.Targets.AreClasses && training.Targets.Count > 1),
        CheckpointEvery = options.CheckpointEvery,
        RollBack = options.RollBack,
        Identity = Schema is null ? new() : new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["training columns (names, kinds, what they are scaled by, labels)"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(SchemaJson.Write(Schema)))),
        },
        Seed = options.Seed,
        Shuffle = options.Shuffle,
        Step = new() { L1 = options.L1, L2 = options.L2, ClipNorm = options.ClipNorm, ClipValue = options.ClipValue, Accumulate = options.Accumulate, Threads = options.Threads },
    };

    /// <summary>
    /// The recipe smooths labels, which is no aim of its own: its classes go by the log loss. Where classes are given weights, by what treats them alike.
    /// </summary>
    private static string KeepBy(TrainingOptions options, bool classes) => options.KeepBy
        ?? (classes && options.ClassWeights is not null ? "balanced_accuracy" : classes && options.UsesRecipe ? "log_loss" : "loss");

    /// <summary>What is left of the time: the rows have been read, and the model is to be saved.</summary>
    private double? SecondsLeft(double? most, long began, long parameters)
    {
        if (most is not { } seconds || !(seconds > 0))
        {
            return most;
        }

        double spent = Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (spent >= seconds)
        {
            Notes.Add(new(string.Create(CultureInfo.InvariantCulture, $"the time was over before training began, {spent:F1} s of reading: one step is made"), IsLoss: false, "MaxSeconds"));
        }

        return Math.Max(1e-9, seconds - spent - (parameters / SavedPerSecond));
    }

    /// <summary>A new network needs very long to reach large targets that stay as they are.</summary>
    private void NoteLargeTargets(TrainingOptions options, Targets<T> targets, bool isNew)
    {
        if (options.Columns.Preprocess || !isNew || targets.AreClasses || targets.IsEmpty)
        {
            return;
        }

        double squares = 0;
        foreach (T value in targets.AllValues)
        {
            squares += double.CreateTruncating(value) * double.CreateTruncating(value);
        }

        double size = Math.Sqrt(squares / targets.AllValues.Length);
        if (size > LargeTarget)
        {
            Notes.Add(new(string.Create(CultureInfo.InvariantCulture, $"the targets are large (about {size:G3}) and stay as they are: training may take very long"), IsLoss: false, "Preprocess = true"));
        }
    }
}
