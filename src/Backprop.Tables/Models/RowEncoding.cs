using System.Globalization;
using System.Numerics;
using Backprop.Activations;
using Backprop.Data;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Models;

/// <summary>How rows that are trained on become numbers, before there is a model: by a schema, whose statistics are of some of the rows.</summary>
internal sealed class RowEncoding
{
    private readonly SourceRows _rows;
    private readonly TrainingOptions _options;
    private readonly bool _isPlain; // arrays whose features are taken as they are
    private readonly Table _all; // by which it is decided what a column is, those without a target among them
    private readonly Table _table;
    private readonly int[]? _kept; // the rows of the one in the other; null: all
    private readonly TableOptions _columns;

    /// <param name="rows">The rows.</param>
    /// <param name="options">What is to be made of them.</param>
    /// <param name="scaleTargets">Whether values to be met are standardised where the loss allows it.</param>
    /// <param name="notes">Rows that are left out are said here.</param>
    /// <exception cref="DataException">A row without a target.</exception>
    /// <exception cref="UsageException">Columns of arrays are named, or a column that does not exist, or no target can be told.</exception>
    public RowEncoding(SourceRows rows, TrainingOptions options, bool scaleTargets, Notes? notes)
    {
        rows = options.Columns.DropMissingTargets ? rows.WithArrayTargets(notes) : rows;
        (_rows, _options) = (rows, options);
        if (rows.Table is null)
        {
            RequireNoColumns(options);
        }

        _isPlain = rows.Table is null && (!options.UsesRecipe || !options.Columns.Preprocess || rows.AreScaledBytes == true);
        if (_isPlain && options.Columns.Bins > 0)
        {
            throw new UsageException($"'{rows.Name}': the features of these arrays are taken as they are, none is cut into pieces") { Settings = ["Bins"] };
        }

        if (_isPlain && options.Columns.Roles is { Count: > 0 } roles)
        {
            throw new UsageException($"'{rows.Name}': the features of these arrays are taken as they are, none can be named as something else") { Settings = roles };
        }

        _all = rows.Table ?? (_isPlain ? ModelRows.TargetTable(rows) : ModelRows.Named(rows));
        IReadOnlyList<string> targets = rows.Table is null ? ModelRows.TargetNamesOf(rows)
            : options.Target is { } text ? SchemaInference.Targets(_all, text)
            : SchemaInference.Targets(_all, options.Columns.Targets ?? rows.DefaultTargets);
        _columns = options.Columns with { Targets = targets, Task = Task(targets), ScaleTargets = scaleTargets && ScalesTargets(options), Reading = options.Reading, Bins = options.Columns.Bins ?? 0 };
        if (options is { BadCells: BadCells.Missing, Columns: { DropMissingTargets: true, Task: not TableTask.Classification } } && rows.Table is not null)
        {
            _all = BadCellRows.AsMissing(_all, [.. _all.Names.Except(targets)], options.Reading?.Decimal, notes);
        }

        if (options.BadCells == BadCells.Missing && rows.Table is not null)
        {
            var others = new ColumnRoles(_all, _columns, targets);
            _all = BadCellRows.AsMissing(_all, [.. targets, .. new[] { options.Columns.SampleWeight, options.Columns.Offset }.OfType<string>(), .. _all.Names.Where(name => others.Of(name) is not (null or FeatureKind.Numeric))], options.Reading?.Decimal, notes);
        }

        Columns = rows.X?.Columns ?? new ColumnRoles(_all, _columns, targets).Used(_all);
        _all = SchemaInference.RowsThatCount(_all, _columns, notes) is { } counted ? _all.Select(counted) : _all;
        _kept = SchemaInference.RowsWithTargets(_all, _columns, notes);
        _table = _kept is null ? _all : _all.Select(_kept);
        TargetColumns target = SchemaInference.Target(_table, _columns);
        AreClasses = target.Kind == TargetKind.Class && !AsValue;
        Ending = rows.Table is null ? Ending.None
            : AreClasses ? Recipe.MayBeOrdered(Columns) && OrderedLabels.Values(target) is not null ? Ending.Ordered : Ending.None
            : options.UsedLoss is null && options.CompleteOutput is null && Recipe.MayBePositive(Rows, Columns) && PositiveValues.Are(_table, target) ? Ending.Positive : Ending.None;
        if (AreClasses && options.Columns.Offset is { } exposure)
        {
            throw new UsageException($"exposures belong to counts, '{string.Join("', '", targets)}' of '{rows.Name}' is a class: a target that counts expected for the column '{exposure}'") { Settings = ["Offset", "Task = regression"] };
        }

        if (options is { Columns.Bins: null, UsesRecipe: true })
        {
            _columns = _columns with { Bins = Recipe.Bins(Columns, Rows, AreClasses) };
        }
    }

    /// <summary>Whether the target is a class.</summary>
    public bool AreClasses { get; }

    /// <summary>What the target of a table may have for an ending.</summary>
    public Ending Ending { get; }

    /// <summary>The rows, those without a target left out.</summary>
    public Table Table => _table;

