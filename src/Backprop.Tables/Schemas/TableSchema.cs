using System.Numerics;
using Backprop.Data;
using Backprop.Tables.Cells;
using Backprop.Tables.Reading;

namespace Backprop.Tables.Schemas;

/// <summary>
/// How a table becomes numbers: what each column is encoded as, and what the targets are. Made once from the training rows, saved in the
/// model file, applied again at prediction. Columns are bound by name; what a cell becomes depends on the cell and the schema alone.
/// </summary>
/// <param name="Columns">In the order of the network's inputs.</param>
/// <param name="Target">What is predicted.</param>
/// <param name="SampleWeight">The column of sample weights, or null. Rows without the column weigh the same.</param>
public sealed record TableSchema(IReadOnlyList<FeatureColumn> Columns, TargetColumns Target, string? SampleWeight = null)
{
    /// <summary>What stood for a missing cell in training, beside nothing at all; null: <see cref="ReadingOptions.DefaultMissing"/>.</summary>
    public IReadOnlyList<string>? Missing { get; init; }

    /// <summary>The decimal mark that training's table was told to have; null: none was told.</summary>
    public char? Decimal { get; init; }

    /// <summary>The column of exposures, whose logarithm is added to each output; null: none. Rows must have it wherever the model is used.</summary>
    public string? Offset { get; init; }

    /// <summary>The least and the greatest exposure of training; null: unknown, as in files of before.</summary>
    internal (double Least, double Greatest)? OffsetRange { get; init; }

    /// <summary>How the exposures were written in training; null: plainly.</summary>
    internal NumberFormat? OffsetFormat { get; init; }

    /// <summary>How the sample weights were written in training; null: plainly.</summary>
    internal NumberFormat? WeightFormat { get; init; }

    /// <summary>The network's inputs.</summary>
    public int FeatureCount => Columns.Sum(column => column.FeatureCount);

    /// <summary>The features' names.</summary>
    public IReadOnlyList<string> FeatureNames => [.. Columns.SelectMany(column => column.FeatureNames)];

    /// <summary>What a network's outputs are of: classes, or columns of values; the one output of two classes is of the second. None where they have no names of their own.</summary>
    /// <param name="outputs">How many there are.</param>
    public IReadOnlyList<string> OutputNames(int outputs) => Target.Labels is { } labels && (labels.Count == outputs || (labels.Count == 2 && outputs == 1))
        ? [.. labels.TakeLast(outputs)]
        : Target.Names.Count == outputs ? [.. Target.Names] : [];

    /// <summary>The columns that are carried into predictions.</summary>
    public IReadOnlyList<string> Ids => [.. Columns.Where(column => column.Kind == FeatureKind.Id).Select(column => column.Name)];

    /// <summary>Makes numbers of a table.</summary>
    /// <param name="table">Columns in any order; more than the schema knows are passed over.</param>
    /// <param name="needTargets">Whether a missing target is an error; otherwise the data set may have none.</param>
    /// <param name="asValue">Whether a two-class target becomes one value, 0 or 1.</param>
    /// <param name="notes">Where to say what is unseen, filled, or far outside; null: nowhere, as for the rows of training.</param>
    /// <param name="options">What becomes of cells that cannot be read.</param>
    /// <exception cref="DataException">A column or a cell that does not fit: which, and what was expected.</exception>
    public Dataset<T> Transform<T>(Table table, bool needTargets, bool asValue = false, Notes? notes = null, PredictionOptions? options = null) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(table);
        int rows = table.Rows, width = FeatureCount;
        if (width == 0)
        {
            throw NothingLeft(table);
        }

        if ((long)rows * width > Array.MaxLength)
        {
            throw new DataException($"'{table.Source}': {rows} rows of {width} features are more than one data set holds");
        }

        table = WithGaps(table, notes);
        T[] features = new FeatureEncoder<T>(table, options ?? new(), notes is not null).Encode(Columns, notes);
        bool present = Target.Names.All(name => table.Find(name) is not null);
        Targets<T> targets = needTargets || present ? TargetEncoder.Read<T>(Target, table, asValue) : Targets<T>.None;
        if (Offset is not null && (!targets.IsEmpty || (notes is not null && table.Find(Offset) is not null)))
        {
            double[] exposures = Exposures(table);
            PredictionNotes.AddExposures(notes, this, exposures);
            targets = targets.IsEmpty ? targets : WithOffsets(targets, exposures);
        }

