using System.Globalization;
using System.Numerics;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Tables.Cells;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Models;

/// <summary>Makes a data set of rows, by a model's schema, or plainly where there is none.</summary>
internal static class ModelRows
{
    /// <summary>Rows for a network that exists: by its schema, by name; or without one, all columns that are not targets, in file order.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="network">The network.</param>
    /// <param name="schema">The model's schema, if it has one.</param>
    /// <param name="target">Target columns by name, or null.</param>
    /// <param name="needTargets">Whether targets must be there.</param>
    /// <param name="notes">What is odd about the rows goes here.</param>
    /// <param name="options">What becomes of cells that cannot be read.</param>
    /// <param name="row">The only row of arrays to convert; null: all. What the targets are, classes by label or by index, all rows say.</param>
    public static Dataset<T> Of<T>(SourceRows rows, NetworkDefinition network, TableSchema? schema, string? target, bool needTargets, Notes? notes = null, PredictionOptions? options = null, int? row = null) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool asValue = network.TargetCount == 1;
        bool drops = needTargets && options?.DropMissingTargets == true;
        if (rows.Table is not { } table)
        {
            RequireNoTarget(target);
            rows = drops && row is null ? rows.WithArrayTargets(notes) : rows;
            return schema is null
                ? Plain<T>(rows, network, needTargets, row)
                : schema.Transform<T>(Named(rows, schema, row), needTargets, asValue, notes, options);
        }

        IReadOnlyList<string>? names = NamesOf(table, target);
        TableSchema used = schema is null ? PlainSchema(rows, network, names, needTargets, notes)
            : names is null ? schema
            : schema with { Target = schema.Target with { Names = Bound(RequireCount(names, schema), schema) } };
        if (drops && used.Target.Names.All(name => table.Find(name) is not null))
        {
            table = options!.BadCells == BadCells.Missing ? BadCellRows.TargetsAsMissing(table, used.Target, notes) : table;
            table = SchemaInference.WithTargets(table, new() { Targets = used.Target.Names, DropMissingTargets = true }, notes);
        }

