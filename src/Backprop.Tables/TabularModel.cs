using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Tables.Inspection;
using Backprop.Tables.Models;
using Backprop.Tables.Reading;
using Backprop.Tables.Schemas;
using Backprop.Training;

namespace Backprop.Tables;

/// <summary>
/// A network with all that makes it useful for a table: how columns become numbers, which rows it learned from, what its outputs are called.
/// Trained in one call; it predicts from any number of threads at once.
/// </summary>
/// <example>
/// From a file, whose target column is called <c>price</c>:
/// <code>
/// TabularModel model = TabularModel.Train("houses.csv", "price");
/// foreach (Prediction house in model.PredictAll("new.csv"))
/// {
///     Console.WriteLine(house.Value);
/// }
/// </code>
/// From objects, with text and gaps:
/// <code>
/// TabularModel model = TabularModel.Train(passengers, nameof(Passenger.Survived));
/// double chance = model.Predict(new Passenger { Age = 31, Cabin = null, Sex = "female" }).Probabilities["true"];
/// model.Save("titanic.safetensors");
/// </code>
/// From arrays:
/// <code>
/// double[][] features = [[0, 0], [0, 1], [1, 0], [1, 1]];
/// TabularModel model = TabularModel.Train(features, [0.0, 1, 1, 0], new TrainingOptions { Network = "8:tanh", Validation = 0, Epochs = 500 });
/// </code>
/// </example>
public abstract class TabularModel
{
    private protected TabularModel(TableSchema? schema, string? training, IReadOnlyList<Note> notes) => (Schema, Training, Notes) = (schema, training, notes);

    /// <summary>The network's layers and loss; of several networks those of each.</summary>
    public abstract NetworkDefinition Definition { get; }

    /// <summary>How many networks predict together.</summary>
    public abstract int Members { get; }

    /// <summary>How columns become numbers; null: they are taken as they are, in order.</summary>
    public TableSchema? Schema { get; }

    /// <summary>How it was made, as JSON; null: unknown.</summary>
    public string? Training { get; }

    /// <summary>How far the model was off on rows that it had not learned from, which intervals and sets are made by; null: nobody knows.</summary>
    public ConformalScores? Conformal { get; internal init; }

    /// <summary>What training guessed, dropped, filled or took for something else; empty for a model from a file.</summary>
    public IReadOnlyList<Note> Notes { get; }

    /// <summary>How training went; null for a model from a file.</summary>
    public TrainingResult? Result { get; internal set; }

    /// <summary>Classes: their labels, in the order of the network's outputs; empty where it predicts values.</summary>
    public IReadOnlyList<string> Labels => Schema?.Target.Kind == TargetKind.Class || (Schema is null && ModelRows.IsClassifier(Definition))
        ? LabelsOf(Math.Max(2, Definition.Outputs))
        : [];

    /// <summary>The names of the targets, one for each that the loss compares an output with.</summary>
    public IReadOnlyList<string> TargetNames => OutputNames.Targets(Schema?.Target, Definition.ValueCount);

    /// <summary>A name for each class of a confusion matrix.</summary>
    public IReadOnlyList<string> LabelsOf(int classes) => OutputNames.Labels(Schema?.Target, classes);

    /// <summary>Trains on a file: .csv .tsv .txt .json .jsonl .ndjson .parquet, or arrays in .npz, X.npy,y.npy, IMAGES,LABELS.</summary>
    /// <param name="path">The file, or a pattern with *; builtin:iris and builtin:digits are inside the library.</param>
    /// <param name="target">The target column, or several joined by commas; null: y, target, label or class, whichever there is.</param>
    /// <param name="options">How; null: by the recipe.</param>
    /// <param name="progress">Told before the first epoch and after each.</param>
    /// <param name="cancellation">Ends training after the step that is being made; the model is the best so far.</param>
    /// <exception cref="DataException">Rows that cannot be used: where, what was found, what was expected.</exception>
    /// <exception cref="UsageException">A name that does not exist, or options that do not go together or with the rows.</exception>
    /// <exception cref="DivergenceException">A loss or a weight is not finite any more.</exception>
    public static TabularModel Train(string path, string? target = null, TrainingOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new();
        return Train(DataSource.Named(path, options.Reading), target is null ? options : options with { Target = target }, progress, cancellation);
    }

    /// <summary>Trains on a table.</summary>
    /// <inheritdoc cref="Train(string, string?, TrainingOptions?, IProgress{TrainingProgress}?, CancellationToken)"/>
    public static TabularModel Train(Table table, string? target = null, TrainingOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default) =>
        Train(DataSource.Of(table), (options ?? new()) with { Target = target ?? options?.Target }, progress, cancellation);

