using Backprop.Tables.Cells;

namespace Backprop.Tables.Schemas;

/// <summary>Makes a schema of a table. Statistics are taken in row order, in double: the same schema on every machine.</summary>
public static class SchemaInference
{
    /// <summary>More notes of one sort than this are one note.</summary>
    internal const int MostNotes = 20;

    /// <summary>Columns that are the target unless it is said otherwise.</summary>
    internal static readonly string[] DefaultTargets = ["y", "target", "label", "class"];

    /// <summary>
    /// A schema for a table. What a column is, is decided over all rows; what is kept of it (means, medians, categories) comes from
    /// <see cref="TableOptions.TrainingRows"/> alone.
    /// </summary>
    /// <param name="table">The rows.</param>
    /// <param name="options">The roles of columns, and how features are made.</param>
    /// <param name="notes">Where to say what is ignored, shared or guessed.</param>
    /// <exception cref="UsageException">A column that does not exist, has two roles, or no target can be told.</exception>
    /// <exception cref="DataException">A column that cannot be used, or of which nobody can tell what it is.</exception>
    public static TableSchema Infer(Table table, TableOptions options, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        TargetColumns target = Target(table, options, notes);
        HashSet<string> others = new(target.Names, StringComparer.Ordinal);
        if (options.SampleWeight is { } weight)
        {
            others.Add(weight);
        }

        if (options.Offset is { } exposure)
        {
            others.Add(exposure);
        }

        var roles = new ColumnRoles(table, options, others);
        int[] training = options.TrainingRows is { } rows ? [.. rows] : [.. Enumerable.Range(0, table.Rows)];
        Column[] columns = [.. table.Columns.Where(column => !others.Contains(column.Name))];
        Table written = table.AsWritten([.. columns.Where(column => roles.Of(column.Name) is FeatureKind.Categorical or FeatureKind.Date).Select(column => column.Name)]);
        var inference = new FeatureInference(table, options, roles, training);
        var features = new FeatureColumn[columns.Length];
        var said = new List<Note>[columns.Length];
        Workers.Run(columns.Length, n => features[n] = inference.Infer(columns[n], written.Find(columns[n].Name)!, said[n] = []));
        if (notes is not null)
        {
            ColumnNotes.Add(notes, features, said);
        }

        Column? weights = options.SampleWeight is null ? null : table.Find(options.SampleWeight), exposures = options.Offset is null ? null : table.Find(options.Offset);
        NumberFormat? Format(Column? column) => (column is { IsText: true } ? NumberTexts.Best(column, new(column, training)) : column?.Format) is { } format && format != NumberFormat.Plain ? format : null;
        IEnumerable<FeatureColumn> unread = table.Skipped.Where(name => roles.Of(name) == FeatureKind.Ignored).Select(name => new FeatureColumn(name, FeatureKind.Ignored, Why: ColumnNotes.AsTold));
        return new([.. features, .. unread], target, options.SampleWeight)
        {
            Missing = options.Reading?.Missing,
            Decimal = options.Reading?.Decimal,
            WeightFormat = Format(weights),
            Offset = options.Offset,
            OffsetFormat = Format(exposures),
            OffsetRange = exposures is null ? null : Range(new(exposures, Format(exposures)), training),
        };
    }

    /// <summary>The least and the greatest exposure; null: none is a number above 0, which is said where they are read.</summary>
    private static (double Least, double Greatest)? Range(NumberCells exposures, int[] rows)
    {
        (double least, double greatest) = (double.PositiveInfinity, 0);
        foreach (int row in rows)
        {
            if (exposures[row] is > 0 and < double.PositiveInfinity and var exposure)
            {
                (least, greatest) = (Math.Min(least, exposure), Math.Max(greatest, exposure));
            }
        }

        return greatest > 0 ? (least, greatest) : null;
    }

    /// <summary>What the target columns of a table hold.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="options">Which columns, and whether they are classes or values.</param>
    /// <param name="notes">Where to say what was guessed.</param>
    /// <exception cref="UsageException">A column that does not exist, or no target can be told.</exception>
    /// <exception cref="DataException">A column that is no target.</exception>
    public static TargetColumns Target(Table table, TableOptions options, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<string> names = Targets(table, options.Targets);
        if (options.SampleWeight is { } weight)
        {
            if (table.Find(weight) is null)
            {
                throw new UsageException(Suggestion.Unknown("column", weight, table.Names)) { Settings = [$"SampleWeight = {weight}"] };
            }

            if (names.Contains(weight))
            {
                throw new UsageException($"column '{weight}' is the target, which cannot be the weight of its row too") { Settings = [$"SampleWeight = {weight}"] };
            }
        }

        if (options.Offset is { } exposure)
        {
            RequireOffset(table, options, exposure, names);
        }

        return new TargetInference(table, options).Infer(names, notes);
    }

