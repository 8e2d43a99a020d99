using System.Data.Common;
using System.Globalization;

namespace Backprop.Tables.Reading;

/// <summary>The cells of a query's rows, as numbers and texts.</summary>
internal static class CellReader
{
    /// <summary>Reads all rows.</summary>
    /// <param name="reader">The rows, in order.</param>
    /// <param name="described">Their columns.</param>
    /// <param name="source">For messages.</param>
    /// <param name="most">The most bytes that the cells may take.</param>
    /// <exception cref="DataException">A number that is not finite, or too many cells.</exception>
    public static Table Read(DbDataReader reader, List<(string Name, string Type)> described, string source, long most)
    {
        var strings = new Dictionary<string, string>(StringComparer.Ordinal);
        long bytes = 0;
        ColumnType[] types = [.. described.Select(column => TypeOf(column.Name, column.Type, source))];
        var numbers = new List<double>[types.Length];
        var texts = new List<string?>[types.Length];
        for (int c = 0; c < types.Length; c++)
        {
            numbers[c] = [];
            texts[c] = [];
        }

        for (int row = 0; reader.Read(); row++)
        {
            for (int c = 0; c < types.Length; c++)
            {
                bool missing = reader.IsDBNull(c);
                if ((bytes += sizeof(double)) > most)
                {
                    throw new DataException($"'{source}', row {row}: the cells take more than {most} bytes, no such file packs so well");
                }

                if (types[c] == ColumnType.Text)
                {
                    string? text = missing ? null : reader.GetString(c);
                    if (text is not null && strings.TryAdd(text, text))
                    {
                        bytes += 64 + (2L * text.Length);
                    }

                    texts[c].Add(text is null ? null : strings[text]);
                    continue;
                }

                double number = missing ? double.NaN : types[c] == ColumnType.Boolean ? (reader.GetBoolean(c) ? 1 : 0) : reader.GetDouble(c);
                if (!missing && !double.IsFinite(number))
                {
                    throw new DataException($"'{source}', row {row}, column '{described[c].Name}': {number.ToString(CultureInfo.InvariantCulture)} found, a finite number expected, or an empty cell where it is missing");
                }

                numbers[c].Add(number);
            }
        }

        return new(source, [.. types.Select((type, c) => type == ColumnType.Text
            ? new Column(described[c].Name, [.. texts[c]])
            : new Column(described[c].Name, type, [.. numbers[c]]))]);
    }

    private static ColumnType TypeOf(string name, string type, string source) => type switch
    {
        "BOOLEAN" => ColumnType.Boolean,
        "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "HUGEINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT" or "UHUGEINT" => ColumnType.Integer,
        "FLOAT" or "DOUBLE" => ColumnType.Real,
        _ when type.StartsWith("DECIMAL", StringComparison.Ordinal) => ColumnType.Real,
        _ when type.Contains('[', StringComparison.Ordinal) || type.StartsWith("STRUCT", StringComparison.Ordinal) || type.StartsWith("MAP", StringComparison.Ordinal) || type.StartsWith("UNION", StringComparison.Ordinal) || type == "BLOB" =>
            throw new DataException($"'{source}', column '{name}': {type} found, numbers or text expected"),
        _ => ColumnType.Text,
    };

    /// <summary>A column as text, or as a number.</summary>
    public static string Expression(string name, string type, string source) => TypeOf(name, type, source) switch
    {
        ColumnType.Boolean => DuckDb.Identifier(name),
        ColumnType.Text => $"CAST({DuckDb.Identifier(name)} AS VARCHAR)",
        _ => $"CAST({DuckDb.Identifier(name)} AS DOUBLE)",
    };
}
