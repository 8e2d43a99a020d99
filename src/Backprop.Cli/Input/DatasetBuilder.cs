using System.Numerics;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Tables;
using Backprop.Tables.Schemas;

namespace Backprop.Cli.Input;

/// <summary>Makes a data set of a source, by a model's schema, or plainly where there is none.</summary>
internal static class DatasetBuilder
{
    /// <summary>Rows for a network that exists: by its schema, by name; or without one, all columns that are not targets, in file order.</summary>
    public static Dataset<T> ForModel<T>(DataSource source, NetworkDefinition network, TableSchema? schema, IReadOnlyList<string>? targets, bool needTargets) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        ForModel<T>(source, network, schema, targets, needTargets, null);

    /// <param name="source">Where the rows are.</param>
    /// <param name="network">The network.</param>
    /// <param name="schema">The model's schema, if it has one.</param>
    /// <param name="targets">Target columns by name, or null.</param>
    /// <param name="needTargets">Whether targets must be there.</param>
    /// <param name="row">The only row of arrays to convert; null: all. What the targets are, classes by label or by index, all rows say.</param>
    private static Dataset<T> ForModel<T>(DataSource source, NetworkDefinition network, TableSchema? schema, IReadOnlyList<string>? targets, bool needTargets, int? row) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (source.Table is null)
        {
            RequireNoTarget(targets);
            return schema is null
                ? OfArrays<T>(source, network.Outputs, needTargets, network.TargetCount == 1 ? TableTask.Regression : TableTask.Auto, row)
                : schema.Transform<T>(Named(source, schema, row), needTargets, network.TargetCount == 1);
        }

