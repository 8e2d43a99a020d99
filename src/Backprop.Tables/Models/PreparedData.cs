using System.Numerics;
using Backprop.Activations;
using Backprop.Data;
using Backprop.Losses;
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
    public static PreparedData<T> Prepare(DataSource source, TrainingOptions options, Notes? notes = null, bool scaleTargets = true)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        bool preprocess = options.Columns.Preprocess;
        TabularModel<T>? from = options.From?.As<T>();
        SourceRows rows = from is null ? source.Read(notes).ForTraining(!preprocess, notes) : from.Read(source, needTargets: true, notes);
        if (rows.Table is null)
        {
            ModelRows.RequireNoTarget(options.Target);
            if (options.Columns.SampleWeight is not null)
            {
                throw new UsageException("sample weights are a column of a table, the data are arrays") { Settings = ["SampleWeight"] };
            }
        }

        Encoding encode = from is not null ? FromModel(from, rows, options.Target, notes)
            : rows.Table is null && (!options.UsesRecipe || !preprocess || rows.AreScaledBytes == true) ? FromArrays(rows, options, scaleTargets)
            : FromTable(rows.Table ?? ModelRows.Named(rows), rows, options, scaleTargets, notes);
        (Dataset<T> all, TableSchema? schema) = encode(null);
        if (options.ValidationData is { } second)
        {
            return new(rows, all, schema) { Validation = OfSecond(second, from, all, schema, rows, options, notes) };
        }

        if (options.Validation == 0)
        {
            return new(rows, all, schema);
        }

        (int[] training, int[] validation) = StratifiedSplit.Split(all.Targets.ClassIndices, all.Rows, options.Validation, options.Seed);
        (all, schema) = schema is null || from is not null ? (all, schema) : encode(training);
        return new(rows, all, schema) { TrainingRows = training, ValidationRows = validation, Training = all.Select(training), Validation = all.Select(validation) };
    }

    /// <summary>Rows as numbers, statistics of some of them; null: of all.</summary>
    private delegate (Dataset<T> All, TableSchema? Schema) Encoding(int[]? trainingRows);

    private static Encoding FromModel(TabularModel<T> from, SourceRows rows, string? target, Notes? notes)
    {
        Dataset<T> all = from.Rows<T>(rows, target, needTargets: true, notes);
        return _ => (all, from.Schema);
    }

    private static Encoding FromTable(Table table, SourceRows rows, TrainingOptions options, bool scaleTargets, Notes? notes)
    {
        IReadOnlyList<string>? targets = rows.Table is null ? [.. table.Names.Skip(rows.X!.Columns)] : TargetNames.Of(table, options.Target) ?? options.Columns.Targets ?? rows.DefaultTargets;
        TableOptions columns = options.Columns with { Targets = targets, Task = Task(table, targets, options), ScaleTargets = scaleTargets && ScalesTargets(options) };
        return training =>
        {
            TableSchema schema = SchemaInference.Infer(table, columns with { TrainingRows = training });
            return (schema.Transform<T>(table, needTargets: true, AsValue(options)), schema);
        };
    }

    /// <summary>Features as they are. A schema only where targets are more than an index or a number.</summary>
    private static Encoding FromArrays(SourceRows rows, TrainingOptions options, bool scaleTargets)
    {
        Table targets = ModelRows.TargetTable(rows);
        TableOptions columns = new() { Targets = targets.Names, Task = targets.Columns.Count > 1 ? options.Columns.Task : ImpliedTask(options), ScaleTargets = scaleTargets && ScalesTargets(options) };
        T[] features = rows.X!.ToFinite<T>();
        return training =>
        {
            TargetColumns target = SchemaInference.Infer(targets, columns with { TrainingRows = training }).Target;
            if (target.Kind == TargetKind.Class && (options.CompleteOutput is not null || AreIndices(target.Labels!)))
            {
                return (new(rows.Count, rows.X.Columns, features, ModelRows.Classes<T>(rows.Y!, options.CompleteOutput?.Units)), null);
            }

            var schema = new TableSchema([.. Enumerable.Range(0, rows.X.Columns).Select(c => new FeatureColumn($"x{c}", FeatureKind.Numeric))], target);
            bool isPlain = target is { Kind: TargetKind.Values, Means: null };
            return (new(rows.Count, rows.X.Columns, features, TargetEncoder.Read<T>(target, targets, AsValue(options))), isPlain ? null : schema);
        };
    }

    private static bool AreIndices(IReadOnlyList<string> labels) => labels.Select((label, index) => label == index.ToString(System.Globalization.CultureInfo.InvariantCulture)).All(isIndex => isIndex);

    private static Dataset<T> OfSecond(DataSource second, TabularModel<T>? from, Dataset<T> all, TableSchema? schema, SourceRows first, TrainingOptions options, Notes? notes)
    {
        SourceRows rows = from is null ? second.Read(notes).ForTraining(!options.Columns.Preprocess, notes) : from.Read(second, needTargets: true, notes);
        string? target = rows.Table is null ? null : options.Target;
        if (target is null && rows.Table is not null && first.DefaultTargets is { } usual)
        {
            rows = rows with { DefaultTargets = usual };
        }

        return ModelRows.Of<T>(rows, from?.Definition ?? Shape(all), schema, target, needTargets: true);
    }

    /// <summary>A network that says no more than how wide the data are.</summary>
    private static NetworkDefinition Shape(Dataset<T> data) =>
        NetworkDefinition.Parse($"{data.FeatureCount}-{data.Targets.Count}:{(data.Targets.AreClasses && data.Targets.Count > 1 ? "softmax" : "identity")}");

    /// <summary>
    /// Counts, probabilities and classes are what they are: a loss of such is never combined with scaled targets. Nor is an output that cannot leave a
    /// range: it was chosen for the targets' own.
    /// </summary>
    private static bool ScalesTargets(TrainingOptions options)
    {
        Loss? loss = options.Loss is null ? null : Loss.Parse(options.Loss);
        ActivationFunction output = options.CompleteOutput?.Activation ?? ActivationFunction.Create(loss?.Name switch { "binary_cross_entropy" => "sigmoid", "cross_entropy" => "softmax", _ => "identity" });
        return options.Columns.Preprocess && output.Range is null && (loss ?? NetworkDefinition.DefaultLoss(output)).MeaningAfter(output).IsOnTargetScale();
    }

    /// <summary>Text, truth values and several columns speak for themselves unless it is said what they are.</summary>
    private static TableTask Task(Table table, IReadOnlyList<string>? targets, TrainingOptions options)
    {
        IReadOnlyList<string> names = SchemaInference.Targets(table, targets);
        bool speaks = names.Count > 1 || table.Find(names[0])!.Type is ColumnType.Text or ColumnType.Boolean;
        return speaks ? options.Columns.Task : ImpliedTask(options);
    }

    /// <summary>Class or value of one target column, where the options say or imply it.</summary>
    private static TableTask ImpliedTask(TrainingOptions options)
    {
        string? loss = options.Loss?.Split(':')[0];
        return options.Columns.Task != TableTask.Auto ? options.Columns.Task
            : options.CompleteOutput is { } output ? (output.Units == 1 || loss == "gaussian_nll" ? TableTask.Regression : TableTask.Classification)
            : loss switch { "cross_entropy" or "hinge" => TableTask.Classification, null => TableTask.Auto, _ => TableTask.Regression };
    }

    /// <summary>A class of two labels becomes 0 or 1 for a network with one output.</summary>
    private static bool AsValue(TrainingOptions options) => options.CompleteOutput is { } output ? output.Units == 1 : options.Loss == "binary_cross_entropy";
}