        if (needTargets && SampleWeight is not null && table.Find(SampleWeight) is null)
        {
            notes?.Add(new($"'{table.Source}' has no column '{SampleWeight}', by which rows are weighed: all weigh the same", false));
        }

        return new(rows, width, features, targets, SampleWeight is null || table.Find(SampleWeight) is null ? null : ReadWeights<T>(table));
    }

    /// <summary>How much each row was exposed.</summary>
    /// <exception cref="DataException">There is no such column, or a cell is no number above 0: a row that was not exposed has no count to learn from, and none to predict.</exception>
    /// <exception cref="InvalidOperationException">The schema has no <see cref="Offset"/>.</exception>
    public double[] Exposures(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        Column column = Require(table, Offset ?? throw new InvalidOperationException("the schema has no column of exposures"));
        var cells = new NumberCells(column, OffsetFormat);
        double[] exposures = new double[table.Rows];
        for (int row = 0; row < exposures.Length; row++)
        {
            exposures[row] = cells[row] is > 0 and < double.PositiveInfinity and var exposure ? exposure
                : throw new DataException($"{table.Place(row)}, column '{column.Name}': {column.Text(row) ?? "nothing"} found, an exposure above 0 expected, whose logarithm is the offset of its row") { Settings = NumberTexts.Deciders(column.Text(row), null) };
        }

        return exposures;
    }

    /// <summary>Behind the targets of each row the logarithm of its exposure.</summary>
    private static Targets<T> WithOffsets<T>(Targets<T> targets, double[] exposures) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = targets.Count;
        var values = new T[ArraySize.Of(targets.Rows, count + 1, "targets")];
        for (int row = 0; row < exposures.Length; row++)
        {
            targets.AllValues.Slice(row * count, count).CopyTo(values.AsSpan(row * (count + 1)));
            values[(row * (count + 1)) + count] = T.CreateTruncating(Math.Log(exposures[row]));
        }

        return Targets<T>.Values(values, count + 1);
    }

    /// <summary>How a file is read of which this schema makes numbers: each column as what it is, so that a row means the same alone and in company.</summary>
    /// <param name="dialect">What is known of the file; what it leaves open is as it was in training.</param>
    /// <param name="needTargets">Whether targets and weights are read too.</param>
    /// <param name="keep">Columns that are wanted as text as well, such as those carried into predictions; null: none.</param>
    public ReadingOptions Reading(ReadingOptions? dialect, bool needTargets, IReadOnlyCollection<string>? keep = null)
    {
        dialect ??= new();
        char? mark = dialect.Decimal ?? Decimal;
        var columns = new Dictionary<string, ColumnReading>(StringComparer.Ordinal);
        foreach (FeatureColumn column in Columns)
        {
            columns[column.Name] = column.Kind switch
            {
                FeatureKind.Ignored or FeatureKind.Id => new(ColumnReadingKind.Skip),
                FeatureKind.Numeric => new(ColumnReadingKind.Number, Marked(column.Format, mark)),
                _ => new(ColumnReadingKind.Text),
            };
        }

        for (int n = 0; n < Target.Names.Count; n++)
        {
            columns[Target.Names[n]] = !needTargets ? new(ColumnReadingKind.Skip)
                : Target.Kind == TargetKind.Class ? new(ColumnReadingKind.Text)
                : new(ColumnReadingKind.Number, Marked(Target.Formats?[n], mark));
        }

        if (SampleWeight is { } weight)
        {
            columns[weight] = needTargets ? new(ColumnReadingKind.Number, Marked(WeightFormat, mark)) : new(ColumnReadingKind.Skip);
        }

        if (Offset is { } exposure)
        {
            columns[exposure] = new(ColumnReadingKind.Number, Marked(OffsetFormat, mark));
        }

        foreach (string name in keep ?? [])
        {
            if (!columns.TryGetValue(name, out ColumnReading? known) || known.Kind == ColumnReadingKind.Skip)
            {
                columns[name] = new(ColumnReadingKind.Text);
            }
        }

        return dialect with { Missing = dialect.Missing ?? Missing, Decimal = mark, Columns = columns, Others = ColumnReadingKind.Skip, IsForModel = true };
    }

    /// <summary>A format with the decimal mark that a file is told to have; the marks change places.</summary>
    private static NumberFormat Marked(NumberFormat? format, char? mark)
    {
        format ??= NumberFormat.Plain;
        return mark is null || mark == format.Decimal ? format
            : format with { Decimal = mark.Value, Thousands = format.Thousands == mark ? format.Decimal : format.Thousands };
    }

    private DataException NothingLeft(Table table)
    {
        string reasons = string.Join("; ", Columns.Take(SchemaInference.MostNotes).Select(column => $"'{column.Name}': {(column.Kind == FeatureKind.Id ? "an id" : column.Why)}"));
        return new($"'{table.Source}': no column is left as a feature{(Columns.Count == 0 ? "" : $" ({reasons}{(Columns.Count > SchemaInference.MostNotes ? $"; and {Columns.Count - SchemaInference.MostNotes} more" : "")})")}")
        {
            Settings = [.. Columns.Select(column => column.Remedy).OfType<string>().Take(SchemaInference.MostNotes)],
        };
    }

    private T[] ReadWeights<T>(Table table) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Column column = Require(table, SampleWeight!);
        var cells = new NumberCells(column, WeightFormat);
        var weights = new T[table.Rows];
        for (int row = 0; row < weights.Length; row++)
        {
            double weight = cells[row];
            weights[row] = T.CreateTruncating(weight);
            weights[row] = weight >= 0 && T.IsFinite(weights[row])
                ? weights[row]
                : throw new DataException($"{table.Place(row)}, column '{column.Name}': {column.Text(row) ?? "nothing"} found, a sample weight of at least 0 expected") { Settings = NumberTexts.Deciders(column.Text(row), null) };
        }

        return weights;
    }

    /// <summary>A row of JSON that does not name a cell has a gap there, also where no other row names it.</summary>
    private Table WithGaps(Table table, Notes? notes)
    {
        FeatureColumn[] used = [.. Columns.Where(column => column.IsFeature)];
        string[] lacking = table.RowsNameCells ? [.. used.Where(column => table.Find(column.Name) is null).Select(column => column.Name)] : [];
        if (lacking.Length == 0)
        {
            return table;
        }

        double[] gaps = new double[table.Rows];
        gaps.AsSpan().Fill(double.NaN);
        notes?.Add(new($"'{table.Source}': no row has {Describe(table, lacking, [.. used.Select(column => column.Name)])}: all {(lacking.Length == 1 ? "its" : "their")} cells are taken as missing", IsLoss: true));
        return table.With([.. table.Columns, .. lacking.Select(name => new Column(name, ColumnType.Real, gaps))]);
    }

    internal static Column Require(Table table, string name) => table.Find(name) ?? throw Lacking(table, [name], []);

    internal static void RequireAll(Table table, IReadOnlyList<FeatureColumn> columns)
    {
        string[] missing = [.. columns.Where(column => table.Find(column.Name) is null).Select(column => column.Name)];
        if (missing.Length > 0)
        {
            throw Lacking(table, missing, [.. columns.Select(column => column.Name)]);
        }
    }

    /// <param name="table">What was given.</param>
    /// <param name="names">The columns that it lacks.</param>
    /// <param name="used">Columns that have a meaning of their own: none of them is a misspelled other.</param>
    private static DataException Lacking(Table table, string[] names, HashSet<string> used)
    {
        return new($"'{table.Source}': missing {Describe(table, names, used)}; the file has {Suggestion.List([.. table.Names, .. table.Skipped])}");
    }

    private static string Describe(Table table, string[] names, HashSet<string> used)
    {
        string[] free = [.. table.Names.Concat(table.Skipped).Where(name => !used.Contains(name))];
        IEnumerable<string> each = names.Take(5).Select(name => $"'{name}'{(Suggestion.Nearest(name, free) is { } nearest ? $" (did you mean '{nearest}'?)" : "")}");
        return $"column{(names.Length == 1 ? "" : "s")} {string.Join(", ", each)}{(names.Length > 5 ? $", … ({names.Length} in all)" : "")}";
    }
}