    /// <summary>Trains on objects: each public property that is a number, text, a truth value, a date, an enumeration or one of them that may be null is a column.</summary>
    /// <param name="rows">The objects.</param>
    /// <param name="target">The property that is predicted, or several joined by commas.</param>
    /// <param name="options">How; null: by the recipe.</param>
    /// <param name="progress">Told before the first epoch and after each.</param>
    /// <param name="cancellation">Ends training after the step that is being made; the model is the best so far.</param>
    /// <inheritdoc cref="Train(string, string?, TrainingOptions?, IProgress{TrainingProgress}?, CancellationToken)"/>
    public static TabularModel Train<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRow>(
        IEnumerable<TRow> rows, string target, TrainingOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default) =>
        Train(Objects(rows, options?.Reading), (options ?? new()) with { Target = target }, progress, cancellation);

    /// <summary>Trains on rows of numbers to predict a value of each.</summary>
    /// <param name="features">The rows, of equal length; NaN is missing.</param>
    /// <param name="targets">A number for each row; whole numbers of few kinds are classes unless <see cref="TableOptions.Task"/> says otherwise.</param>
    /// <param name="options">How; null: by the recipe.</param>
    /// <param name="progress">Told before the first epoch and after each.</param>
    /// <param name="cancellation">Ends training after the step that is being made; the model is the best so far.</param>
    /// <inheritdoc cref="Train(string, string?, TrainingOptions?, IProgress{TrainingProgress}?, CancellationToken)"/>
    public static TabularModel Train(double[][] features, double[] targets, TrainingOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default) =>
        Train(Table.From(features, new Column(ArrayTarget, ColumnType.Real, targets)), ArrayTarget, options, progress, cancellation);

    /// <summary>Trains on rows of numbers to predict the class of each.</summary>
    /// <param name="features">The rows, of equal length; NaN is missing.</param>
    /// <param name="labels">A label for each row. It means what it means as the cell of a file: blanks around it do not count, and the empty one and what stands for a missing cell are missing.</param>
    /// <param name="options">How; null: by the recipe.</param>
    /// <param name="progress">Told before the first epoch and after each.</param>
    /// <param name="cancellation">Ends training after the step that is being made; the model is the best so far.</param>
    /// <inheritdoc cref="Train(string, string?, TrainingOptions?, IProgress{TrainingProgress}?, CancellationToken)"/>
    public static TabularModel Train(double[][] features, string[] labels, TrainingOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default) =>
        Train(DataSource.Of("arrays", (reading, notes) => Table.From(features, RowTable.Texts(ArrayTarget, labels, "arrays", reading, notes)), options?.Reading), OfClasses(options) with { Target = ArrayTarget }, progress, cancellation);

    /// <summary>Trains on rows of numbers to predict the class of each.</summary>
    /// <param name="features">The rows, of equal length; NaN is missing.</param>
    /// <param name="classes">A whole number for each row, which is its label.</param>
    /// <param name="options">How; null: by the recipe.</param>
    /// <param name="progress">Told before the first epoch and after each.</param>
    /// <param name="cancellation">Ends training after the step that is being made; the model is the best so far.</param>
    /// <inheritdoc cref="Train(string, string?, TrainingOptions?, IProgress{TrainingProgress}?, CancellationToken)"/>
    public static TabularModel Train(double[][] features, int[] classes, TrainingOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return Train(Table.From(features, new Column(ArrayTarget, ColumnType.Integer, Array.ConvertAll(classes, c => (double)c))), ArrayTarget, OfClasses(options), progress, cancellation);
    }

    /// <summary>Trains on rows from anywhere.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="options">How; null: by the recipe.</param>
    /// <param name="progress">Told before the first epoch and after each.</param>
    /// <param name="cancellation">Ends training after the step that is being made; the model is the best so far.</param>
    /// <inheritdoc cref="Train(string, string?, TrainingOptions?, IProgress{TrainingProgress}?, CancellationToken)"/>
    public static TabularModel Train(DataSource source, TrainingOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new();
        return options.Precision == Precision.Double ? Train<double>(source, options, progress, cancellation) : Train<float>(source, options, progress, cancellation);
    }

    private static TabularModel<T> Train<T>(DataSource source, TrainingOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellation) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var planned = new TabularTrainer<T>(source, options);
        var gate = new Lock(); // several networks report from several threads, one at a time
        progress?.Report(new(planned.Options.Epochs, null, planned.Notes.All));
        for (int member = 0; member < planned.Trainers.Count; member++)
        {
            int number = member + 1;
            planned.Trainers[member].EpochCompleted += epoch =>
            {
                lock (gate)
                {
                    progress?.Report(new(planned.Options.Epochs, epoch, planned.Notes.All) { Member = number });
                }
            };
        }

