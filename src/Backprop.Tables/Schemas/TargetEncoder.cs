using System.Numerics;
using Backprop.Data;

namespace Backprop.Tables.Schemas;

/// <summary>Reads the target columns.</summary>
internal static class TargetEncoder
{
    public static Targets<T> Read<T>(TargetColumns target, Table table, bool asValue) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (target.Kind == TargetKind.Class)
        {
            Column column = TableSchema.Require(table, target.Names[0]);
            Dictionary<string, int> labels = target.Labels!.Select((name, index) => (name, index)).ToDictionary(pair => pair.name, pair => pair.index, StringComparer.Ordinal);
            if (asValue && labels.Count > 2)
            {
                throw new UsageException($"'{table.Source}', column '{column.Name}': {labels.Count} classes found ({string.Join(", ", target.Labels!.Take(5))}{(labels.Count > 5 ? ", …" : "")}), one output tells two apart");
            }

            int[] classes = new int[table.Rows];
            for (int row = 0; row < classes.Length; row++)
            {
                string label = column.Text(row) ?? throw Missing(table, column, row);
                classes[row] = labels.TryGetValue(label, out int index)
                    ? index
                    : throw new DataException($"'{table.Source}', row {row}, column '{column.Name}': {Suggestion.Unknown("class", label, [.. target.Labels!])}");
            }

            return asValue
                ? Targets<T>.Values(Array.ConvertAll(classes, value => T.CreateTruncating(value)), 1)
                : Targets<T>.Classes(classes, target.Labels!.Count);
        }

        int width = target.Names.Count;
        var values = new T[table.Rows * width];
        for (int t = 0; t < width; t++)
        {
            Column column = TableSchema.Require(table, target.Names[t]);
            for (int row = 0; row < table.Rows; row++)
            {
                double number = column.Number(row);
                var value = T.CreateTruncating(target.Means is null ? number : (number - target.Means[t]) / target.Scales![t]);
                values[(row * width) + t] = T.IsFinite(value) ? value
                    : throw (column.IsMissing(row) ? Missing(table, column, row)
                        : new DataException($"'{table.Source}', row {row}, column '{column.Name}': '{column.Text(row)}' found, a number expected{(double.IsFinite(number) ? " that is not so large" : "")}"));
            }
        }

        return Targets<T>.Values(values, width);
    }

    private static DataException Missing(Table table, Column column, int row) =>
        new($"'{table.Source}', row {row}, column '{column.Name}': the target is empty");
}