    /// <summary>How many rows there are.</summary>
    public int Rows => _table.Rows;

    /// <summary>How many columns there are that are not ignored, targets among them.</summary>
    public int Columns { get; }

    /// <summary>The class of each row; empty where they are values.</summary>
    public int[] Classes() => AreClasses ? SchemaInference.Target(_table, _columns).Classes(_table) : [];

    /// <summary>The schema.</summary>
    /// <param name="trainingRows">The rows that statistics are of; null: all.</param>
    /// <param name="notes">What is guessed goes here.</param>
    public TableSchema InferSchema(int[]? trainingRows, Notes? notes)
    {
        TableOptions columns = _columns with { TrainingRows = _kept is null ? trainingRows : trainingRows is null ? _kept : Array.ConvertAll(trainingRows, row => _kept[row]) };
        return _isPlain
            ? new([.. Enumerable.Range(0, _rows.X!.Columns).Select(c => new FeatureColumn($"x{c}", FeatureKind.Numeric))], SchemaInference.Target(_all, columns, notes))
            : SchemaInference.Infer(_all, columns, notes);
    }

    /// <summary>Rows as numbers, and the schema that made them; null where a model needs none: features as they are, targets that are values or the indices of classes.</summary>
    /// <param name="trainingRows">The rows that statistics are of; null: all.</param>
    /// <param name="notes">What is guessed goes here.</param>
    public (Dataset<T> All, TableSchema? Schema) Encode<T>(int[]? trainingRows, Notes? notes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TableSchema schema = InferSchema(trainingRows, notes);
        if (!_isPlain)
        {
            return (schema.Transform<T>(_table, needTargets: true, AsValue), schema);
        }

        bool areIndices = schema.Target.Kind == TargetKind.Class && !AsValue && (_options.CompleteOutput is not null || AreIndices(schema.Target.Labels!));
        Targets<T> targets = areIndices ? ModelRows.Classes<T>(_rows.Y!, _options.CompleteOutput?.Units) : TargetEncoder.Read<T>(schema.Target, _table, AsValue);
        return (new(_rows.Count, _rows.X!.Columns, _rows.X.ToFinite<T>(), targets), (areIndices && _options.Threshold is null) || schema.Target is { Kind: TargetKind.Values, Means: null } ? null : schema);
    }

    /// <summary>A class of two labels becomes 0 or 1 for a network with one output.</summary>
    private bool AsValue => _options.CompleteOutput is { } output ? output.Units == 1 : _options.UsedLoss == "binary_cross_entropy";

    private static bool AreIndices(IReadOnlyList<string> labels) =>
        labels.Select((label, index) => label == index.ToString(CultureInfo.InvariantCulture)).All(isIndex => isIndex);

    private static void RequireNoColumns(TrainingOptions options)
    {
        ModelRows.RequireNoTarget(options.Target);
        if (options.Columns.SampleWeight is not null)
        {
            throw new UsageException("sample weights are a column of a table, the data are arrays") { Settings = ["SampleWeight"] };
        }

        if (options.Columns.Offset is not null)
        {
            throw new UsageException("exposures are a column of a table, the data are arrays") { Settings = ["Offset"] };
        }
    }

    /// <summary>
    /// Counts, probabilities and classes are what they are: a loss of such is never combined with scaled targets. Nor is an output that cannot leave a
    /// range: it was chosen for the targets' own.
    /// </summary>
    private static bool ScalesTargets(TrainingOptions options)
    {
        Loss? loss = options.UsedLoss is { } name ? Loss.Parse(name) : null;
        ActivationFunction output = options.CompleteOutput?.Activation ?? ActivationFunction.Create(loss?.Name switch { "binary_cross_entropy" => "sigmoid", "cross_entropy" => "softmax", _ => "identity" });
        bool isFree = output.Range is not { } range || (double.IsNegativeInfinity(range.Least) && double.IsPositiveInfinity(range.Greatest));
        return options.Columns.Preprocess && isFree && (loss ?? NetworkDefinition.DefaultLoss(output)).MeaningAfter(output).IsOnTargetScale();
    }

    /// <summary>Text, truth values and several columns speak for themselves unless it is said what they are.</summary>
    private TableTask Task(IReadOnlyList<string> targets) =>
        targets.Count > 1 || _all.Find(targets[0])!.Type is ColumnType.Text or ColumnType.Boolean ? _options.Columns.Task : ImpliedTask(_options);

    /// <summary>Class or value of one target column, where the options say or imply it.</summary>
    private static TableTask ImpliedTask(TrainingOptions options)
    {
        string? loss = options.UsedLoss?.Split(':')[0];
        return options.Columns.Task != TableTask.Auto ? options.Columns.Task
            : options.CompleteOutput is { } output ? (output.Units == 1 || loss == "gaussian_nll" ? TableTask.Regression : TableTask.Classification)
            : loss switch { "cross_entropy" or "hinge" => TableTask.Classification, null => TableTask.Auto, _ => TableTask.Regression };
    }
}