    /// <exception cref="UsageException">There is no such column, or it is something else too.</exception>
    private static void RequireOffset(Table table, TableOptions options, string exposure, IReadOnlyList<string> targets)
    {
        if (table.Find(exposure) is null)
        {
            throw new UsageException(Suggestion.Unknown("column", exposure, table.Names)) { Settings = [$"Offset = {exposure}"] };
        }

        if (targets.Contains(exposure) || exposure == options.SampleWeight)
        {
            throw new UsageException($"column '{exposure}' is the {(targets.Contains(exposure) ? "target" : "sample weight")}, which cannot be the exposure of its row too") { Settings = [$"Offset = {exposure}"] };
        }
    }

    /// <summary>The target columns that a text names: one by its exact name, even with commas; else those between the commas.</summary>
    /// <exception cref="UsageException">A column that does not exist, or twice the same.</exception>
    public static IReadOnlyList<string> Targets(Table table, string text)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(text);
        return Targets(table, ColumnRoles.Split(table, text));
    }

    /// <summary>The target columns: those named, or the one that looks like it.</summary>
    /// <exception cref="UsageException">A column that does not exist, or no target can be told.</exception>
    public static IReadOnlyList<string> Targets(Table table, IReadOnlyList<string>? named)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (named is { Count: > 0 })
        {
            foreach (string name in named)
            {
                if (!table.Has(name))
                {
                    throw new UsageException(Suggestion.Unknown("column", name, [.. table.Names, .. table.Skipped])) { Settings = [$"Targets = {name}"] };
                }
            }

            return named.Distinct(StringComparer.Ordinal).Count() == named.Count ? named : throw new UsageException($"a target column is named twice: {string.Join(", ", named)}");
        }

        string[] found = [.. DefaultTargets.Where(name => table.Find(name) is not null)];
        return found.Length == 1
            ? found
            : throw new UsageException($"'{table.Source}': {(found.Length == 0 ? "no column" : "more than one column")} is named y, target, label or class; say which is the target, one of: {Suggestion.List(table.Names)}") { Settings = ["Targets"] };
    }

    /// <summary>
    /// The rows that have a target. Without <see cref="TableOptions.DropMissingTargets"/> all must have one; with it the others are left out, and counted.
    /// </summary>
    /// <param name="table">The rows.</param>
    /// <param name="options">Which columns are the target, and what becomes of rows without.</param>
    /// <param name="notes">Where to say how many are left out.</param>
    /// <exception cref="DataException">A row without a target, or no row with one.</exception>
    public static Table WithTargets(Table table, TableOptions options, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        return RowsWithTargets(table, options, notes) is { } kept ? table.Select(kept) : table;
    }

    /// <summary>The rows of <see cref="WithTargets"/>; null: all.</summary>
    internal static int[]? RowsWithTargets(Table table, TableOptions options, Notes? notes)
    {
        Column[] targets = [.. Targets(table, options.Targets).Select(name => table.Find(name)!)];
        int[] kept = [.. Enumerable.Range(0, table.Rows).Where(row => !Array.Exists(targets, column => column.IsMissing(row)))];
        if (kept.Length == table.Rows)
        {
            return null;
        }

        int first = 0;
        while (first < kept.Length && kept[first] == first)
        {
            first++;
        }

        Column column = targets.First(target => target.IsMissing(first));
        if (!options.DropMissingTargets || kept.Length == 0)
        {
            throw TargetEncoder.Missing(table, column, first);
        }

        int dropped = table.Rows - kept.Length;
        notes?.Add(new($"'{table.Source}': {dropped} of {table.Rows} rows are left out, they have no target; the first is row {first}", true, "MissingTarget = drop"));
        return kept;
    }

    /// <summary>
    /// Those of the rows that weigh something: one of weight 0 counts as if it were not there, in means, quantiles, categories and classes too. Where all weigh nothing they
    /// stay, for whoever reads them to say so.
    /// </summary>
    /// <param name="table">The rows.</param>
    /// <param name="options">Which column weighs them.</param>
    /// <param name="notes">Rows that are left out are said here.</param>
    /// <returns>Null: all.</returns>
    internal static int[]? RowsThatCount(Table table, TableOptions options, Notes? notes)
    {
        if (options.SampleWeight is null || table.Find(options.SampleWeight) is not { } column)
        {
            return null;
        }

        var weights = new NumberCells(column, column.IsText ? NumberTexts.Best(column, new(column, null)) : null);
        int[] counted = [.. Enumerable.Range(0, table.Rows).Where(row => weights[row] != 0)];
        if (counted.Length == 0 || counted.Length == table.Rows)
        {
            return null;
        }

        notes?.Add(new($"'{table.Source}': {table.Rows - counted.Length} of {table.Rows} rows weigh nothing and are left out", IsLoss: false, $"SampleWeight = {column.Name}"));
        return counted;
    }
}
