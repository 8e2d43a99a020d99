using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Text;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Tables.Inspection;
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
    /// <summary>About how many parameters are written to a disk in a second.</summary>
    private const double SavedPerSecond = 2e7;

    /// <summary>What the seeds of further networks are drawn from.</summary>
    private const ulong SeedStream = 0x454E53454D424C45;

    private readonly TrainingRecord _record; // the data themselves are let go: training has a copy of its rows, or folds a view of them
    private readonly IReadOnlyList<Dataset<T>?> _validation; // of each network
    private readonly Dataset<T>? _all; // where there are folds
    private readonly IReadOnlyList<int[]> _folds;
    private readonly double[]? _scales;
    private readonly IReadOnlyList<Recipe.Size> _sizes; // of the recipe's networks, from small to large
    private readonly SourceRows? _table;
    private int[]? _used;
    private readonly string? _threshold;
    private readonly bool _mayHaveLearned; // the model to go on from, the rows that validate this one
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

        Optimizer = Choose(options, Notes);
        var data = PreparedData<T>.PrepareToTrain(source, options, Notes);
        options = Recipe.For(options, data.Effort);
        _table = options.KeepTable ? data.Source : null;
        (Source, Schema, Rows, Validates, _record) = (data.Source.Name, data.Schema, data.Training.Rows, data.Validation is not null || data.Folds.Count > 0, TrainingRecord.Of(data));
        TabularModel<T>? from = options.From?.As<T>().Member(1);
        _sizes = data.Folds.Count == 0 || data.Effort.IsLong ? [new(options.Hidden)] : Recipe.Sizes(options, data.Training.Targets.AreClasses, data.Effort.Ending, data.Training.Rows);
        NetworkDefinition[] definitions = [.. _sizes.Select((size, n) => new NetworkChoice(options with { Hidden = size.Hidden, Ending = size.Ending }, n == 0 ? Notes : new()).Choose(data.Training, Schema, from?.Definition, data.Place))];
        NetworkDefinition definition = definitions[^1];
        _mayHaveLearned = TrainingDoubts.LearnedRows(options, Source, Rows, data.ValidationRows.Count > 0, Notes);
        TrainingDoubts.LargeTargets(options, data.Training.Targets, Notes);
        TrainingDoubts.FarTargets(data.Training.Targets, definition.ValueCount, definition.Loss, data.Place, Notes);
        TrainingDoubts.ConstantTargets(data.Training.Targets, definition.ValueCount, Schema?.Target, Notes);
        _threshold = options.Threshold;
        if (Schema?.Target.ThresholdBy is { } before)
        {
            Schema = Schema with { Target = Schema.Target with { Thresholds = null, ThresholdBy = null } };
            if (_threshold is null)
            {
                Notes.Add(new($"the model to go on from decides by a threshold chosen by {before} on what it predicted, which is not what this one will: it has none", IsLoss: true, $"Threshold = {before}"));
            }
        }

        if (_threshold is not null)
        {
            ThresholdChoice.Require(definition, Schema?.Target);
        }

        Dataset<T> training = options.ClassWeights is { } weights ? weights.Apply(data.Training, Schema?.Target.Labels) : data.Training;
        (_scales, _folds, _all) = (Schema?.Target.Scales?.ToArray(), data.Folds, data.Folds.Count > 0 ? data.All : null);
        (Dataset<T> Training, Dataset<T>? Validation)[] parts = _all is null
            ? [.. Enumerable.Repeat((training, data.Validation), options.Ensemble ?? 1)]
            : [.. _folds.Select(fold => (training.View([.. Enumerable.Range(0, training.Rows).Except(fold)]), (Dataset<T>?)_all.View(fold)))];
        _validation = [.. parts.Select(part => part.Validation)];
        Options = Plan(options, parts[0].Training, began, definition.ParameterCount * parts.Length);
        Trainers = [.. definitions.SelectMany((one, size) => parts.Select((part, n) => Trainer(n, part.Training, part.Validation, one, _sizes[size].Ending, isFirst: size + n == 0)))];
        if (data.Effort.Ending != Ending.None)
        {
            Notes.Add(new((data.Effort.Ending == Ending.Ordered
                ? $"the {Schema!.Target.Labels!.Count} labels are numbers: networks that know their order, by 2 units before the output, are"
                : $"'{Schema!.Target.Names[0]}' is never below 0 and skewed: networks with an exponential before the output are") + " trained as well, and taken where they are better", IsLoss: false, "Network"));
        }

        if (_all is not null)
        {
            TrainingDoubts.LoneRows(_all.Targets, Schema?.Target.Labels, Notes);
        }

        TrainingDoubts.NormsOfOne(definition, Notes);
        TrainingDoubts.BatchesOfOne(definition, Options.BatchSize, [.. parts.Select(part => part.Training.Rows).Distinct()], Notes);
        TrainingDoubts.YoungMean(Options, Optimizer, parts[0].Training.Rows, Notes);
        if (Optimizer is LevenbergMarquardt && definition.ParameterCount > 1500)
        {
            Notes.Add(new($"levenberg_marquardt solves {definition.ParameterCount} equations at every step, which takes long: lbfgs is for networks of this size", IsLoss: false, "Optimizer"));
        }

        Trainer<T> Trainer(int member, Dataset<T> learned, Dataset<T>? validated, NetworkDefinition definition, Ending ending, bool isFirst)
        {
            ulong seed = member == 0 ? options.Seed : new CounterRandom(options.Seed, SeedStream).Bits((ulong)member);
            var network = new Network<T>(definition, Initializer.Parse(options.Initializer ?? "pytorch"), seed);
            if (from is not null)
            {
                network.CopyFrom(from.Network);
            }
            else if (ending == Ending.Positive)
            {
                PositiveValues.Initialize(network, Schema!.Target);
            }
            else if (ending == Ending.Ordered)
            {
                OrderedLabels.Initialize(network, OrderedLabels.Values(Schema!.Target)!, learned.Targets);
            }

            TrainerOptions own = parts.Length == 1 ? Options : Options with { Seed = seed, BatchSize = Optimizer is Minimizer ? learned.Rows : Options.BatchSize, Step = Options.Step with { Threads = 1 } };
            return new(network, learned, validated, isFirst ? Optimizer : Choose(options, new()), own, new Evaluator<T>(network, _scales));
        }
    }

    /// <summary>
    /// Each trains one network, with events and checkpoints of its own; of several networks all run at the same time. Where the recipe has networks of two sizes
    /// trained, or of four, those of the smaller come first, a network for each fold, and the model is of one size.
    /// </summary>
    public IReadOnlyList<Trainer<T>> Trainers { get; }

    /// <summary>What is trained; of several networks each; of two sizes the larger, until the model is of the smaller.</summary>
    public NetworkDefinition Definition => _trained?.Definition ?? Trainers[^1].Network.Definition;

    /// <summary>Which of <see cref="Trainers"/> have the networks of the model, by their places; before training has ended those of the larger size.</summary>
    public IReadOnlyList<int> Used => _used ?? Of(_sizes.Count - 1);

    /// <summary>What was chosen by the rows out of fold, and why; null: nothing.</summary>
    public string? Choice { get; private set; }

    /// <summary>How training went; null: it has not ended. Of several networks that one of them diverged does not take it away.</summary>
    public TrainingResult? Result { get; private set; }

    /// <summary>After one of several networks is trained, on its thread.</summary>
    public event Action<int, MemberResult>? MemberCompleted;

    /// <summary>How parameters follow the gradient.</summary>
    public TrainingMethod Optimizer { get; }

    /// <summary>How long and in what order.</summary>
    public TrainerOptions Options { get; }

    /// <summary>How rows become numbers; null: they are taken as they are.</summary>
    public TableSchema? Schema { get; private set; }

    /// <summary>How far the networks were off on rows that they had not learned from; null before training has ended, and where nothing validates.</summary>
    public ConformalScores? Conformal { get; private set; }

    /// <summary>The thresholds that were chosen; empty where none was asked for, and before training has ended.</summary>
    public IReadOnlyList<ChosenThreshold> Threshold { get; private set; } = [];

    /// <summary>The table as it was read, where <see cref="TrainingOptions.KeepTable"/> asks for it; null: it is let go, or the rows are arrays.</summary>
    public Table? Table => _table?.Table;

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
    /// <exception cref="InvalidOperationException">It has been trained.</exception>
    public TrainingResult Run(IReadOnlyList<Checkpoint<T>?>? resume = null, CancellationToken cancellation = default)
    {
        if (Result is not null)
        {
            throw new InvalidOperationException("training has ended: a new trainer is needed to train anew");
        }

        if (Trainers.Count == 1)
        {
            TrainingResult result;
            try
            {
                result = Trainers[0].Run(resume?[0], cancellation);
            }
            catch (DivergenceException)
            {
                _ = Judge(Predict([0]), [0]); // the last good weights are what is saved, with all that is said of them
                throw;
            }

            Evaluation? judged = Judge(Predict([0]), [0]);
            return Result = _threshold is not null && result.Kept is { } kept && judged is not null ? result with { Kept = kept with { Validation = judged } } : result;
        }

        var trainer = new EnsembleTrainer<T>(Trainers, Options.Step.Threads);
        trainer.MemberCompleted += (member, result) => MemberCompleted?.Invoke(member, result);
        IReadOnlyList<MemberResult> members = trainer.Run(resume, Options.MaxSeconds, cancellation);
        int[][] finishedOf = [.. _sizes.Select((_, size) => Finished(size, members))];
        Unseen<T>?[] unseen = [.. finishedOf.Select(used => used.Length == 0 ? null : Predict(used))];
        (int chosen, Choice) = SizeChoice.Of([.. _sizes.Select((_, size) => Of(size).Select(member => (Trainers[member].Network.Definition, members[member])).ToArray())], unseen, _all, _folds);
        int[] of = Of(chosen), finished = finishedOf[chosen], used = finished.Length > 0 ? finished : of;
        unseen[chosen] ??= Predict(used);
        _used = used;
        Evaluation? validation = Judge(unseen[chosen], used);
        _trained = new(used.Select(member => Trainers[member].Network), unseen[chosen]?.Temperature ?? 1);
        _keptEpochs = [.. finished.Select(member => members[member].Kept!.Epoch)];
        Result = EnsembleResult.Of(members, [.. of.Select(member => members[member])], validation, trainer);
        foreach (int member in of.Except(used))
        {
            Notes.Add(new($"network {member + 1} of {members.Count} finished no epoch: the model is of the others", IsLoss: true));
        }

        if (members.Count(member => member.Result?.Reason == StopReason.MaxTime) is > 0 and var cut)
        {
            Notes.Add(new($"{cut} of {members.Count} networks were ended by the time before their last epoch{(_sizes.Count > 1 ? ", which is what is compared and what the model has of them" : "")}", IsLoss: false, "MaxSeconds"));
        }

        foreach (int member in Enumerable.Range(0, members.Count).Except(of).Where(member => members[member].Divergence is not null))
        {
            Notes.Add(new($"network {member + 1} of {members.Count}, of the size that was not chosen: {members[member].Divergence!.Message}", IsLoss: false));
        }

        if (_all is not null && finished.Length == of.Length && FoldOptimism.Find(new(Options.KeepBy), [.. of.Select(member => members[member])], [.. _folds.Select(fold => fold.Length)]) is { } optimism)
        {
            Notes.Add(optimism);
        }

        int bad = of.FirstOrDefault(member => members[member].Divergence is not null, -1);
        return bad < 0 ? Result : throw new DivergenceException($"network {bad + 1} of {members.Count}: {members[bad].Divergence!.Message}", members[bad].Divergence!.Layer, members[bad].Divergence!.Step);
    }

    /// <summary>The model as the network stands now.</summary>
    /// <param name="kept">The epoch whose weights it has; null: none in particular.</param>
    /// <param name="keptBy">The figure it was the best by.</param>
    /// <param name="given">What was asked for, by name, for the record in the model's file.</param>
    public TabularModel<T> Model(EpochResult? kept = null, string? keptBy = null, IReadOnlyDictionary<string, string>? given = null) =>
        new(_trained ?? new(Trainers.TakeLast(_validation.Count).Select(trainer => trainer.Network)), Schema, _record.Write(Optimizer, Options, kept, keptBy, given, _keptEpochs, _folds.Count > 0, Choice), Notes.All) { Conformal = Conformal };

    /// <summary>What the networks of all folds as they stand are worth on the rows that each has not learned from: together, as <see cref="Run"/> measures them, and fold by fold.</summary>
    internal (Evaluation Together, IReadOnlyList<Evaluation> Folds) MeasureFolds()
    {
        int[] all = [.. Enumerable.Range(0, _folds.Count)];
        Unseen<T> unseen = Predict(all)!;
        return (Judge(unseen, all)!, [.. _folds.Select((rows, fold) => Measured(unseen.Outputs.Select(rows), _validation[fold]!))]);
    }

    /// <summary>The networks of a size.</summary>
    private int[] Of(int size) => [.. Enumerable.Range(size * _validation.Count, _validation.Count)];

    /// <summary>Those that finished an epoch.</summary>
    private int[] Finished(int size, IReadOnlyList<MemberResult> members) => [.. Of(size).Where(member => members[member].Kept is not null)];

    /// <summary>What the networks say of rows that they have not learned from; null: there are none.</summary>
    /// <exception cref="InvalidOperationException">Training has not ended.</exception>
    public HeldOut? HeldOut()
    {
        if (Result is null)
        {
            throw new InvalidOperationException("training has not ended: nothing is known of the rows that were held out");
        }

        int[] used = _used ?? [0];
        if (_validation[0] is null)
        {
            return null;
        }

        if (_all is null)
        {
            return Inspection.HeldOut.Of(RowScorer<T>.Of(Model().Ensemble, Options.Step.Threads), _validation[0]!, Schema, _table, areFolds: false);
        }

        int[] rows = [.. used.SelectMany(member => _folds[member % _folds.Count]).Order()], memberOf = new int[_all.Rows];
        for (int n = 0; n < used.Length; n++)
        {
            foreach (int row in _folds[used[n] % _folds.Count])
            {
                memberOf[row] = n;
            }
        }

        bool areAll = rows.Length == _all.Rows; // unless a network is missing
        RowScorer<T> scorer = RowScorer<T>.Of([.. used.Select(member => Trainers[member].Network)], areAll ? memberOf : Array.ConvertAll(rows, row => memberOf[row]), _trained!.Temperature, Options.Step.Threads);
        return Inspection.HeldOut.Of(scorer, areAll ? _all : _all.Select(rows), Schema, _table, areFolds: true);
    }

    /// <summary>What the networks say of rows that they have not learned from, and the temperature of the networks; null: nothing validates.</summary>
    private Unseen<T>? Predict(int[] used)
    {
        if (_validation[0] is null)
        {
            return null;
        }

        NetworkDefinition definition = Trainers[used[0]].Network.Definition;
        T[][] outputs = [.. used.Select(member =>
        {
            using var predictor = new Predictor<T>(Trainers[member].Network, Options.Step.Threads);
            Dataset<T> rows = _validation[member % _validation.Count]!;
            var preActivations = new T[predictor.OutputsOf(rows)];
            predictor.EvaluatePreActivations(rows, preActivations);
            return preActivations;
        })];
        if (Trainers.Count == 1)
        {
            return new(new(definition, outputs[0]), _validation[0]!, 1);
        }

        if (_all is null)
        {
            T[] members = [.. outputs.SelectMany(rows => rows)], mean = new T[outputs[0].Length];
            double one = TemperatureFit.Fit(definition, members, used.Length, _validation[0]!.Targets, _validation[0]!.SampleWeights);
            new MemberMean<T>(definition, used.Length, one).Write(members, mean);
            return new(new(definition, mean, MemberMean<T>.IsOutput(definition)), _validation[0]!, one);
        }

        int width = definition.Outputs;
        int[][] folds = [.. used.Select(member => _folds[member % _folds.Count])];
        int[] rows = [.. folds.SelectMany(fold => fold).Order()]; // all, unless a network is missing
        int[] places = new int[_all.Rows];
        for (int n = 0; n < rows.Length; n++)
        {
            places[rows[n]] = n;
        }

        var unseen = new T[ArraySize.Of(rows.Length, width, "outputs")];
        for (int n = 0; n < used.Length; n++)
        {
            for (int row = 0; row < folds[n].Length; row++)
            {
                outputs[n].AsSpan(row * width, width).CopyTo(unseen.AsSpan(places[folds[n][row]] * width));
            }
        }

        Dataset<T> measured = rows.Length == _all.Rows ? _all : _all.View(rows);
        double temperature = TemperatureFit.Fit(definition, unseen, 1, measured.Targets, measured.SampleWeights);
        if (temperature != 1)
        {
            T divisor = T.CreateTruncating(temperature);
            unseen = Array.ConvertAll(unseen, logit => logit / divisor);
        }

        return new(new(definition, unseen), measured, temperature) { At = rows };
    }

    /// <summary>What the networks' predictions of rows that they have not learned from are worth, once thresholds are chosen and scores kept.</summary>
    private Evaluation? Judge(Unseen<T>? unseen, int[] used)
    {
        if (unseen is null)
        {
            return null;
        }

        Conformal = _mayHaveLearned ? null : ConformalScores.Of(unseen.Outputs, unseen.Rows, Schema?.Target, _all is not null);
        if (_threshold is not null)
        {
            Threshold = ThresholdChoice.Of(_threshold, unseen.Outputs, unseen.Rows, Schema!.Target);
            Schema = Schema with { Target = Schema.Target with { Thresholds = [.. Threshold.Select(one => one.Threshold)], ThresholdBy = _threshold } };
            Notes.Add(new(ThresholdChoice.Describe(_threshold, Threshold, unseen.Rows.Rows, _all is not null), IsLoss: false, "Threshold") { IsGuess = true });
            if (ThresholdChoice.Doubt(_threshold, unseen.Rows, Schema.Target, Threshold) is { } doubt)
            {
                Notes.Add(doubt);
            }
        }

        IReadOnlyList<double>? thresholds = Schema?.Target.Thresholds;
        if (_all is null)
        {
            using var evaluator = new Evaluator<T>(new Ensemble<T>(used.Select(member => Trainers[member].Network), unseen.Temperature), _scales, Options.Step.Threads) { Thresholds = thresholds };
            return evaluator.Evaluate(unseen.Rows);
        }

        return Measured(unseen.Outputs, unseen.Rows);
    }

    private Evaluation Measured(OutputReader<T> outputs, Dataset<T> rows) =>
        Evaluator<T>.Measure(OutputLoss.Mean(outputs, rows), outputs, rows.Targets, rows.SampleWeights, _scales, Schema?.Target.Thresholds);

    /// <summary>Says what of the options came to nothing, once training has ended.</summary>
    /// <param name="result">How.</param>
    /// <returns>What was noted, beside what had been before.</returns>
    public IReadOnlyList<Note> NoteEnd(TrainingResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        int first = Options.FirstAveragedEpoch ?? 0, last = result.History.Count;
        int[] early = [.. (Trainers.Count > 1 ? _keptEpochs ?? [] : result.Kept is { } one ? [one.Epoch] : []).Where(epoch => epoch <= first)]; // at the first there is nothing to take a mean with
        if (early.Length == 0)
        {
            return [];
        }

        Note note = Trainers.Count > 1
            ? new($"swa takes the mean over the epochs from {first} to {Options.Epochs}: {early.Length} of {_used!.Length} networks have the weights of an epoch before them (epochs {string.Join(", ", early)}), no mean", IsLoss: true, "Average", "Epochs")
            : new($"swa takes the mean over the epochs from {first} to {Options.Epochs}, {(last < first ? $"but the run ended after epoch {last}" : $"but epoch {early[0]}, before them, was the best by the validation rows")}: the model has the weights of epoch {early[0]}, no mean", IsLoss: true, "Average", "Epochs");
        Notes.Add(note);
        return [note];
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
            ["training columns (names, kinds, what they are scaled by, labels)"] = Sha256.Of(Encoding.UTF8.GetBytes(SchemaJson.Write(Schema))),
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
}
