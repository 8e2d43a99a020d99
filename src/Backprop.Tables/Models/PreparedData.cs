using System.Numerics;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Models;

/// <summary>Rows read, made numbers and divided into those that are learned and those that validate; statistics are of the training rows alone.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class PreparedData<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private PreparedData(SourceRows source, Dataset<T> all, TableSchema? schema) => (Source, All, Schema, TrainingRows, Training) = (source, all, schema, [.. Enumerable.Range(0, all.Rows)], all);

    /// <summary>The rows as they were read.</summary>
    public SourceRows Source { get; }

    /// <summary>Every row in file order.</summary>
    public Dataset<T> All { get; }

    /// <summary>How rows became numbers; null: they are taken as they are, classes by their indices.</summary>
    public TableSchema? Schema { get; }

    /// <summary>The rows of <see cref="All"/> that are learned.</summary>
    public IReadOnlyList<int> TrainingRows { get; private init; }

    /// <summary>The rows of <see cref="All"/> that validate; none where other data do, or nothing does.</summary>
    public IReadOnlyList<int> ValidationRows { get; private init; } = [];

    /// <summary>The rows of <see cref="All"/> that each network is validated by, and learns all others; none where there are no folds.</summary>
    public IReadOnlyList<int[]> Folds { get; private init; } = [];

    /// <summary>What is learned from.</summary>
    public Dataset<T> Training { get; private init; }

    /// <summary>What validates; null: nothing.</summary>
    public Dataset<T>? Validation { get; private init; }

    /// <summary>Reads, infers a schema and splits.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="options">What they are read, encoded and divided by.</param>
    /// <param name="notes">What was guessed, dropped, filled or taken for something else goes here.</param>
    /// <param name="scaleTargets">Whether values to be met are standardised where the loss allows it.</param>
    /// <exception cref="DataException">Rows that cannot be used: where, what was found, what was expected.</exception>
    /// <exception cref="UsageException">A column that does not exist, or an option that the rows do not allow.</exception>
    public static PreparedData<T> Prepare(DataSource source, TrainingOptions options, Notes? notes = null, bool scaleTargets = true) => Prepare(source, options, notes, scaleTargets, options?.Folds);

    /// <summary>The same for training, which the recipe may divide into folds.</summary>
    internal static PreparedData<T> PrepareToTrain(DataSource source, TrainingOptions options, Notes notes) => Prepare(source, options, notes, scaleTargets: true, options.Folds, (rows, columns, classes, ending) => Recipe.Of(options, rows, columns, classes, notes, ending));

    /// <summary>How much the recipe does with the rows.</summary>
    internal Recipe.Effort Effort { get; private init; }

    /// <summary>Where the target of one of the rows that are learned stands.</summary>
    internal string Place(int row, int target)
    {
        string column = Schema?.Target.Names[target] ?? OutputNames.Targets(null, All.Targets.Count)[target];
        return Encoded is { } table ? $"{table.Place(TrainingRows[row])}, column '{column}'" : $"'{Source.Name}', column '{column}'";
    }

    /// <summary>The rows of <see cref="All"/> as cells; null: some of those that were read have been left out, nobody knows which.</summary>
    private Table? Encoded { get; init; }

    private static PreparedData<T> Prepare(DataSource source, TrainingOptions options, Notes? notes, bool scaleTargets, int? folds, Func<int, int, bool, Ending, Recipe.Effort>? recipe = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        source = source.Taking(options.BadCells);
        TabularModel<T>? from = options.From?.As<T>().Member(1).Weighted(options.Columns.SampleWeight);
        SourceRows rows = from is null ? source.Read(options, notes) : from.Read(source, needTargets: true, notes, options.Target);
        RequireWeight(rows, options.Columns.SampleWeight);
        if (from is not null && options.Columns.Offset is { } exposure && exposure != from.Schema?.Offset)
        {
            throw new UsageException($"the model that is gone on from {(from.Schema?.Offset is { } known ? $"has the column '{known}' of exposures" : "has no column of exposures")}, '{exposure}' cannot become it") { Settings = ["Offset"] };
        }

        RowEncoding? encoding = from is null ? new(rows, options, scaleTargets, notes) : null;
        (Dataset<T>? all, TableSchema? schema) = from is null ? (null, null) : (from.Rows<T>(rows, options.Target, needTargets: true, notes, options.Applied), from.Schema);
        Recipe.Effort effort = folds is null && recipe is not null ? recipe(all?.Rows ?? encoding!.Rows, all?.FeatureCount ?? encoding!.Columns, all?.Targets.AreClasses ?? encoding!.AreClasses, encoding?.Ending ?? Ending.None) : new(folds);
        folds = effort.Folds;
        (int[] Training, int[] Validation)? parts = folds is null && options is { ValidationData: null, ValidationPart: > 0 }
            ? StratifiedSplit.Split(all is null ? encoding!.Classes() : all.Targets.ClassIndices, all?.Rows ?? encoding!.Rows, options.ValidationPart, options.Seed)
            : null;
        if (encoding is not null)
        {
            (all, schema) = encoding.Encode<T>(parts?.Training, notes);
        }

        Table? cells = encoding is not null ? encoding.Table : rows.Table?.Rows == all!.Rows ? rows.Table : null;
        PreparedData<T> data = parts is var (training, validation)
            ? new(rows, all!, schema) { Encoded = cells, TrainingRows = training, ValidationRows = validation, Training = all!.Select(training), Validation = all.Select(validation) }
            : options.ValidationData is { } second
            ? new(rows, all!, schema) { Encoded = cells, Validation = OfSecond(second, from, all!, schema, rows, options, notes) }
            : new(rows, all!, schema) { Encoded = cells, Effort = effort, Folds = folds is { } count ? StratifiedFolds.Split(FoldClasses(all!), all!.Rows, count, options.Seed) : [] };
        if (notes is not null && schema?.Target.Labels is { } labels && data.Training.Targets.AreClasses)
        {
            ClassNotes.Add(labels, data.Training.Targets.ClassIndices, data.Validation is null ? [] : data.Validation.Targets.ClassIndices, notes);
        }

        if (notes is not null)
        {
            NoteCounts(data, options, notes);
        }

        return data;
    }

    /// <summary>Says which classes or flags are rare, and which some fold lacks.</summary>
    private static void NoteCounts(PreparedData<T> data, TrainingOptions options, Notes notes)
    {
        Targets<T> targets = data.Training.Targets;
        bool areFlags = data.Schema?.Target.Kind == TargetKind.Flags;
        if (!targets.AreClasses && !areFlags)
        {
            return;
        }

        int[] counts = new int[targets.Count];
        for (int row = 0; row < targets.Rows; row++)
        {
            for (int of = 0; of < counts.Length && areFlags; of++)
            {
                counts[of] += targets[row, of] == T.One ? 1 : 0;
            }

            counts[areFlags ? 0 : targets.ClassIndices[row]] += areFlags ? 0 : 1;
        }

        IReadOnlyList<string> labels = areFlags ? data.Schema!.Target.Names : OutputNames.Labels(data.Schema?.Target, counts.Length);
        if (options.ClassWeights is null && options.Threshold is null)
        {
            ClassNotes.AddRare(labels, counts, targets.Rows, areFlags, notes);
        }

        if (data.Folds.Count > 0 && !areFlags)
        {
            ClassNotes.AddFolds(labels, counts, data.Folds.Count, notes);
        }
    }

    /// <summary>What folds have their share of: each class, and rows that count and those that do not.</summary>
    private static int[] FoldClasses(Dataset<T> all)
    {
        int[] classes = all.Targets.ClassIndices.ToArray();
        if (all.SampleWeights is { } weights && weights.Contains(T.Zero))
        {
            classes = classes.Length == 0 ? new int[all.Rows] : classes;
            for (int row = 0; row < classes.Length; row++)
            {
                classes[row] = weights[row] == T.Zero ? int.MaxValue : classes[row];
            }
        }

        return classes;
    }

    private static void RequireWeight(SourceRows rows, string? column)
    {
        if (column is not null && rows.Table?.Find(column) is null)
        {
            throw rows.Table is not { } table
                ? new UsageException("sample weights are a column of a table, the data are arrays") { Settings = ["SampleWeight"] }
                : new UsageException(Suggestion.Unknown("column", column, [.. table.Names, .. table.Skipped])) { Settings = [$"SampleWeight = {column}"] };
        }
    }

    private static Dataset<T> OfSecond(DataSource second, TabularModel<T>? from, Dataset<T> all, TableSchema? schema, SourceRows first, TrainingOptions options, Notes? notes)
    {
        second = second.Taking(options.BadCells);
        SourceRows rows = from is null ? second.Read(schema is null ? options.Read : dialect => schema.Reading(dialect, needTargets: true), notes).ForTraining(!options.Columns.Preprocess, notes) : from.Read(second, needTargets: true, notes, options.Target);
        if (rows.Table is not null && first.DefaultTargets is { } usual)
        {
            rows = rows with { DefaultTargets = usual };
        }

        return ModelRows.Of<T>(rows, from?.Definition ?? Shape(all), schema, rows.Table is null ? null : options.Target, needTargets: true, notes, options.Applied);
    }

    /// <summary>A network that says no more than how wide the data are.</summary>
    private static NetworkDefinition Shape(Dataset<T> data) =>
        NetworkDefinition.Parse($"{data.FeatureCount}-{data.Targets.Count}:{(data.Targets.AreClasses && data.Targets.Count > 1 ? "softmax" : "identity")}");
}
