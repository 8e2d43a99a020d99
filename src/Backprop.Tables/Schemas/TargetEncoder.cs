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
            int count = target.Labels!.Count;
            if (asValue && count > 2)
            {
                throw new UsageException($"'{table.Source}', column '{target.Names[0]}': {(count == 1 ? "1 class" : $"{count} classes")} found ({string.Join(", ", target.Labels.Take(5))}{(count > 5 ? ", …" : "")}), one output tells two apart");
            }

            int[] classes = Classes(target, table);
            return asValue ? Targets<T>.Values(Array.ConvertAll(classes, value => T.CreateTruncating(value)), 1) : Targets<T>.Classes(classes, count);
        }

        int width = target.Names.Count;
        var values = new T[table.Rows * width];
        for (int t = 0; t < width; t++)
        {
            Column column = TableSchema.Require(table, target.Names[t]);
            var cells = new NumberCells(column, target.Formats?[t], takesBooleans: true);
            for (int row = 0; row < table.Rows; row++)
            {
                double number = cells[row];
                var value = T.CreateTruncating(target.Means is null ? number : (number - target.Means[t]) / target.Scales![t]);
                values[(row * width) + t] = T.IsFinite(value) ? value
                    : throw (column.IsMissing(row) ? Missing(table, column, row)
                        : new DataException($"{table.Place(row)}, column '{column.Name}': '{column.Text(row)}' found, a number expected{(double.IsFinite(number) ? " that is not so large" : "")}") { Settings = NumberTexts.Deciders(column.Text(row), target.Formats?[t]) });
            }
        }

        return Targets<T>.Values(values, width);
    }

    /// <summary>The class of each row.</summary>
    /// <param name="target">A class.</param>
    /// <param name="table">The rows.</param>
    /// <param name="passMissing">Whether a row without a target is −1; otherwise it is an error.</param>
    public static int[] Classes(TargetColumns target, Table table, bool passMissing = false)
    {
        Column column = TableSchema.Require(table, target.Names[0]);
        var labels = new LabelIndex(target.Labels!, target.Formats?[0], areClasses: true);
        if (!column.IsText && (column.Type == ColumnType.Boolean || !labels.NumbersDecide))
        {
            column = table.AsWritten([column.Name]).Find(column.Name)!;
        }

        int[] ofCode = [.. column.Values.Select((text, code) => labels.Find(text, column.TypedNumber(code), out _))];
        int[] classes = new int[table.Rows];
        for (int row = 0; row < classes.Length; row++)
        {
            bool isMissing = column.IsMissing(row);
            classes[row] = isMissing ? -1 : column.IsText ? ofCode[column.Codes[row]] : labels.Find(column.Numbers[row]);
            if (classes[row] < 0 && !(isMissing && passMissing))
            {
                throw isMissing ? Missing(table, column, row)
                    : new DataException($"{table.Place(row)}, column '{column.Name}': {Suggestion.Unknown("class", column.Text(row)!, [.. target.Labels!])}");
            }
        }

        return classes;
    }

    public static DataException Missing(Table table, Column column, int row) =>
        new($"{table.Place(row)}, column '{column.Name}': the target is missing") { Settings = ["MissingTarget = drop"] };
}