        return used.Transform<T>(table, needTargets, asValue, notes, options);
    }

    /// <summary>One row, whatever the others are. Of arrays only that row is converted: they may be large.</summary>
    /// <exception cref="DataException">There is no such row, or it does not fit.</exception>
    public static Dataset<T> One<T>(SourceRows rows, int row, NetworkDefinition network, TableSchema? schema, string? target, Notes? notes = null, PredictionOptions? options = null) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (row < 0 || row >= rows.Count)
        {
            throw new DataException($"'{rows.Name}': row {row} does not exist, {(rows.Count == 1 ? "only row 0 does" : $"0 to {rows.Count - 1} do")}");
        }

        return rows.Table is { } table
            ? Of<T>(rows with { Table = table.Select([row]) }, network, schema, target, needTargets: true, notes, options)
            : Of<T>(rows, network, schema, target, needTargets: true, notes, options, row);
    }

    /// <summary>The same rows without targets, which may be there or not, and whose cells may hold anything.</summary>
    public static SourceRows WithoutTargets(SourceRows rows, NetworkDefinition network, TableSchema? schema, string? target)
    {
        if (rows.Table is not { } table)
        {
            RequireNoTarget(target);
            return rows with { Y = null };
        }

        IReadOnlyList<string> names = NamesOf(table, target) ?? schema?.Target.Names ?? rows.DefaultTargets ?? [];
        Column[] left = [.. table.Columns.Where(column => !names.Contains(column.Name) && column.Name != schema?.SampleWeight)];
        if (schema is null && names.Count == 0 && left.Length == network.Inputs + 1)
        {
            left = [.. left.Where(column => !IsUsual(column.Name))];
        }

        return rows with { Table = table.With(left), DefaultTargets = null };
    }

    /// <exception cref="UsageException">A target column is named although the data are arrays.</exception>
    public static void RequireNoTarget(string? target)
    {
        if (target is not null)
        {
            throw new UsageException("the target is a column of a table, the data are arrays") { Settings = ["Target"] };
        }
    }

    /// <summary>Whether the outputs say which class it is.</summary>
    public static bool IsClassifier(NetworkDefinition network) =>
        network.Outputs > 1 && (network.Layers[^1].Activation.Name is "softmax" or "log_softmax" || network.Loss.Name is "hinge" or "cross_entropy");

    /// <summary>Arrays as a table: x0, x1, …, and the targets.</summary>
    public static Table Named(SourceRows rows) => new(rows.Name,
    [
        .. Enumerable.Range(0, rows.X!.Columns).Select(c => new Column($"x{c}", ColumnType.Real, Cells(rows.X, c))),
        .. TargetTable(rows).Columns,
    ]);

    /// <summary>The targets of arrays as a table: y, or y0, y1, ….</summary>
    /// <exception cref="DataException">There are none.</exception>
    public static Table TargetTable(SourceRows rows) =>
        new(rows.Y?.Source ?? rows.Name, [.. TargetNamesOf(rows).Select((name, c) => new Column(name, ColumnType.Real, Cells(rows.Y!, c)))]);

    /// <summary>What targets of arrays are called.</summary>
    /// <exception cref="DataException">There are none.</exception>
    public static IReadOnlyList<string> TargetNamesOf(SourceRows rows) =>
        rows.Y is not { } y ? throw NoTargets(rows) : y.Columns == 1 ? ["y"] : [.. Enumerable.Range(0, y.Columns).Select(c => $"y{c}")];

    /// <summary>Classes that are their own indices.</summary>
    /// <param name="y">The targets.</param>
    /// <param name="count">The classes of a network that exists; null: as many as there are.</param>
    /// <exception cref="DataException">A target that is no index, or none of the network's.</exception>
    public static Targets<T> Classes<T>(NumericArray y, int? count) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] classes = [.. y.Values.Select((value, row) => value is >= 0 and < NetworkDefinition.MaxWidth && value == Math.Floor(value)
            ? (int)value
            : throw new DataException(string.Create(CultureInfo.InvariantCulture, $"'{y.Source}', row {row}: class {value} found, a whole number of at least 0 expected")))];
        int bad = Array.FindIndex(classes, c => c >= count);
        return bad >= 0
            ? throw new DataException($"'{y.Source}', row {bad}: class {classes[bad]} found, the network has 0 to {count - 1}")
            : Targets<T>.Classes(classes, count ?? classes.Max() + 1);
    }

    /// <summary>Features of arrays as they are, targets by a network without a schema: an index of a class, or values.</summary>
    private static Dataset<T> Plain<T>(SourceRows rows, NetworkDefinition network, bool needTargets, int? row) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NumericArray x = Only(rows.X!, row);
        Targets<T> targets = rows.Y is not { } y ? needTargets ? throw NoTargets(rows) : Targets<T>.None
            : y.Columns == 1 && network.TargetCount > 1 ? Classes<T>(y, network.Outputs)
            : Targets<T>.Values(y.ToFinite<T>(), y.Columns);
        return new(x.Rows, x.Columns, x.ToFinite<T>(), row is { } only && !targets.IsEmpty ? targets.Select([only]) : targets);
    }

    /// <summary>The schema that a model without one implies.</summary>
    private static TableSchema PlainSchema(SourceRows rows, NetworkDefinition network, IReadOnlyList<string>? targets, bool needTargets, Notes? notes)
    {
        Table table = rows.Table!;
        targets ??= rows.DefaultTargets;
        IReadOnlyList<string> names = targets is null && !needTargets && !table.Names.Any(IsUsual)
            ? []
            : SchemaInference.Targets(table, targets);
        if (names.Count > 0 && !needTargets && table.Columns.Count == network.Inputs && targets is null)
        {
            names = [];
        }

        FeatureColumn[] features = [.. table.Columns.Where(column => !names.Contains(column.Name)).Select(column => column.IsText
            ? throw new DataException($"'{table.Source}', column '{column.Name}': text found, numbers expected by a model without a schema")
            : new FeatureColumn(column.Name, FeatureKind.Numeric))];
        if (table.Columns.Any(column => column.Format is { } format && format != NumberFormat.Plain))
        {
            notes?.Add(new($"'{table.Source}': the model has no schema, so columns are taken in file order and numbers as they look", IsLoss: false, "Decimal") { IsGuess = true });
        }

        TargetColumns target = names.Count == 1 && network.TargetCount > 1
            ? new(names, TargetKind.Class, [.. Enumerable.Range(0, network.Outputs).Select(c => c.ToString(CultureInfo.InvariantCulture))])
            : new(names.Count == 0 ? ["(none)"] : names, TargetKind.Values);
        return new(features, target);
    }

    private static IReadOnlyList<string>? NamesOf(Table table, string? target) => target is null ? null
        : target.AsSpan().Trim(", ").IsEmpty ? throw new UsageException("the target names no column") { Settings = ["Target"] }
        : SchemaInference.Targets(table, target);

    /// <summary>Targets by name: where they are those of the model, each is compared with its own output, however they are listed.</summary>
    internal static IReadOnlyList<string> Bound(IReadOnlyList<string> names, TableSchema schema) =>
        names.ToHashSet(StringComparer.Ordinal).SetEquals(schema.Target.Names) ? schema.Target.Names : names;

    /// <summary>Whether a column of this name is the target unless it is said otherwise.</summary>
    private static bool IsUsual(string column) => column is "y" or "target" or "label" or "class";

    private static IReadOnlyList<string> RequireCount(IReadOnlyList<string> names, TableSchema schema) => names.Count == schema.Target.Names.Count
        ? names
        : throw new UsageException($"{names.Count} target columns are named, the model has {schema.Target.Names.Count}") { Settings = ["Target"] };

    /// <summary>Arrays for a model with a schema: its columns, one after the other.</summary>
    private static Table Named(SourceRows rows, TableSchema schema, int? row)
    {
        if (rows.X!.Columns != schema.Columns.Count || schema.Columns.Any(column => column.Kind is FeatureKind.Categorical or FeatureKind.Date))
        {
            throw new DataException($"'{rows.Name}' has {rows.X.Columns} columns without names, the model takes {string.Join(", ", schema.Columns.Select(column => column.Name))}{(schema.Columns.Count == rows.X.Columns ? ", some of them text or dates" : "")}");
        }

        NumericArray x = Only(rows.X, row);
        List<Column> columns = [.. schema.Columns.Select((column, c) => new Column(column.Name, ColumnType.Real, Cells(x, c)))];
        if (rows.Y is { } y)
        {
            if (y.Columns != schema.Target.Names.Count)
            {
                throw new DataException($"'{rows.Name}' has {y.Columns} target values in a row, the model {schema.Target.Names.Count}");
            }

            IEnumerable<Column> values = schema.Target.Names.Select((name, t) => Target(name, Cells(y, t), schema.Target.Labels));
            columns.AddRange(row is { } only ? values.Select(column => column.Only(only)) : values);
        }

        return new(rows.Name, columns);
    }

    /// <summary>Classes by their labels where the labels are such numbers, else by their indices.</summary>
    private static Column Target(string name, double[] cells, IReadOnlyList<string>? labels)
    {
        LabelIndex? known = labels is null ? null : new(labels);
        return known is null || Array.TrueForAll(cells, value => known.Find(value) >= 0) ? new(name, ColumnType.Real, cells) : new Column(name, [.. cells.Select((value, row) => value >= 0 && value < labels!.Count && value == Math.Floor(value)
            ? (string?)labels[(int)value]
            : throw new DataException(string.Create(CultureInfo.InvariantCulture, $"row {row}: class {value} found, one of {string.Join(", ", labels!)} expected, or its index")))]);
    }

    private static NumericArray Only(NumericArray array, int? row) =>
        row is { } r ? array with { Shape = [1, .. array.Shape.Skip(1)], Values = array.Values[(r * array.Columns)..((r + 1) * array.Columns)] } : array;

    private static double[] Cells(NumericArray array, int column)
    {
        double[] cells = new double[array.Rows];
        for (int row = 0; row < cells.Length; row++)
        {
            cells[row] = array.Values[(row * array.Columns) + column];
        }

        return cells;
    }

    private static DataException NoTargets(SourceRows rows) => new($"'{rows.Name}' has no targets: y is missing");
}
