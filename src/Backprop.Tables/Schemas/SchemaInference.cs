namespace Backprop.Tables.Schemas;

/// <summary>Makes a schema of a table. Statistics are taken in row order, in double: the same schema on every machine.</summary>
public static class SchemaInference
{
    /// <summary>More categories than this are taken for identifiers and ignored.</summary>
    private const int MaxCategories = 100;

    /// <summary>Integers of at most this many different values are classes.</summary>
    private const int MaxIntegerClasses = 20;

    private static readonly string[] s_defaultTargets = ["y", "target", "label", "class"];

    /// <summary>A schema for a table.</summary>
    /// <exception cref="UsageException">A column that does not exist, or no target can be told.</exception>
    /// <exception cref="DataException">A column that cannot be used.</exception>
    public static TableSchema Infer(Table table, TableOptions options)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<string> targets = Targets(table, options.Targets);
        if (options.SampleWeight is { } weight && table.Find(weight) is null)
        {
            throw new UsageException(Suggestion.Unknown("column", weight, table.Names));
        }

        IReadOnlyList<int> rows = options.TrainingRows ?? [.. Enumerable.Range(0, table.Rows)];
        FeatureColumn[] columns = [.. table.Columns
            .Where(column => !targets.Contains(column.Name) && column.Name != options.SampleWeight)
            .Select(column => options.Preprocess ? Encode(table, column, rows) : AsItIs(table, column))];
        return new(columns, Target(table, targets, options, rows), options.SampleWeight);
    }

    /// <summary>The target columns: those named, or the one that looks like it.</summary>
    /// <exception cref="UsageException">A column that does not exist, or no target can be told.</exception>
    public static IReadOnlyList<string> Targets(Table table, IReadOnlyList<string>? named)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (named is not null)
        {
            foreach (string name in named)
            {
                if (table.Find(name) is null)
                {
                    throw new UsageException(Suggestion.Unknown("column", name, table.Names));
                }
            }

            return named.Distinct(StringComparer.Ordinal).Count() == named.Count ? named : throw new UsageException($"a target column is named twice: {string.Join(", ", named)}");
        }

        string[] found = [.. table.Names.Where(name => s_defaultTargets.Contains(name))];
        return found.Length == 1
            ? found
            : throw new UsageException($"'{table.Source}': {(found.Length == 0 ? "no column" : "more than one column")} is named y, target, label or class; say --target with one of: {string.Join(", ", table.Names)}");
    }

    private static TargetColumns Target(Table table, IReadOnlyList<string> names, TableOptions options, IReadOnlyList<int> rows)
    {
        if (names.Count == 1 && IsClass(table.Find(names[0])!, options.Task))
        {
            return new(names, TargetKind.Class, Labels(table.Find(names[0])!));
        }

        Column[] columns = [.. names.Select(name => table.Find(name)!)];
        if (columns.FirstOrDefault(column => column.IsText) is { } text)
        {
            throw new DataException($"'{table.Source}', column '{text.Name}': text found ('{FirstText(text)}'), numbers expected as target values");
        }

        if (names.Count > 1 && columns.All(column => Enumerable.Range(0, column.Rows).All(row => column.Number(row) is 0 or 1)))
        {
            return new(names, TargetKind.Flags);
        }

        if (!options.ScaleTargets)
        {
            return new(names, TargetKind.Values);
        }

        (double Mean, double Deviation)[] moments = [.. columns.Select(column => Moments(table, column, rows))];
        return new(names, TargetKind.Values, null, [.. moments.Select(m => m.Mean)], [.. moments.Select(m => m.Deviation > 0 ? m.Deviation : 1)]);
    }

    private static bool IsClass(Column column, TableTask task) => task switch
    {
        TableTask.Classification => true,
        TableTask.Regression => false,
        _ => column.Type is ColumnType.Text or ColumnType.Boolean || (column.Type == ColumnType.Integer && Labels(column).Count <= MaxIntegerClasses),
    };

    /// <summary>The different values: numbers by size, text by its characters.</summary>
    private static List<string> Labels(Column column)
    {
        IEnumerable<int> rows = Enumerable.Range(0, column.Rows).Where(row => !column.IsMissing(row));
        return column.IsText || column.Type == ColumnType.Boolean
            ? [.. rows.Select(row => column.Text(row)!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]
            : [.. rows.Select(column.Number).Distinct().Order().Select(value => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture))];
    }

    private static FeatureColumn AsItIs(Table table, Column column) => column.IsText
        ? throw new DataException($"'{table.Source}', column '{column.Name}': text found ('{FirstText(column)}'), numbers expected with --preprocess none")
        : new(column.Name, FeatureKind.Numeric);

    private static FeatureColumn Encode(Table table, Column column, IReadOnlyList<int> rows)
    {
        int present = rows.Count(row => !column.IsMissing(row));
        bool flags = present < rows.Count;
        if (present == 0)
        {
            return new(column.Name, FeatureKind.Ignored, Why: "every cell is empty");
        }

        if (!column.IsText)
        {
            (double mean, double deviation) = Moments(table, column, rows);
            return new(column.Name, FeatureKind.Numeric, mean, deviation > 0 ? deviation : 1, Median(column, rows), flags);
        }

        string[] texts = [.. rows.Where(row => !column.IsMissing(row)).Select(row => column.Text(row)!)];
        int numbers = texts.Count(text => double.TryParse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _));
        if (numbers < texts.Length && numbers >= 0.9 * texts.Length)
        {
            int row = Enumerable.Range(0, table.Rows).First(r => !column.IsMissing(r) && double.IsNaN(column.Number(r)));
            throw new DataException($"'{table.Source}', row {row}, column '{column.Name}': '{column.Text(row)}' found, a number expected as in the other rows");
        }

        string[] categories = [.. texts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return categories.Length > MaxCategories || (categories.Length > 10 && categories.Length > 0.5 * texts.Length)
            ? new(column.Name, FeatureKind.Ignored, Why: $"{categories.Length} different texts in {texts.Length} rows")
            : new(column.Name, FeatureKind.Categorical, FlagsMissing: flags, Categories: categories);
    }

    /// <summary>Mean and population standard deviation of the present cells (Welford).</summary>
    private static (double Mean, double Deviation) Moments(Table table, Column column, IReadOnlyList<int> rows)
    {
        double mean = 0, squares = 0;
        long count = 0;
        foreach (int row in rows)
        {
            double value = column.Number(row);
            if (!double.IsNaN(value))
            {
                double before = value - mean;
                mean += before / ++count;
                squares += before * (value - mean);
            }
        }

        if (!double.IsFinite(mean) || !double.IsFinite(squares))
        {
            int worst = rows.Where(row => !column.IsMissing(row)).MaxBy(row => Math.Abs(column.Number(row)));
            throw new DataException($"'{table.Source}', row {worst}, column '{column.Name}': '{column.Text(worst)}' found, which is too large to take a mean and a deviation of");
        }

        return (mean, count == 0 ? 0 : Math.Sqrt(squares / count));
    }

    private static double Median(Column column, IReadOnlyList<int> rows)
    {
        double[] values = [.. rows.Select(column.Number).Where(value => !double.IsNaN(value)).Order()];
        int middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (0.5 * values[middle - 1]) + (0.5 * values[middle]);
    }

    private static string? FirstText(Column column) => Enumerable.Range(0, column.Rows).Select(column.Text).FirstOrDefault(text => text is not null);
}