        TableSchema used = schema is null ? Plain(source, network, targets, needTargets)
            : targets is null ? schema
            : schema with { Target = schema.Target with { Names = Named(source.Table, targets, schema) } };
        return used.Transform<T>(source.Table, needTargets, network.TargetCount == 1);
    }

    /// <summary>One row for a network that exists. Of arrays only that row is converted: they may be large.</summary>
    /// <exception cref="DataException">There is no such row, or it does not fit.</exception>
    public static Dataset<T> RowForModel<T>(DataSource source, int row, NetworkDefinition network, TableSchema? schema, IReadOnlyList<string>? targets) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (row < 0 || row >= source.Rows)
        {
            throw new DataException($"'{source.Name}': row {row} does not exist, {(source.Rows == 1 ? "only row 0 does" : $"0 to {source.Rows - 1} do")}");
        }

        return source.Table is null
            ? ForModel<T>(source, network, schema, targets, needTargets: true, row)
            : ForModel<T>(source, network, schema, targets, needTargets: true).Select([row]);
    }

    /// <exception cref="UsageException">A target column is named although the data are arrays.</exception>
    public static void RequireNoTarget(IReadOnlyList<string>? targets)
    {
        if (targets is not null)
        {
            throw new UsageException("--target names a column of a table, the data are arrays");
        }
    }

    /// <summary>Whether the outputs say which class it is.</summary>
    public static bool IsClassifier(NetworkDefinition network) =>
        network.Outputs > 1 && (network.Layers[^1].Activation.Name is "softmax" or "log_softmax" || network.Loss.Name is "hinge" or "cross_entropy");

    /// <summary>The schema that a model without one implies.</summary>
    private static TableSchema Plain(DataSource source, NetworkDefinition network, IReadOnlyList<string>? targets, bool needTargets)
    {
        Table table = source.Table!;
        targets ??= source.DefaultTargets;
        IReadOnlyList<string> names = targets is null && !needTargets && !table.Names.Any(column => column is "y" or "target" or "label" or "class")
            ? []
            : SchemaInference.Targets(table, targets);
        if (names.Count > 0 && !needTargets && table.Columns.Count == network.Inputs && targets is null)
        {
            names = [];
        }

        FeatureColumn[] features = [.. table.Columns.Where(column => !names.Contains(column.Name)).Select(column => column.IsText
            ? throw new DataException($"'{table.Source}', column '{column.Name}': text found, numbers expected by a model without a schema")
            : new FeatureColumn(column.Name, FeatureKind.Numeric))];
        TargetColumns target = names.Count == 1 && network.TargetCount > 1
            ? new(names, TargetKind.Class, [.. Enumerable.Range(0, network.Outputs).Select(c => c.ToString())])
            : new(names.Count == 0 ? ["(none)"] : names, TargetKind.Values);
        return new(features, target);
    }

    private static IReadOnlyList<string> Named(Table table, IReadOnlyList<string> targets, TableSchema schema)
    {
        IReadOnlyList<string> names = SchemaInference.Targets(table, targets);
        return names.Count == schema.Target.Names.Count ? names : throw new UsageException($"--target names {names.Count} columns, the model has {schema.Target.Names.Count}");
    }

    /// <summary>Arrays as a table: x0, x1, …, and y, or y0, y1, ….</summary>
    public static Table Named(DataSource source, TableTask task)
    {
        NumericArray x = source.X!, y = source.Y ?? throw new DataException($"'{source.Name}' has no targets: y is missing");
        bool labels = AreClasses(y, task);
        if (labels)
        {
            ClassIndices(y);
        }

        return new(source.Name,
        [
            .. Enumerable.Range(0, x.Columns).Select(c => new Column($"x{c}", ColumnType.Real, Cells(x, c))),
            .. Enumerable.Range(0, y.Columns).Select(c => new Column(y.Columns == 1 ? "y" : $"y{c}", labels ? ColumnType.Integer : ColumnType.Real, Cells(y, c))),
        ]);
    }

    /// <summary>Arrays for a model with a schema: its columns, one after the other.</summary>
    private static Table Named(DataSource source, TableSchema schema, int? row)
    {
        if (source.X!.Columns != schema.Columns.Count || schema.Columns.Any(column => column.Kind == FeatureKind.Categorical))
        {
            throw new DataException($"'{source.Name}' has {source.X.Columns} columns without names, the model takes {string.Join(", ", schema.Columns.Select(column => column.Name))}{(schema.Columns.Count == source.X.Columns ? ", some of them text" : "")}");
        }

        List<Column> columns = [.. schema.Columns.Select((column, c) => new Column(column.Name, ColumnType.Real, Cells(One(source.X, row), c)))];
        if (source.Y is { } y)
        {
            if (y.Columns != schema.Target.Names.Count)
            {
                throw new DataException($"'{source.Name}' has {y.Columns} target values in a row, the model {schema.Target.Names.Count}");
            }

            IEnumerable<Column> values = schema.Target.Names.Select((name, t) => Target(name, Cells(y, t), schema.Target.Labels));
            columns.AddRange(row is { } only ? values.Select(column => column.Only(only)) : values);
        }

        return new(source.Name, columns);
    }

    /// <summary>Classes by their labels where the labels are such numbers, else by their indices.</summary>
    private static Column Target(string name, double[] cells, IReadOnlyList<string>? labels)
    {
        var column = new Column(name, ColumnType.Integer, cells);
        bool named = labels is null || Enumerable.Range(0, cells.Length).All(row => labels.Contains(column.Text(row)));
        return named ? column : new Column(name, [.. cells.Select((value, row) => value >= 0 && value < labels!.Count && value == Math.Floor(value)
            ? (string?)labels[(int)value]
            : throw new DataException($"row {row}: class {value} found, one of {string.Join(", ", labels!)} expected, or its index"))]);
    }

    private static NumericArray One(NumericArray array, int? row) =>
        row is { } r ? array with { Shape = [1, .. array.Shape.Skip(1)], Values = array.Values[(r * array.Columns)..((r + 1) * array.Columns)] } : array;

    private static double[] Cells(NumericArray array, int column) => [.. Enumerable.Range(0, array.Rows).Select(row => array.Values[(row * array.Columns) + column])];

    /// <summary>Arrays: integer targets are classes, others values, unless it is said otherwise.</summary>
    /// <param name="source">The arrays.</param>
    /// <param name="classes">The classes of a network that exists; null: as many as there are.</param>
    /// <param name="needTargets">Whether y must be there.</param>
    /// <param name="task">Class or value.</param>
    /// <param name="row">The only row to convert; null: all.</param>
    public static Dataset<T> OfArrays<T>(DataSource source, int? classes, bool needTargets, TableTask task, int? row = null) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NumericArray x = One(source.X!, row);
        Targets<T> targets = Targets<T>.None;
        if (source.Y is { } y)
        {
            targets = AreClasses(y, task) ? Classes<T>(y, classes) : Targets<T>.Values(y.ToFinite<T>(), y.Columns);
        }
        else if (needTargets)
        {
            throw new DataException($"'{source.Name}' has no targets: y is missing");
        }

        return new(x.Rows, x.Columns, x.ToFinite<T>(), row is { } only ? targets.Select([only]) : targets);
    }

    /// <summary>Integers are classes, however many.</summary>
    public static bool AreClasses(NumericArray y, TableTask task) => y.Columns == 1 && task switch { TableTask.Regression => false, TableTask.Classification => true, _ => y.IsInteger };

    private static Targets<T> Classes<T>(NumericArray y, int? count) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] classes = ClassIndices(y);
        int bad = Array.FindIndex(classes, c => c >= count);
        return bad >= 0
            ? throw new DataException($"'{y.Source}', row {bad}: class {classes[bad]} found, the network has 0 to {count - 1}")
            : Targets<T>.Classes(classes, count ?? classes.Max() + 1);
    }

    private static int[] ClassIndices(NumericArray y) => [.. y.Values.Select((value, row) => value is >= 0 and < NetworkDefinition.MaxWidth && value == Math.Floor(value)
        ? (int)value
        : throw new DataException($"'{y.Source}', row {row}: class {value} found, a whole number of at least 0 expected"))];
}