        TrainingResult result = planned.Run(cancellation: cancellation);
        _ = planned.NoteEnd(result);
        TabularModel<T> model = planned.Model(result.Kept, result.KeptBy);
        model.Result = result;
        return model;
    }

    /// <summary>Reads a model file, in the precision that it was trained in.</summary>
    /// <exception cref="ModelException">Not a model, or one that does not fit together.</exception>
    public static TabularModel Load(string path)
    {
        SafeTensorsFile file = SafeTensorsFile.Read(path);
        return file.Tensors.Any(tensor => tensor.Type == "F64")
            ? TabularModel<double>.Of(ModelFile<double>.Read(file, path), path)
            : TabularModel<float>.Of(ModelFile<float>.Read(file, path), path);
    }

    /// <summary>Writes the model to a safetensors file, whole or not at all.</summary>
    /// <returns>The SHA-256 of all bytes after the file's header.</returns>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public abstract string Save(string path);

    /// <summary>The model in a precision: itself, or a copy.</summary>
    public abstract TabularModel<TOther> As<TOther>() where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther>;

    /// <summary>Loss and metrics on rows from anywhere, metrics in the targets' own units.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="target">The target column, or several joined by commas, where it is not the one that the model was trained on; null: it is.</param>
    /// <param name="notes">What is odd about the rows goes here.</param>
    /// <param name="options">What becomes of cells that cannot be read.</param>
    /// <exception cref="DataException">Rows that do not fit: where, what was found, what was expected.</exception>
    public abstract Evaluation Evaluate(DataSource source, string? target = null, Notes? notes = null, PredictionOptions? options = null);

    /// <summary>Loss and metrics on a file.</summary>
    /// <inheritdoc cref="Evaluate(DataSource, string?, Notes?, PredictionOptions?)"/>
    public Evaluation Evaluate(string path, string? target = null, Notes? notes = null) => Evaluate(DataSource.Named(path), target, notes);

    /// <summary>Loss and metrics on a table.</summary>
    /// <inheritdoc cref="Evaluate(DataSource, string?, Notes?, PredictionOptions?)"/>
    public Evaluation Evaluate(Table table, string? target = null, Notes? notes = null) => Evaluate(DataSource.Of(table), target, notes);

    /// <summary>Loss and metrics on objects.</summary>
    /// <inheritdoc cref="Evaluate(DataSource, string?, Notes?, PredictionOptions?)"/>
    public Evaluation Evaluate<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRow>(IEnumerable<TRow> rows, Notes? notes = null) => Evaluate(Objects(rows), null, notes);

    /// <summary>Loss and metrics on rows of numbers, in the order of training.</summary>
    /// <param name="features">The rows.</param>
    /// <param name="targets">A number for each: a value, or a class's label.</param>
    /// <param name="notes">What is odd about the rows goes here.</param>
    /// <exception cref="DataException">Not as many numbers as the model takes, or as many targets as rows.</exception>
    public Evaluation Evaluate(double[][] features, double[] targets, Notes? notes = null) =>
        Evaluate(RowTable.Of(features, FeatureColumns(features), [new Column(Schema?.Target.Names[0] ?? ArrayTarget, ColumnType.Real, targets)]), null, notes);

    /// <summary>How much each column matters to the predictions of some rows: what is lost where its cells are dealt out anew among them.</summary>
    /// <example>
    /// <code>
    /// foreach (ColumnImportance column in model.Importance(DataSource.Named("new.csv")).Columns)
    /// {
    ///     Console.WriteLine($"{column.Column} {column.Mean:G3} ± {column.Spread:G3}");
    /// }
    /// </code>
    /// </example>
    /// <param name="source">The rows, best some that the model has not learned from.</param>
    /// <param name="options">How it is measured; null: as usual.</param>
    /// <param name="target">The target column, or several joined by commas, where it is not the one that the model was trained on; null: it is.</param>
    /// <param name="notes">What is odd about the rows goes here.</param>
    /// <param name="prediction">What becomes of cells that cannot be read.</param>
    /// <exception cref="DataException">Rows that do not fit: where, what was found, what was expected.</exception>
    /// <exception cref="UsageException">An option out of its range, or a metric that the rows do not have.</exception>
    public abstract Importance Importance(DataSource source, ImportanceOptions? options = null, string? target = null, Notes? notes = null, PredictionOptions? prediction = null);

    /// <summary>What is predicted on average where a column has one cell in all rows.</summary>
    /// <param name="source">The rows, whose cells are taken; targets need not be there.</param>
    /// <param name="column">The column.</param>
    /// <param name="points">The most cells, at least 2.</param>
    /// <param name="rows">The most rows that the mean is over; where there are more, so many are drawn.</param>
    /// <param name="seed">What they are drawn by.</param>
    /// <param name="notes">What is odd about the rows goes here.</param>
    /// <exception cref="DataException">Rows that do not fit: where, what was found, what was expected.</exception>
    /// <exception cref="UsageException">The model sees no such column.</exception>
    public abstract PartialDependence PartialDependence(DataSource source, string column, int points = 20, int rows = 500, ulong seed = 0, Notes? notes = null);

    /// <summary>Predictions for rows from anywhere; targets need not be there.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="target">The target columns, which are no features, where the model does not say; null: it does.</param>
    /// <param name="notes">What is odd about the rows goes here.</param>
    /// <param name="options">What becomes of cells that cannot be read.</param>
    /// <exception cref="DataException">Rows that do not fit: where, what was found, what was expected.</exception>
    public abstract Predictions PredictAll(DataSource source, string? target = null, Notes? notes = null, PredictionOptions? options = null);

    /// <summary>A prediction for one object, whose public properties are the columns.</summary>
    /// <exception cref="DataException">A property is missing, or not what the column is.</exception>
    public Prediction Predict<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRow>(TRow row, Notes? notes = null) where TRow : notnull =>
        PredictAll(Objects<TRow>([Single(row)]), null, notes)[0];

    /// <summary>A prediction for one row of numbers, in the order of training.</summary>
    /// <exception cref="DataException">Not as many numbers as the model takes.</exception>
    public Prediction Predict(double[] features, Notes? notes = null) => PredictAll([features], notes)[0];

    /// <summary>Predictions for a file.</summary>
    /// <inheritdoc cref="PredictAll(DataSource, string?, Notes?, PredictionOptions?)"/>
    public Predictions PredictAll(string path, Notes? notes = null) => PredictAll(DataSource.Named(path), null, notes);

    /// <summary>Predictions for a table.</summary>
    /// <inheritdoc cref="PredictAll(DataSource, string?, Notes?, PredictionOptions?)"/>
    public Predictions PredictAll(Table table, Notes? notes = null) => PredictAll(DataSource.Of(table), null, notes);

    /// <summary>Predictions for objects, whose public properties are the columns.</summary>
    /// <inheritdoc cref="PredictAll(DataSource, string?, Notes?, PredictionOptions?)"/>
    public Predictions PredictAll<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRow>(IEnumerable<TRow> rows, Notes? notes = null) => PredictAll(Objects(rows), null, notes);

    /// <summary>Predictions for rows of numbers, in the order of training.</summary>
    /// <exception cref="DataException">Not as many numbers as the model takes.</exception>
    public Predictions PredictAll(double[][] features, Notes? notes = null) => PredictAll(DataSource.Of(Table.From(features, FeatureColumns(features))), null, notes);

    /// <summary>Objects, read as whoever takes them knows their columns.</summary>
    private static DataSource Objects<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRow>(IEnumerable<TRow> rows, ReadingOptions? reading = null) =>
        DataSource.Of(RowTable.SourceOf<TRow>(), (known, notes) => RowTable.Of(rows, known, notes), reading);

    private static TrainingOptions OfClasses(TrainingOptions? options) =>
        options is { Columns.Task: not TableTask.Auto } ? options : (options ?? new()) with { Columns = (options?.Columns ?? new()) with { Task = TableTask.Classification } };

    /// <summary>What the columns of arrays are called.</summary>
    private string[] FeatureColumns(double[][] features)
    {
        ArgumentNullException.ThrowIfNull(features);
        int inputs = Schema?.Columns.Count ?? Definition.Inputs, wrong = Array.FindIndex(features, row => row.Length != inputs);
        return wrong >= 0 ? throw new DataException($"row {wrong}: {features[wrong].Length} numbers found, the model takes {inputs}")
            : Schema is null ? [.. Enumerable.Range(0, inputs).Select(c => $"x{c}")]
            : [.. Schema.Columns.Select(column => column.Name)];
    }

    private static TRow Single<TRow>(TRow row) => row is System.Collections.IEnumerable or DataSource or Table
        ? throw new UsageException($"{typeof(TRow).Name} found, one object expected whose properties are the columns; for many rows there is {nameof(PredictAll)}")
        : row;

    /// <summary>What targets of arrays are called.</summary>
    private const string ArrayTarget = "y";
}
