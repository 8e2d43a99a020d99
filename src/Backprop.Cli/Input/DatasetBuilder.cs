using System.Numerics;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Tables;

namespace Backprop.Cli.Input;

/// <summary>Makes a data set of a source, by a model's schema, or plainly where there is none.</summary>
internal static class DatasetBuilder
{
    /// <summary>Rows for a network that exists: by its schema, by name; or without one, all columns that are not targets, in file order.</summary>
    public static Dataset<T> ForModel<T>(DataSource source, NetworkDefinition network, TableSchema? schema, IReadOnlyList<string>? targets, bool needTargets) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool asValue = network.TargetCount == 1;
        if (source.Table is null)
        {
            return OfArrays<T>(source, IsClassifier(network) ? network.Outputs : null, needTargets);
        }

        if (schema is not null)
        {
            return (targets is null ? schema : schema with { Target = schema.Target with { Names = Named(source.Table, targets, schema) } }).Transform<T>(source.Table, needTargets, asValue);
        }

        return Plain(source, network, targets, needTargets).Transform<T>(source.Table, needTargets, asValue);
    }

    /// <summary>Whether one target column is a class for this network.</summary>
    public static bool IsClassifier(NetworkDefinition network) =>
        network.Outputs > 1 && (network.Layers[^1].Activation.Name is "softmax" or "log_softmax" || network.Loss.Name is "hinge" or "cross_entropy");

    /// <summary>The schema that a model without one implies.</summary>
    public static TableSchema Plain(DataSource source, NetworkDefinition network, IReadOnlyList<string>? targets, bool needTargets)
    {
        Table table = source.Table!;
        targets ??= source.DefaultTarget is { } name ? [name] : null;
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
        TargetColumns target = names.Count == 1 && IsClassifier(network)
            ? new(names, TargetKind.Class, [.. Enumerable.Range(0, network.Outputs).Select(c => c.ToString())])
            : new(names.Count == 0 ? ["(none)"] : names, TargetKind.Values);
        return new(features, target);
    }

    private static IReadOnlyList<string> Named(Table table, IReadOnlyList<string> targets, TableSchema schema)
    {
        IReadOnlyList<string> names = SchemaInference.Targets(table, targets);
        return names.Count == schema.Target.Names.Count ? names : throw new UsageException($"--target names {names.Count} columns, the model has {schema.Target.Names.Count}");
    }

    /// <summary>Arrays: integer targets are classes, others values; the pixels of images are scaled to 0 … 1.</summary>
    /// <param name="source">The arrays.</param>
    /// <param name="classes">The classes of a network that exists; null: as many as there are.</param>
    /// <param name="needTargets">Whether y must be there.</param>
    /// <param name="asValues">Whether integers are values all the same.</param>
    public static Dataset<T> OfArrays<T>(DataSource source, int? classes, bool needTargets, bool asValues = false) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NumericArray x = source.X!;
        bool isImage = x.IsPixels;
        T[] features = x.ToFinite<T>(1);
        if (isImage)
        {
            T most = T.CreateTruncating(255);
            for (int n = 0; n < features.Length; n++)
            {
                features[n] /= most;
            }
        }

        Targets<T> targets = Targets<T>.None;
        if (source.Y is { } y)
        {
            targets = y.IsInteger && y.Columns == 1 && !asValues ? Classes<T>(y, classes) : Targets<T>.Values(y.ToFinite<T>(), y.Columns);
        }
        else if (needTargets)
        {
            throw new DataException($"'{source.Name}' has no targets: y is missing");
        }

        return new(x.Rows, x.Columns, features, targets);
    }

    private static Targets<T> Classes<T>(NumericArray y, int? count) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] classes = new int[y.Rows];
        for (int row = 0; row < classes.Length; row++)
        {
            classes[row] = y.Values[row] is >= 0 and < NetworkDefinition.MaxWidth
                ? (int)y.Values[row]
                : throw new DataException($"'{y.Source}', row {row}: class {y.Values[row]} found, a whole number of at least 0 expected");
            if (classes[row] >= count)
            {
                throw new DataException($"'{y.Source}', row {row}: class {classes[row]} found, the network has 0 to {count - 1}");
            }
        }

        return Targets<T>.Classes(classes, count ?? classes.Max() + 1);
    }
}
