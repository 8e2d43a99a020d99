using System.Numerics;

namespace Backprop.Tables.Schemas;

/// <summary>Writes one column's features.</summary>
internal static class FeatureEncoder
{
    public static void Write<T>(FeatureColumn spec, Table table, Column column, T[] features, int width, int offset) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Dictionary<string, int>? categories = spec.Categories?.Select((name, index) => (name, index)).ToDictionary(pair => pair.name, pair => pair.index, StringComparer.Ordinal);
        for (int row = 0; row < table.Rows; row++)
        {
            Span<T> cells = features.AsSpan((row * width) + offset, spec.FeatureCount);
            bool missing = column.IsMissing(row);
            if (missing && spec.FlagsMissing)
            {
                cells[^1] = T.One;
            }

            if (categories is not null)
            {
                if (!missing && categories.TryGetValue(column.Text(row)!, out int category))
                {
                    cells[category] = T.One;
                }

                continue;
            }

            double number = missing ? spec.Imputed : column.Number(row);
            cells[0] = T.CreateTruncating((number - spec.Mean) / spec.Scale);
            if (!T.IsFinite(cells[0]))
            {
                throw new DataException(missing
                    ? $"'{table.Source}', row {row}, column '{column.Name}': the cell is empty, a number expected (only --preprocess auto fills gaps)"
                    : $"'{table.Source}', row {row}, column '{column.Name}': '{column.Text(row)}' found, a number expected{(double.IsFinite(number) ? " that is not so large" : "")}");
            }
        }
    }
}
