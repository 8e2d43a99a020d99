using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Backprop.Data;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;
using Backprop.Training;

namespace Backprop.Tables.Tuning;

/// <summary>
/// Searches for the options that a table is learned best with: candidates are drawn from ranges, race (<see cref="Race{T}"/>), and the best is trained anew on all rows. What has no range and
/// is not given is the recipe's, unless something of the model is chosen (<see cref="TrainingOptions.UsesRecipe"/>).
/// </summary>
/// <remarks>
/// The best score of many is optimistic: it is the best by luck too. So where there are rows enough some are set aside before anything else, the best candidate is trained without them once more, and
/// measured on them. The model itself learns from all rows.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
/// <example>
/// <code>
/// var tuner = new Tuner&lt;float&gt;(DataSource.Named("houses.csv"), new() { Target = "price" }, new() { Ranges = [SearchRange.Parse("learning-rate=1e-4..1e-1:log")], Trials = 12 });
/// TuningResult&lt;float&gt; found = tuner.Run();
/// found.Model!.Save("houses.safetensors");
/// </code>
/// </example>
public sealed class Tuner<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What the rows that no candidate sees are drawn from, beside the seed.</summary>
    private const ulong HoldoutSeed = 0x484F4C44;

    /// <summary>With fewer rows no fifth of them is set aside, and with fewer than the other candidates are measured by folds.</summary>
    private const int EnoughToHoldOut = 500, EnoughForOneSplit = 2000;

    private const int FoldsOfFewRows = 4;

    private readonly TrainingOptions _options;
    private readonly TuningOptions _tuning;
    private readonly DataSource _all;
    private readonly SourceRows? _heldout;
    private readonly DataSource _searched;
    private readonly SearchSpace _space;
    private readonly int? _folds;
    private readonly long _began = Stopwatch.GetTimestamp();

    /// <summary>Reads the rows, sets some aside and draws the candidates.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="options">What is fixed.</param>
    /// <param name="tuning">What is searched.</param>
    /// <param name="notes">What was guessed, dropped, filled or taken for something else goes here.</param>
    /// <exception cref="DataException">Rows that cannot be used, or a journal of another race.</exception>
    /// <exception cref="UsageException">A name that does not exist, or options that do not go together or with the rows.</exception>
    public Tuner(DataSource source, TrainingOptions options, TuningOptions? tuning = null, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        (_options, _tuning, Notes) = (options, tuning ?? new(), notes ?? new());
        options.Validate();
        if (options.From is not null)
        {
            throw new UsageException("a model that is gone on from has its network: nothing of it can be searched for") { Settings = ["From"] };
        }

        if (_tuning.Trials < 1)
        {
            throw new UsageException($"at least 1 trial expected, {_tuning.Trials} found") { Settings = ["Trials"] };
        }

        if (_tuning.Holdout is { } part && !(part >= 0 && part < 1))
        {
            throw new UsageException($"the part of the rows that is held out must be from 0 to below 1, found {part.ToString(CultureInfo.InvariantCulture)}") { Settings = ["Holdout"] };
        }

        if (_tuning.MaxSeconds is { } seconds && !(seconds > 0))
        {
            throw new UsageException($"max-time must be above 0 seconds, found {seconds.ToString(CultureInfo.InvariantCulture)}") { Settings = ["MaxSeconds"] };
        }

        SourceRows rows = source.Read(options, Notes);
        _all = DataSource.Of(rows);
        var encoding = new RowEncoding(rows, options, scaleTargets: true, new());
        TableSchema schema = encoding.InferSchema(null, new());
        bool classes = schema.Target.Kind == TargetKind.Class;
        _folds = options.Folds ?? Recipe.Of(options with { MaxSeconds = null }, encoding.Rows, encoding.Columns, classes, Notes).Folds;
        _space = new(options, _tuning.Ranges, encoding.Rows - (_folds is { } all ? encoding.Rows / all : 0), rows.Table is null ? null : encoding.Columns, classes, encoding.Rows, _folds is null ? [Recipe.Hidden] : [.. Recipe.Sizes(options, classes, Ending.None).Select(size => size.Hidden)]);
        if (_folds is not null && Recipe.Sizes(options, classes, encoding.Ending, encoding.Rows).Any(size => size.Ending != Ending.None))
        {
            Notes.Add(new($"{(classes ? "labels are numbers: train tries networks that know their order" : "the target is never below 0 and skewed: train tries networks with an exponential before the output")} as well, which no range can say and which are no candidates here", IsLoss: false, "Ranges"));
        }

        double held = _tuning.Holdout ?? (encoding.Rows >= EnoughToHoldOut ? 0.2 : 0);
        _searched = _all;
        TrainingOptions searched = options;
        if (held > 0)
        {
            (int[] used, int[] aside) = StratifiedSplit.Split(encoding.Rows == rows.Count ? encoding.Classes() : [], rows.Count, held, options.Seed ^ HoldoutSeed);
            (_searched, _heldout) = (DataSource.Of(rows.Select(used)), rows.Select(aside));
            if (rows.Table is not null)
            {
                // What a column is was decided by all rows: a row number is none any more where rows are left out.
                searched = options with { Columns = options.Columns with { Ignore = [.. options.Columns.Ignore, .. schema.Columns.Where(column => column is { Kind: FeatureKind.Ignored, Why: not null } && column.Name.IndexOfAny(['*', ',']) < 0).Select(column => column.Name).Except(options.Columns.Ignore)], Task = options.Columns.Task == TableTask.Auto && schema.Target.Names.Count == 1 ? classes ? TableTask.Classification : schema.Target.Kind == TargetKind.Values ? TableTask.Regression : TableTask.Auto : options.Columns.Task } };
            }
        }

        int? measuredBy = options.Folds ?? (options.IsUsualValidation && encoding.Rows < EnoughForOneSplit ? Math.Min(FoldsOfFewRows, encoding.Rows) : null);
        _space = _space.Of(searched);
        IReadOnlyList<Candidate> candidates = _space.Draw(_tuning.Trials, options.Seed);
        if (candidates.Count < _tuning.Trials)
        {
            Notes.Add(new($"the ranges have {candidates.Count} different candidates, {_tuning.Trials} were asked for", IsLoss: false, "Trials"));
        }

        Race = new(_searched, [.. candidates.Select(candidate => candidate with { Options = candidate.Options with { Folds = measuredBy } })],
            new() { Threads = options.Threads, Journal = _tuning.Journal, HeldOut = _heldout, MaxSeconds = _tuning.MaxSeconds is { } time ? Math.Max(1e-3, (time / 2) - Stopwatch.GetElapsedTime(_began).TotalSeconds) : null }, Notes);
    }

    /// <summary>The race.</summary>
    public Race<T> Race { get; }

    /// <summary>What is searched.</summary>
    public IReadOnlyList<SearchRange> Ranges => _space.Ranges;

    /// <summary>
    /// The networks of the first candidates, which are the recipe in all else: what training does where nothing is said; of two sizes it trains both, and takes the one that the rows
    /// out of fold speak for. Empty: the recipe is not in the ranges.
    /// </summary>
    public IReadOnlyList<string> RecipeNetworks => _space.RecipeNetworks;

    /// <summary>How many rows no candidate sees.</summary>
    public int HeldoutRows => _heldout?.Count ?? 0;

    /// <summary>What was guessed, dropped, filled or taken for something else.</summary>
    public Notes Notes { get; }

    /// <summary>The race is over, and the best candidate is trained on all rows, or first without those that are held out.</summary>
    public event Action<RaceResult>? RaceCompleted;

    /// <summary>Searches, and trains the best.</summary>
    /// <param name="given">What was asked for, by name, for the record in the model's file.</param>
    /// <param name="cancellation">Asks it to stop; the model is the best so far.</param>
    /// <exception cref="UsageException">A candidate whose options do not go with the rows; which.</exception>
    /// <exception cref="DivergenceException">The best candidate diverged where it was trained on all rows.</exception>
    public TuningResult<T> Run(IReadOnlyDictionary<string, string>? given = null, CancellationToken cancellation = default)
    {
        RaceResult race = Race.Run(cancellation);
        Candidate best = race.Best.Candidate;
        IReadOnlyList<KeyValuePair<string, string>> values = [.. _space.Spelled(best), .. _options.KeepBy is null ? [KeyValuePair.Create("keep-by", race.Measure)] : Array.Empty<KeyValuePair<string, string>>(), .. _folds is { } folds && _options.Folds is null ? [KeyValuePair.Create("folds", string.Create(CultureInfo.InvariantCulture, $"{folds}"))] : Array.Empty<KeyValuePair<string, string>>()];
        TrainingOptions final = best.Options with { Columns = best.Options.Columns with { Ignore = _options.Columns.Ignore, Task = _options.Columns.Task }, Folds = _folds, Ensemble = _options.Ensemble, KeepBy = race.Measure, Preset = Preset.Default };
        var record = new Dictionary<string, string>(given ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach ((string name, string value) in values)
        {
            record[name] = value;
        }

        if (race.IsCancelled || !race.HasScore)
        {
            return new(race, Race.Model(record), null, final, values, null);
        }

        RaceCompleted?.Invoke(race);
        Evaluation? heldout = null;
        if (_heldout is not null)
        {
            TabularModel<T> without = Train(_searched, final with { Columns = best.Options.Columns, MaxSeconds = Left(0.5) }, new(), record, cancellation).Model;
            heldout = cancellation.IsCancellationRequested ? null : without.Evaluate(DataSource.Of(_heldout), _options.Target, new(), _options.Applied);
        }

        (TabularModel<T> model, TrainingResult training) = Train(_all, final with { MaxSeconds = Left(1) }, new(), record, cancellation);
        return new(race, model, training, final, values, heldout);
    }

    /// <summary>A share of the seconds that are left.</summary>
    private double? Left(double share) => _tuning.MaxSeconds is { } all ? Math.Max(1e-3, share * (all - Stopwatch.GetElapsedTime(_began).TotalSeconds)) : null;

    private (TabularModel<T> Model, TrainingResult Training) Train(DataSource source, TrainingOptions options, Notes notes, IReadOnlyDictionary<string, string> given, CancellationToken cancellation)
    {
        var planned = new TabularTrainer<T>(source, options, notes);
        TrainingResult result = planned.Run(cancellation: cancellation);
        if (result.Reason == StopReason.MaxTime)
        {
            Notes.Add(new("the time was up before the best candidate was trained to its end: it has the best epochs so far, and its command, which has no limit of time, makes another model", IsLoss: true, "MaxSeconds"));
        }

        foreach (Note note in planned.NoteEnd(result))
        {
            Notes.Add(note);
        }

        return (planned.Model(result.Kept, result.KeptBy, given), result);
    }
}
