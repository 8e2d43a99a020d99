using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Backprop.Data;
using Backprop.Losses;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Tables.Inspection;
using Backprop.Tables.Reading;
using Backprop.Tables.Schemas;
using Backprop.Training;

namespace Backprop.Tables.Models;

/// <summary>A model of a table in one precision, with its network, or several.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class TabularModel<T> : TabularModel where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Lazy<EnsemblePredictor<T>> _predictor;
    private readonly bool? _takesScaledBytes; // as far as it can be told: numbers from 0 to 1 are what bytes become, larger ones are not
    private readonly (double Least, double Greatest)? _featureRange; // as the network sees them

    internal TabularModel(Ensemble<T> ensemble, TableSchema? schema, string? training, IReadOnlyList<Note> notes) : base(schema, training, notes)
    {
        Ensemble = ensemble;
        _predictor = new(() => new EnsemblePredictor<T>(ensemble, threads: 0));
        _takesScaledBytes = TrainingRecord.Read(training, "bytes_scaled", value => value.GetBoolean()) ?? TrainingRecord.Read(training, "array_range", value => value[1].GetDouble() <= 1);
        _featureRange = TrainingRecord.Read(training, "feature_range", value => (value[0].GetDouble(), value[1].GetDouble()));
    }

    /// <summary>The networks; of one network an ensemble of one.</summary>
    public Ensemble<T> Ensemble { get; }

    /// <summary>The network, where there is one.</summary>
    /// <exception cref="UsageException">There are several: <see cref="Member"/> is one of them.</exception>
    public Network<T> Network => Members == 1 ? Ensemble.Members[0] : throw new UsageException($"the model holds {Members} networks, one expected") { Settings = ["Member"] };

    /// <inheritdoc/>
    public override int Members => Ensemble.Members.Length;

    /// <inheritdoc/>
    public override NetworkDefinition Definition => Ensemble.Definition;

    /// <summary>Reads a model file, converting between float and double where it holds the other.</summary>
    /// <exception cref="ModelException">Not a model, or one that does not fit together.</exception>
    public static new TabularModel<T> Load(string path) => Of(ModelFile<T>.Read(path), path);

    /// <summary>The model of one of the networks, whose logits have no temperature.</summary>
    /// <param name="number">Which, counted from 1.</param>
    /// <exception cref="UsageException">There is no such network.</exception>
    public TabularModel<T> Member(int number) => number >= 1 && number <= Members
        ? new(new Ensemble<T>(Ensemble.Members[number - 1]), Schema, Training, Notes)
        : throw new UsageException($"network {number} of the model found, {(Members == 1 ? "there is only 1" : $"1 to {Members} expected")}") { Settings = ["Member"] };

    internal static TabularModel<T> Of(ModelFile<T> file, string path)
    {
        NetworkDefinition network = file.Ensemble.Definition;
        TableSchema? schema = file.Schema is null ? null : SchemaJson.Read(file.Schema);
        if (schema is not null && schema.FeatureCount != network.Inputs)
        {
            throw new ModelException($"'{path}': the schema makes {schema.FeatureCount} features, the network {network} takes {network.Inputs}");
        }

        int targets = schema is null ? 0 : schema.Target.Kind == TargetKind.Class ? schema.Target.Labels!.Count : schema.Target.Names.Count, expected = network.ValueCount;
        if (schema is not null && targets != expected && !(schema.Target.Kind == TargetKind.Class && targets < expected) && !(schema.Target.Kind == TargetKind.Class && targets == 2 && expected == 1))
        {
            throw new ModelException($"'{path}': the schema has {targets} targets, the network {network} takes {expected}");
        }

        if (schema?.Target.Scales is not null && !network.OutputMeaning.IsOnTargetScale())
        {
            throw new ModelException($"'{path}': the schema standardises the targets {string.Join(", ", schema.Target.Names)}, which the loss {network.Loss} cannot take: its outputs mean {network.OutputMeaning}");
        }

        if (schema is not null && network.Loss.TakesOffset != schema.Offset is not null)
        {
            throw new ModelException($"'{path}': the schema has {(schema.Offset is null ? "no column of exposures" : $"the column '{schema.Offset}' of exposures")}, the loss {network.Loss} {(network.Loss.TakesOffset ? "takes one" : "takes none")}");
        }

        return new(file.Ensemble, schema, file.Training, []) { Conformal = file.Conformal is { } scores ? ConformalScores.Read(scores, network, schema?.Target) : null };
    }

    /// <inheritdoc/>
    public override TabularModel<TOther> As<TOther>() =>
        this as TabularModel<TOther> ?? new TabularModel<TOther>(Ensemble.Convert<TOther>(), Schema, Training, Notes) { Conformal = Conformal };

    /// <summary>The same model for rows that weigh what a column says.</summary>
    /// <exception cref="UsageException">The column is a feature or a target of the model, or there is no schema to name it.</exception>
    internal TabularModel<T> Weighted(string? column) => column is null || column == Schema?.SampleWeight ? this
        : Schema is null ? throw new UsageException("the model that is gone on from has no schema, which would name a column of sample weights") { Settings = [$"SampleWeight = {column}"] }
        : Schema.Target.Names.Contains(column) || Schema.Columns.Any(feature => feature.IsFeature && feature.Name == column) ? throw new UsageException($"column '{column}' is a {(Schema.Target.Names.Contains(column) ? "target" : "feature")} of the model, which cannot be the weight of its row too") { Settings = [$"SampleWeight = {column}"] }
        : new(Ensemble, Schema with { SampleWeight = column }, Training, Notes);

    /// <inheritdoc/>
    public override string Save(string path) => new ModelFile<T>(Ensemble, Schema is null ? null : SchemaJson.Write(Schema), Training) { Conformal = Conformal?.Write() }.Write(path);

    /// <summary>Rows as numbers for the network.</summary>
    /// <typeparam name="TData">The precision of the numbers.</typeparam>
    /// <param name="source">The rows.</param>
    /// <param name="target">The target column, or several joined by commas, where it is not the one that the model was trained on; null: it is.</param>
    /// <param name="needTargets">Whether targets must be there; otherwise there may be none.</param>
    /// <param name="notes">What is odd about the rows goes here.</param>
    /// <param name="options">What becomes of cells that cannot be read.</param>
    /// <exception cref="DataException">Rows that do not fit: where, what was found, what was expected.</exception>
    public Dataset<TData> Rows<TData>(DataSource source, string? target = null, bool needTargets = true, Notes? notes = null, PredictionOptions? options = null) where TData : unmanaged, IBinaryFloatingPointIeee754<TData> =>
        Rows<TData>(Read(source, needTargets, notes, target), target, needTargets, notes, options);

    /// <summary>One row as numbers. Of arrays only that row is converted: they may be large.</summary>
    /// <exception cref="DataException">There is no such row, or it does not fit.</exception>
    /// <inheritdoc cref="Rows{TData}(DataSource, string?, bool, Notes?, PredictionOptions?)"/>
    public Dataset<TData> Row<TData>(DataSource source, int row, string? target = null, Notes? notes = null, PredictionOptions? options = null) where TData : unmanaged, IBinaryFloatingPointIeee754<TData>
    {
        SourceRows rows = Read(source, needTargets: true, notes, target);
        Dataset<TData> one = ModelRows.One<TData>(rows, row, Definition, Schema, target, notes, options);
        NoteRange(one, rows.Name, notes);
        return one;
    }

    /// <inheritdoc/>
    public override Evaluation Evaluate(DataSource source, string? target = null, Notes? notes = null, PredictionOptions? options = null)
    {
        ConformalScores? scores = options?.Coverage is { } coverage ? RequireScores(coverage, notes) : null;
        SourceRows rows = Read(source, needTargets: true, notes, target);
        Dataset<T> data = Rows<T>(rows, target, needTargets: true, notes, options);
        using var evaluator = new Evaluator<T>(Ensemble, Schema?.Target.Scales?.ToArray(), threads: 0) { Thresholds = Schema?.Target.Thresholds };
        if (typeof(T) == typeof(double))
        {
            return Covered(evaluator.Evaluate(data), data.Targets);
        }

        Dataset<double> exact = ModelRows.Of<double>(rows, Definition, Schema, target, needTargets: true, options: options); // metrics by targets that are not rounded to float
        return Covered(evaluator.Evaluate(data, exact.Targets, exact.SampleWeights), exact.Targets);

        Evaluation Covered<TTarget>(Evaluation evaluation, Targets<TTarget> targets) where TTarget : unmanaged, IBinaryFloatingPointIeee754<TTarget> => scores is null ? evaluation
            : evaluation with { Coverage = CoverageMeasure.Of(Predict(data, Schema?.Offset is null ? null : Schema.Exposures(rows.Table!)).Covering(scores, options!.Coverage!.Value, null), targets, data.SampleWeights, Schema?.Target) };
    }

    /// <summary>The scores that a coverage is made of, before any row is read.</summary>
    /// <exception cref="UsageException">There are none, or too few.</exception>
    private ConformalScores RequireScores(double coverage, Notes? notes)
    {
        ConformalScores scores = RequireScores();
        _ = scores.Quantile(0, coverage);
        if (scores.Doubt is { } doubt)
        {
            notes?.Add(doubt);
        }

        return scores;
    }

    /// <exception cref="UsageException">There are none.</exception>
    private ConformalScores RequireScores() => ConformalScores.IsOffCentre(Definition)
        ? throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"the model predicts the quantile {Definition.Loss.Parameter} of {string.Join(", ", TargetNames)}, which is no middle that an interval could lie around: train with a loss whose prediction is one (mean_squared_error, huber, quantile:0.5, gaussian_nll) and ask that model for the coverage, or take two models of quantiles, of 0.05 and 0.95 say, as the ends")) { Settings = ["Coverage"] }
        : Conformal ?? throw new UsageException(ConformalScores.AreOf(Definition, Schema?.Target)
        ? "the model does not know how far it is off on rows that it has not learned from, which a coverage is made of: train it anew with folds, as it is where nothing is said, or with a part of the rows that validates, and not from a model that may have learned them; one network of several has none of its own"
        : $"a coverage is of one target that is a class with probabilities, or of values: the model predicts {(Schema?.Target.Kind == TargetKind.Flags ? "flags" : "scores")}") { Settings = ["Coverage"] };

    private Predictions Predict(Dataset<T> data, double[]? exposures)
    {
        var mean = new T[ArraySize.Of(data.Rows, Definition.Outputs, "outputs")];
        _predictor.Value.PredictMean(data.Features, mean);
        return Predictions.Of(new OutputReader<T>(Definition, mean, _predictor.Value.MeansAreOutputs), data.Rows, Schema?.Target, exposures);
    }

    /// <inheritdoc/>
    public override Importance Importance(DataSource source, ImportanceOptions? options = null, string? target = null, Notes? notes = null, PredictionOptions? prediction = null)
    {
        options ??= new();
        options.Validate(); // before anything is read
        SourceRows rows = Read(source, needTargets: true, notes, target);
        Dataset<T> data = Rows<T>(rows, target, needTargets: true, notes, prediction);
        Dataset<double>? exact = typeof(T) == typeof(double) ? null : ModelRows.Of<double>(rows, Definition, Schema, target, needTargets: true, options: prediction); // as Evaluate has them
        SourceRows named = Schema is null ? ModelRows.WithoutTargets(rows, Definition, Schema, target) : rows;
        using var scorer = RowScorer<T>.Of(Ensemble, threads: 0);
        return new ColumnEffects<T>(scorer, data, Schema, named, exact).Importance(options);
    }

    /// <inheritdoc/>
    public override PartialDependence PartialDependence(DataSource source, string column, int points = 20, int rows = 500, ulong seed = 0, Notes? notes = null)
    {
        SourceRows read = ModelRows.WithoutTargets(Read(source, needTargets: false, notes), Definition, Schema, null);
        Dataset<T> data = Rows<T>(read, target: null, needTargets: false, notes);
        using var scorer = RowScorer<T>.Of(Ensemble, threads: 0);
        return new ColumnEffects<T>(scorer, data, Schema, read).PartialDependence(column, points, rows, seed);
    }

    /// <inheritdoc/>
    public override Predictions PredictAll(DataSource source, string? target = null, Notes? notes = null, PredictionOptions? options = null)
    {
        options ??= new();
        long began = Stopwatch.GetTimestamp();
        ConformalScores? scores = options.Coverage is { } coverage ? RequireScores(coverage, notes) : null;
        SourceRows read = Read(source, needTargets: false, notes, target, options);
        IReadOnlyList<Column> carried = CarriedColumns.Of(read.Table, Schema, options, notes);
        SourceRows rows = ModelRows.WithoutTargets(read, Definition, Schema, target);
        Dataset<T> data = Rows<T>(rows, target: null, needTargets: false, notes, options);
        double[]? exposures = Schema?.Offset is null ? null : Schema.Exposures(rows.Table!);
        Fit.Require(Definition, data, targets: false);
        long numbers = Stopwatch.GetTimestamp();
        Predictions predictions = Predict(data, exposures);
        if (predictions.NotFinite.Count > 0)
        {
            int first = predictions.NotFinite[0];
            notes?.Add(new($"{(predictions.NotFinite.Count == 1 ? "1 row has" : $"{predictions.NotFinite.Count} rows have")} no prediction, since an output is not a finite number: {(predictions.NotFinite.Count == 1 ? "" : "the first is ")}{rows.Table?.Place(first) ?? $"row {first}"}", IsLoss: true));
        }

        predictions = (scores is null ? predictions : predictions.Covering(scores, options.Coverage!.Value, notes)).Beside(carried, notes);
        (predictions.ReadingSeconds, predictions.PredictingSeconds) = (Stopwatch.GetElapsedTime(began, numbers).TotalSeconds, Stopwatch.GetElapsedTime(numbers).TotalSeconds);
        return predictions;
    }

    /// <summary>Reads rows as this model takes them.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="needTargets">Whether targets must be there.</param>
    /// <param name="notes">What was guessed goes here.</param>
    /// <param name="target">The target columns, where they are called otherwise than in training; null: as there.</param>
    /// <param name="options">Which columns are wanted beside those of the schema.</param>
    /// <exception cref="DataException">Missing, unreadable or malformed: which file, row and column.</exception>
    public SourceRows Read(DataSource source, bool needTargets = true, Notes? notes = null, string? target = null, PredictionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Taking(options?.BadCells).Read(dialect => Schema is null ? dialect with { IsForModel = true } : Reading(target is null ? Schema : Renamed(Schema, target), dialect, needTargets, options), notes).For(_takesScaledBytes);
    }

    private static ReadingOptions Reading(TableSchema schema, ReadingOptions dialect, bool needTargets, PredictionOptions? options)
    {
        ReadingOptions reading = schema.Reading(dialect, needTargets);
        return options is null ? reading : CarriedColumns.Reading(reading, schema, options);
    }

    /// <summary>The schema with other names of its targets, as far as they are as many.</summary>
    private static TableSchema Renamed(TableSchema schema, string target)
    {
        string[] names = schema.Target.Names.Count == 1 ? [target] : target.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return names.Length == schema.Target.Names.Count ? schema with { Target = schema.Target with { Names = ModelRows.Bound(names, schema) } } : schema;
    }

    internal Dataset<TData> Rows<TData>(SourceRows rows, string? target, bool needTargets, Notes? notes, PredictionOptions? options = null) where TData : unmanaged, IBinaryFloatingPointIeee754<TData>
    {
        Dataset<TData> data = ModelRows.Of<TData>(rows, Definition, Schema, target, needTargets, notes, options);
        NoteRange(data, rows.Name, notes);
        return data;
    }

    /// <summary>Says where features lie farther outside the range of training than that is wide: the same pixels not scaled, say.</summary>
    private void NoteRange<TData>(Dataset<TData> data, string source, Notes? notes) where TData : unmanaged, IBinaryFloatingPointIeee754<TData>
    {
        bool isKnownByColumn = Schema?.Columns.Any(column => !double.IsNaN(column.Minimum)) == true; // then it has been said
        if (notes is null || isKnownByColumn || _featureRange is not { } range || !(range.Greatest >= range.Least))
        {
            return;
        }

        double width = Math.Max(range.Greatest - range.Least, 1e-9 * Math.Max(Math.Abs(range.Least), Math.Abs(range.Greatest)));
        TData low = TData.CreateSaturating(range.Least - width), high = TData.CreateSaturating(range.Greatest + width);
        long count = 0;
        int first = -1;
        ReadOnlySpan<TData> features = data.Features;
        for (int n = 0; n < features.Length; n++)
        {
            if (features[n] < low || features[n] > high)
            {
                first = count++ == 0 ? n : first;
            }
        }

        if (count > 0)
        {
            notes.Add(new(string.Create(CultureInfo.InvariantCulture, $"'{source}': {count} of {features.Length} features lie far outside what the model was trained on ({range.Least:G4} … {range.Greatest:G4}), the first in row {first / data.FeatureCount}, feature {first % data.FeatureCount}: {features[first]:G4}; are they scaled otherwise?"), IsLoss: false));
        }
    }
}
