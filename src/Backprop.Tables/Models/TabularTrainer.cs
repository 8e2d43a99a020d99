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
using Backprop.Propagation;
using Backprop.Tables.Schemas;
using Backprop.Training;

namespace Backprop.Tables.Models;

/// <summary>
/// A model of a table about to be trained: rows read, divided and encoded, network and optimizer chosen. <see cref="Run"/> trains; <see cref="Trainers"/>
/// have the events and checkpoints of each network; <see cref="Model"/> is the model as it stands. <see cref="TabularModel"/> does all of it in one call.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class TabularTrainer<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A new network's outputs are about 1.</summary>
    private const double LargeTarget = 100;

    /// <summary>About how many parameters are written to a disk in a second.</summary>
    private const double SavedPerSecond = 2e7;

    /// <summary>What the seeds of further networks are drawn from.</summary>
    private const ulong SeedStream = 0x454E53454D424C45;

    private readonly TrainingRecord _record; // the data themselves are let go: training has a copy of its rows, or folds a view of them
    private readonly IReadOnlyList<Dataset<T>?> _validation; // of each network
    private readonly Dataset<T>? _all; // where there are folds
    private readonly IReadOnlyList<int[]> _folds;
    private readonly double[]? _scales;
    private Ensemble<T>? _trained;
    private int[]? _keptEpochs;

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

        if (options.From is { Members: > 1 } several)
        {
            Notes.Add(new($"the model to go on from holds {several.Members} networks, the first is taken", IsLoss: false, "Member"));
        }

        if (options.From is not null && options.Folds is not null)
        {
            Notes.Add(new("the model to go on from may have learned the rows of the folds already: what is measured on them is not what new rows would give", IsLoss: true, "Folds", "From"));
        }

        Optimizer = Choose(options, Notes);
        var data = PreparedData<T>.PrepareToTrain(source, options, Notes);
        (Source, Schema, Rows, Validates, _record) = (data.Source.Name, data.Schema, data.Training.Rows, data.Validation is not null || data.Folds.Count > 0, TrainingRecord.Of(data));
        TabularModel<T>? from = options.From?.As<T>().Member(1);
        NetworkDefinition definition = new NetworkChoice(options, Notes).Choose(data.Training, Schema, from?.Definition);
        NoteLargeTargets(options, data.Training.Targets, isNew: from is null);
        NoteConstantTargets(data.Training.Targets);
        Dataset<T> training = options.ClassWeights is { } weights ? weights.Apply(data.Training, Schema?.Target.Labels) : data.Training;
        (_scales, _folds, _all) = (Schema?.Target.Scales?.ToArray(), data.Folds, data.Folds.Count > 0 ? data.All : null);
        (Dataset<T> Training, Dataset<T>? Validation)[] parts = _all is null
            ? [.. Enumerable.Repeat((training, data.Validation), options.Ensemble ?? 1)]
            : [.. _folds.Select(fold => (training.View([.. Enumerable.Range(0, training.Rows).Except(fold)]), (Dataset<T>?)_all.View(fold)))];
        _validation = [.. parts.Select(part => part.Validation)];
        Options = Plan(options, parts[0].Training, began, definition.ParameterCount * parts.Length);
        Trainers = [.. parts.Select((part, n) => Trainer(n, part.Training, part.Validation, definition))];
        NoteLoneRows();
        NoteBatchesOfOne(definition, [.. parts.Select(part => part.Training.Rows).Distinct()]);
        NoteYoungMean(parts[0].Training.Rows);
        if (Optimizer is LevenbergMarquardt && definition.ParameterCount > 1500)
        {
            Notes.Add(new($"levenberg_marquardt solves {definition.ParameterCount} equations at every step, which takes long: lbfgs is for networks of this size", IsLoss: false, "Optimizer"));
        }

        Trainer<T> Trainer(int member, Dataset<T> learned, Dataset<T>? validated, NetworkDefinition definition)
        {
            ulong seed = member == 0 ? options.Seed : new CounterRandom(options.Seed, SeedStream).Bits((ulong)member);
            var network = new Network<T>(definition, Initializer.Parse(options.Initializer ?? "pytorch"), seed);
            if (from is not null)
            {
                network.CopyFrom(from.Network);
            }

            TrainerOptions own = parts.Length == 1 ? Options : Options with { Seed = seed, BatchSize = Optimizer is Minimizer ? learned.Rows : Options.BatchSize, Step = Options.Step with { Threads = 1 } };
            return new(network, learned, validated, member == 0 ? Optimizer : Choose(options, new()), own, new Evaluator<T>(network, _scales));
        }
    }

    /// <summary>Each trains one network of the model, with events and checkpoints of its own; of several networks all run at the same time.</summary>
    public IReadOnlyList<Trainer<T>> Trainers { get; }

    /// <summary>What is trained; of several networks each.</summary>
    public NetworkDefinition Definition => Trainers[0].Network.Definition;

    /// <summary>How training went; null: it has not ended. Of several networks that one of them diverged does not take it away.</summary>
    public TrainingResult? Result { get; private set; }

    /// <summary>After one of several networks is trained, on its thread.</summary>
    public event Action<int, MemberResult>? MemberCompleted;

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

    /// <summary>The rows that validate each network.</summary>
    internal IReadOnlyList<Dataset<T>?> ValidationData => _validation;

    /// <summary>What one unit of each target stands for; null: 1.</summary>
    internal double[]? TargetScales => _scales;

    /// <summary>Trains. The result of several networks is theirs together: epochs' losses are means, the validation is of the mean of their predictions, or with folds of each row's by the network that has not learned from it.</summary>
    /// <param name="resume">Where each network goes on; null: from the beginning.</param>
    /// <param name="cancellation">Asks training to stop after a step.</param>
    /// <exception cref="DivergenceException">A loss or a parameter is not finite any more. Of several networks: of one of them, which; the others have been trained, and it is in the model with the best weights it had, if it finished an epoch.</exception>
    /// <exception cref="ModelException">A checkpoint is of another run.</exception>
    /// <exception cref="UsageException">The validation rows do not have the figure that is watched.</exception>
    public TrainingResult Run(IReadOnlyList<Checkpoint<T>?>? resume = null, CancellationToken cancellation = default)
    {
        if (Trainers.Count == 1)
        {
            return Result = Trainers[0].Run(resume?[0], cancellation);
        }

        var trainer = new EnsembleTrainer<T>(Trainers, Options.Step.Threads);
        trainer.MemberCompleted += (member, result) => MemberCompleted?.Invoke(member, result);
        IReadOnlyList<MemberResult> members = trainer.Run(resume, Options.MaxSeconds, cancellation);
        int[] finished = [.. Enumerable.Range(0, members.Count).Where(member => members[member].Kept is not null)];
        int[] used = finished.Length > 0 ? finished : [.. Enumerable.Range(0, members.Count)];
        (double temperature, Evaluation? validation) = Validate(used);
        _trained = new(used.Select(member => Trainers[member].Network), temperature);
        _keptEpochs = [.. finished.Select(member => members[member].Kept!.Epoch)];
        Result = EnsembleResult.Of(members, validation, trainer);
        foreach (int member in Enumerable.Range(0, members.Count).Except(used))
        {
            Notes.Add(new($"network {member + 1} of {members.Count} finished no epoch: the model is of the others", IsLoss: true));
        }

        int bad = Enumerable.Range(0, members.Count).FirstOrDefault(member => members[member].Divergence is not null, -1);
        return bad < 0 ? Result : throw new DivergenceException($"network {bad + 1} of {members.Count}: {members[bad].Divergence!.Message}", members[bad].Divergence!.Layer, members[bad].Divergence!.Step);
    }

    /// <summary>The model as the network stands now.</summary>
    /// <param name="kept">The epoch whose weights it has; null: none in particular.</param>
    /// <param name="keptBy">The figure it was the best by.</param>
    /// <param name="given">What was asked for, by name, for the record in the model's file.</param>
    public TabularModel<T> Model(EpochResult? kept = null, string? keptBy = null, IReadOnlyDictionary<string, string>? given = null) =>
        new(_trained ?? new(Trainers.Select(trainer => trainer.Network)), Schema, _record.Write(Optimizer, Options, kept, keptBy, given, _keptEpochs, _folds.Count > 0), Notes.All);

    /// <summary>The temperature of the networks, and what their predictions of rows that they have not learned from are worth with it.</summary>
    private (double Temperature, Evaluation? Validation) Validate(int[] used)
    {
        if (_validation[0] is null)
        {
            return (1, null);
        }

        T[][] outputs = [.. used.Select(member =>
        {
            using var predictor = new Predictor<T>(Trainers[member].Network, Options.Step.Threads);
            Dataset<T> rows = _validation[member]!;
            var preActivations = new T[predictor.OutputsOf(rows)];
            predictor.EvaluatePreActivations(rows, preActivations);
            return preActivations;
        })];
        if (_all is null)
        {
            double one = TemperatureFit.Fit(Definition, [.. outputs.SelectMany(rows => rows)], used.Length, _validation[0]!.Targets, _validation[0]!.SampleWeights);
            using var evaluator = new Evaluator<T>(new Ensemble<T>(used.Select(member => Trainers[member].Network), one), _scales, Options.Step.Threads);
            return (one, evaluator.Evaluate(_validation[0]!));
        }

        int width = Definition.Outputs;
        int[] rows = [.. used.SelectMany(member => _folds[member]).Order()]; // all, unless a network is missing
        int[] places = new int[_all.Rows];
        for (int n = 0; n < rows.Length; n++)
        {
            places[rows[n]] = n;
        }

        var unseen = new T[ArraySize.Of(rows.Length, width, "outputs")];
        for (int n = 0; n < used.Length; n++)
        {
            for (int row = 0; row < _folds[used[n]].Length; row++)
            {
                outputs[n].AsSpan(row * width, width).CopyTo(unseen.AsSpan(places[_folds[used[n]][row]] * width));
            }
        }

        Dataset<T> measured = rows.Length == _all.Rows ? _all : _all.View(rows);
        double temperature = TemperatureFit.Fit(Definition, unseen, 1, measured.Targets, measured.SampleWeights);
        if (temperature != 1)
        {
            T divisor = T.CreateTruncating(temperature);
            unseen = Array.ConvertAll(unseen, logit => logit / divisor);
        }

        var reader = new OutputReader<T>(Definition, unseen);
        return (temperature, Evaluator<T>.Measure(OutputLoss.Mean(reader, measured), reader, measured.Targets, measured.SampleWeights, _scales));
    }

    /// <summary>A class of one row is never known to the network that is validated by it.</summary>
    private void NoteLoneRows()
    {
        if (_all is not { Targets.AreClasses: true } all)
        {
            return;
        }

        int[] counts = new int[all.Targets.Count];
        foreach (int c in all.Targets.ClassIndices)
        {
            counts[c]++;
        }

        string[] lone = [.. counts.Select((count, c) => (count, c)).Where(one => one.count == 1).Select(one => Schema?.Target.Labels is { } labels ? $"'{labels[one.c]}'" : $"{one.c}")];
        if (lone.Length > 0)
        {
            Notes.Add(new($"{lone.Length} classes have one row each ({string.Join(", ", lone.Take(5))}{(lone.Length > 5 ? ", …" : "")}): the network that is validated by it has never seen the class", IsLoss: false, "Folds"));
        }
    }

    /// <summary>One row has no spread: a batch norm makes β of it, whatever the row is.</summary>
    private void NoteBatchesOfOne(NetworkDefinition definition, int[] parts)
    {
        int rows = Array.Find(parts, rows => Options.BatchSize > 1 && rows % Options.BatchSize == 1);
        if ((Options.BatchSize == 1 || rows > 0) && definition.Layers.Any(layer => layer.Parts.Any(part => part is BatchNorm)))
        {
            Notes.Add(new($"{(Options.BatchSize == 1 ? "every batch" : $"the last batch of {Options.BatchSize} that {rows} rows are divided into")} has one row, which batch_norm has nothing to normalise by: little is learned from it", IsLoss: false, "BatchSize"));
        }
    }

    /// <summary>Says what of the options came to nothing, once training has ended.</summary>
    /// <param name="result">How.</param>
    /// <returns>What was noted, beside what had been before.</returns>
    public IReadOnlyList<Note> NoteEnd(TrainingResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        int first = WeightAverage<T>.FirstEpoch(Options.Epochs), last = result.History.Count;
        int[] early = !WeightAverage<T>.KnowsTheEnd(Options.Average) ? [] : [.. (Trainers.Count > 1 ? _keptEpochs ?? [] : result.Kept is { } one ? [one.Epoch] : []).Where(epoch => epoch < first)];
        if (early.Length == 0)
        {
            return [];
        }

        Note note = Trainers.Count > 1
            ? new($"swa takes the mean over the epochs from {first} to {Options.Epochs}: {early.Length} of {Trainers.Count} networks have the weights of an epoch before them (epochs {string.Join(", ", early)}), no mean", IsLoss: true, "Average", "Epochs")
            : new($"swa takes the mean over the epochs from {first} to {Options.Epochs}, {(last < first ? $"but the run ended after epoch {last}" : $"but epoch {early[0]}, before them, was the best by the validation rows")}: the model has the weights of epoch {early[0]}, no mean", IsLoss: true, "Average", "Epochs");
        Notes.Add(note);
        return [note];
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

    /// <summary>How parameters follow the gradient.</summary>
    /// <exception cref="UsageException">No such optimizer, or an option that it does not take.</exception>
    internal static TrainingMethod Choose(TrainingOptions options, Notes notes)
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

    /// <summary>What is the same in every row cannot be learned from.</summary>
    private void NoteConstantTargets(Targets<T> targets)
    {
        if (targets.AreClasses)
        {
            return; // one class has a note of its own
        }

        for (int output = 0; output < targets.Count; output++)
        {
            T first = targets[0, output];
            if (Enumerable.Range(1, targets.Rows - 1).All(row => targets[row, output] == first))
            {
                Notes.Add(new($"target {(Schema?.Target.Names.ElementAtOrDefault(output) is { } name ? $"'{name}'" : $"{output}")} is the same in every row of training: there is nothing to learn", IsLoss: false));
            }
        }
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
