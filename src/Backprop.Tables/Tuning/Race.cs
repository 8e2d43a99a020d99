using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Runtime.ExceptionServices;
using Backprop.Data;
using Backprop.Tables.Models;
using Backprop.Training;

namespace Backprop.Tables.Tuning;

/// <summary>
/// Candidates race by successive halving (Jamieson and Talwalkar 2016): all are trained for a few epochs, the best third of them for three times as many, the best third of those for three times
/// as many again, until the last have all epochs of their own options. A candidate that goes on goes on from where it was, on its own schedule, so that one that comes to the end is the run that
/// it would have been alone. All are measured on the same rows: those of the one split that all have, or with <see cref="TrainingOptions.Folds"/> all rows, each by the network that has not learned from it.
/// </summary>
/// <remarks>
/// Networks are trained side by side, one thread each; a rung ends when all have come to it. No bit depends on the number of threads; a limit of time may end a race early, which is said.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <example>
/// <code>
/// var race = new Race&lt;float&gt;(source, [new(options with { Dropout = 0 }, []), new(options with { Dropout = 0.2 }, [])]);
/// TrainingOptions better = race.Run().Best.Candidate.Options;
/// </code>
/// </example>
public sealed class Race<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Into how many parts validation rows are divided for the error of a figure, and how many rows a part has at least.</summary>
    private const int Parts = 8, RowsOfPart = 4;

    private readonly DataSource _source;
    private readonly RaceOptions _options;
    private readonly Entry[] _entries;
    private readonly WatchedFigure _figure;
    private readonly int _members, _rungs;
    private RungTime? _time;

    /// <summary>Reads the rows and plans the race.</summary>
    /// <param name="source">The rows, the same for all; they are read once.</param>
    /// <param name="candidates">At least one. Of all the same are expected: seed, precision, target, which rows validate.</param>
    /// <param name="options">How it goes; null: as usual.</param>
    /// <param name="notes">What was guessed, dropped, filled or taken for something else goes here, once: by the options of the first candidate.</param>
    /// <exception cref="DataException">Rows that cannot be used, or a journal of another race.</exception>
    /// <exception cref="UsageException">Options that do not go together or with the rows, no rows that validate, or none that have the figure to be measured by.</exception>
    public Race(DataSource source, IReadOnlyList<Candidate> candidates, RaceOptions? options = null, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(candidates);
        if (candidates.Count == 0)
        {
            throw new ArgumentException("no candidate found, at least one expected", nameof(candidates));
        }

        _options = options ?? new();
        _options.Validate();
        Notes = notes ?? new();
        _source = DataSource.Of(source.Read(candidates[0].Options, Notes));
        TrainingOptions[] raced = [.. candidates.Select(candidate => Raced(candidate.Options))];
        for (int n = 0; n < raced.Length; n++)
        {
            try
            {
                raced[n].Validate(); // better known now than after other candidates were trained
                _ = TabularTrainer<T>.Choose(raced[n], new());
            }
            catch (UsageException error)
            {
                throw Of(n + 1, candidates[n], error);
            }
        }

        var first = new TabularTrainer<T>(_source, raced[0], Notes);
        string figure = Figure(_source, first, raced);
        (_members, _rungs, _figure) = (first.Trainers.Count, _options.RungsOf(candidates.Count), new(figure));
        MeasuredOn = raced[0].Folds is { } folds ? $"{first.Rows} rows, each by the one network of {folds} folds that has not learned from it" : $"{first.ValidationData[0]!.Rows} rows of one split that all candidates share";
        _entries = [.. candidates.Select((candidate, n) => new Entry(n, candidate, raced[n] with { KeepBy = figure }, _members))];
        _options.Journal?.Open(figure, candidates.Count, Identity(first, raced[0]));
    }

    /// <summary>What a race that goes on must have been begun with.</summary>
    private Dictionary<string, string> Identity(TabularTrainer<T> first, TrainingOptions options)
    {
        var identity = new Dictionary<string, string>(first.Trainers[0].Identity, StringComparer.Ordinal);
        if (_options.HeldOut is { } rows)
        {
            RunIdentity.Add(identity, RunIdentity.HeldOut, ModelRows.Of<T>(rows, first.Definition, first.Schema, options.Target, needTargets: true, options: options.Applied));
        }

        return identity;
    }

    /// <summary>After a candidate has come to a rung, on its thread.</summary>
    public event Action<RaceTrial>? TrialScored;

    /// <summary>What was guessed, dropped, filled or taken for something else.</summary>
    public Notes Notes { get; }

    /// <summary>The figure that decides.</summary>
    public string Measure => _figure.Name;

    /// <summary>The rows it is measured on, in words.</summary>
    public string MeasuredOn { get; }

    /// <summary>How many candidates there are at each rung, if time allows it.</summary>
    public IReadOnlyList<int> Field
    {
        get
        {
            int[] counts = new int[_rungs];
            counts[0] = _entries.Length;
            for (int rung = 1; rung < counts.Length; rung++)
            {
                counts[rung] = _options.Next(counts[rung - 1]);
            }

            return counts;
        }
    }

    /// <summary>Races.</summary>
    /// <param name="cancellation">Asks it to stop after a step.</param>
    /// <exception cref="UsageException">A candidate whose options do not go with the rows; which.</exception>
    /// <exception cref="DataException">The journal cannot be written.</exception>
    public RaceResult Run(CancellationToken cancellation = default)
    {
        long began = Stopwatch.GetTimestamp();
        bool isTimeUp = false;
        Entry[] field = _entries;
        for (int rung = 0; rung < _rungs && !cancellation.IsCancellationRequested; rung++)
        {
            double? Left(double part) => (part * _options.MaxSeconds) - Stopwatch.GetElapsedTime(began).TotalSeconds;
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            using (_time = new(stop, Left((rung + 1.0) / _rungs), Left(1)))
            {
                Climb(field, rung, stop.Token);
            }

            Entry[] ranking = Ranking(field.Where(entry => entry.Scores.LastOrDefault()?.Rung == rung));
            isTimeUp |= stop.IsCancellationRequested && !cancellation.IsCancellationRequested && ranking.Length < field.Length;
            if (ranking.Length == 0)
            {
                break;
            }

            field = rung == _rungs - 1 ? ranking : ranking[.._options.Next(ranking.Length)];
            foreach (Entry entry in _entries.Except(field))
            {
                entry.States = new Checkpoint<T>?[_members];
                if (!cancellation.IsCancellationRequested)
                {
                    _options.Journal?.Forget(entry.Number);
                }
            }
        }

        return new(Measure, _figure.IsHigherBetter, MeasuredOn, _rungs, [.. Ranking(_entries).Select(entry => entry.Trial)], isTimeUp, cancellation.IsCancellationRequested);
    }

    /// <summary>The model of the best candidate as far as it came in the race: of one split, or of its folds; null: no epoch was finished.</summary>
    /// <param name="given">What was asked for, by name, for the record in the model's file.</param>
    public TabularModel<T>? Model(IReadOnlyDictionary<string, string>? given = null)
    {
        Entry best = Ranking(_entries)[0];
        Checkpoint<T>?[] states = States(best);
        if (states.Any(state => state?.Kept is null))
        {
            return null;
        }

        var planned = new TabularTrainer<T>(_source, best.Options);
        TrainingResult result = planned.Run(states, new CancellationToken(canceled: true));
        return planned.Model(result.Kept, result.KeptBy, given);
    }

    /// <summary>Those of later rungs first, then by score, then in their order; what has none last.</summary>
    private Entry[] Ranking(IEnumerable<Entry> entries) => [.. entries
        .OrderByDescending(entry => entry.Scores.LastOrDefault(score => double.IsFinite(score.Value))?.Rung ?? -1)
        .ThenBy(entry => entry.Scores.LastOrDefault() is { Value: var value } && double.IsFinite(value) ? (_figure.IsHigherBetter ? -value : value) : double.PositiveInfinity)
        .ThenBy(entry => entry.Number)];

    /// <summary>Trains all to a rung, a network at a time on each thread.</summary>
    private void Climb(Entry[] field, int rung, CancellationToken stop)
    {
        Entry[] open = [.. field.Where(entry => !Recall(entry, rung))];
        foreach (Entry entry in open)
        {
            entry.Ascent = new Ascent(entry.Plan(_source), _members);
        }

        using var failing = CancellationTokenSource.CreateLinkedTokenSource(stop);
        int next = -1, count = open.Length * _members;
        ExceptionDispatchInfo? failure = null;
        void Work()
        {
            for (int n; (n = Interlocked.Increment(ref next)) < count && !failing.IsCancellationRequested;)
            {
                Entry entry = open[n / _members];
                try
                {
                    if (Train(entry, n % _members, rung, failing.Token) && Interlocked.Increment(ref entry.Ascent!.Arrived) == _members)
                    {
                        Score(entry, rung);
                    }
                }
                catch (Exception error)
                {
                    Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(error is UsageException usage ? Of(entry.Number, entry.Candidate, usage) : error), null);
                    failing.Cancel();
                }
            }
        }

        int threads = Math.Min(Math.Max(1, count), _options.Threads > 0 ? _options.Threads : Environment.ProcessorCount);
        Thread[] team = [.. Enumerable.Range(1, threads - 1).Select(thread => new Thread(Work) { IsBackground = true, Name = $"backprop race thread {thread}" })];
        foreach (Thread thread in team)
        {
            thread.Start();
        }

        Work();
        foreach (Thread thread in team)
        {
            thread.Join();
        }

        foreach (Entry entry in open)
        {
            entry.Ascent = null;
        }

        failure?.Throw();
    }

    /// <summary>Takes what the journal knows, or what needs no training.</summary>
    private bool Recall(Entry entry, int rung)
    {
        if (_options.Journal?.Find(entry.Number, rung, entry.Candidate.ToString()) is { } line)
        {
            Take(entry, line);
        }
        else if (entry.HasEnded)
        {
            Take(entry, entry.Line(rung, entry.Scores[^1].Epochs, entry.Scores[^1].Value, entry.Scores[^1].Error));
        }
        else
        {
            return false;
        }

        return true;
    }

    private void Take(Entry entry, RaceJournal.Line line)
    {
        entry.Take(line);
        if (double.IsFinite(line.Score))
        {
            _time?.Scored();
        }

        TrialScored?.Invoke(entry.Trial);
    }

    /// <summary>One network of a candidate, to a rung.</summary>
    /// <returns>Whether it has come there.</returns>
    private bool Train(Entry entry, int member, int rung, CancellationToken stop)
    {
        long began = Stopwatch.GetTimestamp();
        Ascent climb = entry.Ascent!;
        TabularTrainer<T> planned = climb.Planned.Value;
        Trainer<T> trainer = planned.Trainers[member];
        Checkpoint<T>? state = States(entry)[member];
        int target = _options.Epochs(planned.Options.Epochs, rung, _rungs), epochs = state?.History.Count ?? 0;
        using var arrived = CancellationTokenSource.CreateLinkedTokenSource(stop);
        bool hasArrived = epochs >= target, hasEnded = false;
        void Keep(Checkpoint<T> reached) => state = reached;
        void Count(EpochResult epoch)
        {
            epochs = epoch.Epoch;
            if (epoch.Epoch >= target)
            {
                hasArrived = true;
                trainer.CheckpointReached += Keep; // not before: a state is a copy of all there is
                arrived.Cancel();
            }
        }

        trainer.EpochCompleted += Count;
        try
        {
            if (hasArrived)
            {
                arrived.Cancel();
            }

            TrainingResult result = trainer.Run(state, arrived.Token);
            hasEnded = result.Reason is StopReason.EarlyStopping or StopReason.Converged;
            hasArrived |= hasEnded;
            if (hasArrived)
            {
                (climb.Epochs[member], climb.HasEnded[member]) = (epochs, hasEnded || epochs >= planned.Options.Epochs);
                climb.Values[member] = result.Kept?.Validation is { } validation && result.KeptBy is not null ? Natural(validation) : double.NaN;
                climb.Errors[member] = double.IsFinite(climb.Values[member]) && _members == 1 ? ErrorOf(planned) : double.NaN;
            }
        }
        catch (DivergenceException error)
        {
            (hasArrived, climb.Values[member], climb.HasEnded[member], climb.Epochs[member]) = (true, double.NaN, true, epochs);
            entry.Failure = $"diverged: {error.Message}";
        }
        finally
        {
            trainer.EpochCompleted -= Count;
            trainer.CheckpointReached -= Keep;
            lock (entry)
            {
                entry.Seconds += Stopwatch.GetElapsedTime(began).TotalSeconds;
            }
        }

        entry.States[member] = state;
        if (hasArrived && state is not null && entry.Failure is null)
        {
            _options.Journal?.Write(entry.Number, _members, member, state);
        }

        return hasArrived;
    }

    private Checkpoint<T>?[] States(Entry entry)
    {
        lock (entry)
        {
            if (!entry.AreRead && _options.Journal is { } journal && entry.States.All(state => state is null))
            {
                entry.States = [.. journal.Read<T>(entry.Number, _members) ?? new Checkpoint<T>?[_members]];
            }

            entry.AreRead = true;
            return entry.States;
        }
    }

    /// <summary>All networks of a candidate have come to a rung.</summary>
    private void Score(Entry entry, int rung)
    {
        Ascent climb = entry.Ascent!;
        (double value, double error) = climb.Values.All(double.IsFinite) ? (climb.Values[0], climb.Errors[0]) : (double.NaN, double.NaN);
        if (_members > 1 && double.IsFinite(value))
        {
            TabularTrainer<T> planned = climb.Planned.Value;
            (Evaluation together, IReadOnlyList<Evaluation> folds) = planned.MeasureFolds();
            (value, error) = (Natural(together), StandardError(folds.Zip(planned.ValidationData, (fold, rows) => (Natural(fold), WeightOf(rows!)))));
        }

        RaceJournal.Line line = entry.Line(rung, climb.Epochs.Max(), value, error) with { HasEnded = entry.Failure is not null || climb.HasEnded.All(ended => ended) };
        _options.Journal?.Add(line);
        entry.Ascent = null; // its rows with it
        Take(entry, line);
    }

    private double Natural(Evaluation evaluation) => _figure.IsHigherBetter ? -_figure.Of(evaluation) : _figure.Of(evaluation);

    /// <summary>The figure's standard error over parts of the validation rows, by the network as it is kept.</summary>
    private double ErrorOf(TabularTrainer<T> planned)
    {
        Dataset<T> rows = planned.ValidationData[0]!;
        int parts = Math.Min(Parts, rows.Rows / RowsOfPart);
        if (parts < 2)
        {
            return double.NaN;
        }

        using var evaluator = new Evaluator<T>(planned.Trainers[0].Network, planned.TargetScales);
        return StandardError(StratifiedFolds.Split(rows.Targets.ClassIndices, rows.Rows, parts, seed: 0).Select(rows.View).Select(part => (Natural(evaluator.Evaluate(part)), WeightOf(part))));
    }

    /// <summary>√(n / (n − 1) Σ w² (x − x̄)²) with w of sum 1 and x̄ = Σ w x: where all weigh the same s / √n, s² = Σ (x − x̄)² / (n − 1).</summary>
    private static double StandardError(IEnumerable<(double Figure, double Weight)> parts)
    {
        (double Figure, double Weight)[] known = [.. parts.Where(part => double.IsFinite(part.Figure) && part.Weight > 0)];
        double all = known.Sum(part => part.Weight), mean = known.Sum(part => part.Weight * part.Figure) / all;
        return known.Length < 2 ? double.NaN : Math.Sqrt(known.Length / (known.Length - 1.0) * known.Sum(part => Math.Pow(part.Weight / all * (part.Figure - mean), 2)));
    }

    /// <summary>How much rows weigh together.</summary>
    private static double WeightOf(Dataset<T> rows) => rows.SampleWeights is { } weights ? weights.ToArray().Sum(double.CreateTruncating) : rows.Rows;

    private static UsageException Of(int number, Candidate candidate, UsageException error) => new($"trial {number} ({candidate}): {error.Message}", error) { Settings = error.Settings };

    /// <summary>As a candidate races: by the common figure, alone on its thread, with nothing that ends it early but what belongs to it.</summary>
    private static TrainingOptions Raced(TrainingOptions options) => options with { Threads = 1, MaxSeconds = null, Preset = Preset.Default, Ensemble = options.Folds is null ? 1 : null, CheckpointEvery = 0 };

    /// <summary>What all can be measured by: what is asked for, for classes the log loss, which smoothing does not change; else their loss, if they have the same.</summary>
    private static string Figure(DataSource source, TabularTrainer<T> first, TrainingOptions[] options)
    {
        if (first.ValidationData[0] is not { } rows)
        {
            throw new UsageException("a race needs rows that validate: they say who is ahead") { Settings = ["Validation", "Folds"] };
        }

        string? asked = options[0].KeepBy;
        if (options.Any(one => one.KeepBy != asked))
        {
            throw new UsageException("candidates are compared by one figure, several found to keep an epoch by") { Settings = ["KeepBy"] };
        }

        TrainingOptions[] kinds = [.. options.DistinctBy(one => (one.UsedLoss, one.LabelSmoothing))]; // each with a loss of its own
        Evaluation[] untrained = [.. kinds.Select(Untrained)];
        bool AllHave(string name) => untrained.All(of => of.Metrics.Any(metric => metric.Key == name) && !of.Reasons.ContainsKey(name));
        if (asked == WatchedFigure.Loss && kinds.Length > 1)
        {
            throw new UsageException($"candidates have different losses ({string.Join(", ", kinds.Select(Named))}), of which less is not better than less of another: a figure that all have expected") { Settings = ["KeepBy"] };
        }

        string figure = asked ?? (first.Options.KeepBy != WatchedFigure.Loss ? first.Options.KeepBy
            : AllHave("log_loss") ? "log_loss"
            : kinds.Length == 1 ? WatchedFigure.Loss
            : AllHave("rmse") ? "rmse"
            : "balanced_accuracy");
        foreach (Evaluation one in untrained)
        {
            new WatchedFigure(figure).Require(one);
        }

        return figure;

        Evaluation Untrained(TrainingOptions kind)
        {
            TabularTrainer<T> trainer = ReferenceEquals(kind, options[0]) ? first : new(source, kind, new());
            using var evaluator = new Evaluator<T>(trainer.Trainers[0].Network, trainer.TargetScales);
            return evaluator.Evaluate(trainer.ValidationData[0] ?? rows);
        }

        static string Named(TrainingOptions kind) => $"{kind.UsedLoss ?? "the usual one"}{(kind.LabelSmoothing is { } smoothing ? string.Create(CultureInfo.InvariantCulture, $" smoothed by {smoothing}") : "")}";
    }

    /// <summary>A candidate on its way to a rung.</summary>
    private sealed class Ascent(Lazy<TabularTrainer<T>> planned, int members)
    {
        public int Arrived;

        public Lazy<TabularTrainer<T>> Planned => planned;

        public double[] Values { get; } = new double[members];

        public double[] Errors { get; } = new double[members];

        public int[] Epochs { get; } = new int[members];

        public bool[] HasEnded { get; } = new bool[members];
    }

    private sealed class Entry(int index, Candidate candidate, TrainingOptions options, int members)
    {
        public int Number => index + 1;

        public Candidate Candidate => candidate;

        public TrainingOptions Options => options;

        public List<RaceScore> Scores { get; } = [];

        public Checkpoint<T>?[] States { get; set; } = new Checkpoint<T>?[members];

        public bool AreRead { get; set; }

        public bool HasEnded { get; private set; }

        public double Seconds { get; set; }

        public string? Failure { get; set; }

        public Ascent? Ascent { get; set; }

        public RaceTrial Trial => new(Number, candidate, [.. Scores], Seconds, Failure);

        public Lazy<TabularTrainer<T>> Plan(DataSource source) => new(() => new(source, options));

        public RaceJournal.Line Line(int rung, int epochs, double score, double error) => new(Number, rung, candidate.ToString(), epochs, score, error, Seconds, HasEnded, Failure);

        public void Take(RaceJournal.Line line)
        {
            Scores.Add(new(line.Rung, line.Epochs, line.Score, line.Error));
            (HasEnded, Seconds, Failure) = (line.HasEnded, line.Seconds, line.Failure);
        }
    }
}
