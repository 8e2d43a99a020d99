using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;

namespace Backprop.Tables.Models;

/// <summary>Objects and arrays as columns.</summary>
internal static class RowTable
{
    /// <summary>Numbers, text, truth values, dates, enumerations, and each of them where it may be null.</summary>
    /// <exception cref="DataException">No rows, no property that is a column, a row that is null, a number that is not finite.</exception>
    public static Table Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRow>(IEnumerable<TRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        string source = typeof(TRow).Name;
        PropertyInfo[] properties = [.. typeof(TRow).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property is { CanRead: true } && property.GetIndexParameters().Length == 0)];
        if (properties.Length == 0)
        {
            throw new DataException($"'{source}' has no public property that could be a column");
        }

        TRow[] all = [.. rows];
        return new(source, [.. properties.Select(property => Column(property, all, source))]);
    }

    /// <summary>Rows of numbers; NaN is missing.</summary>
    /// <exception cref="DataException">No rows, or of unequal length.</exception>
    public static Table Of(double[][] rows, IReadOnlyList<string>? names, IReadOnlyList<Column> more)
    {
        ArgumentNullException.ThrowIfNull(rows);
        int width = names?.Count ?? (rows.Length == 0 ? 0 : rows[0].Length);
        var columns = new double[width][];
        for (int c = 0; c < width; c++)
        {
            columns[c] = new double[rows.Length];
        }

        for (int row = 0; row < rows.Length; row++)
        {
            if (rows[row].Length != width)
            {
                throw new DataException($"row {row}: {rows[row].Length} numbers found, {width} expected");
            }

            for (int c = 0; c < width; c++)
            {
                columns[c][row] = double.IsInfinity(rows[row][c])
                    ? throw new DataException(string.Create(CultureInfo.InvariantCulture, $"row {row}, column {c}: {rows[row][c]} found, a finite number expected, or NaN where it is missing"))
                    : rows[row][c];
            }
        }

        if (more.FirstOrDefault(column => column.Rows != rows.Length) is { } odd)
        {
            throw new DataException($"{rows.Length} rows of features found, {odd.Rows} of '{odd.Name}'");
        }

        return new("arrays", [.. columns.Select((cells, c) => new Column(names?[c] ?? $"x{c}", ColumnType.Real, cells)), .. more]);
    }

    private static Column Column<TRow>(PropertyInfo property, TRow[] rows, string source)
    {
        Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type == typeof(string) || type == typeof(char) || type == typeof(Guid) || type.IsEnum || IsDate(type))
        {
            string?[] texts = new string?[rows.Length];
            for (int row = 0; row < texts.Length; row++)
            {
                texts[row] = Value(property, rows, row) switch
                {
                    null => null,
                    DateTime date => date.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
                    DateTimeOffset date => date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
                    DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                    var value => Trimmed(Convert.ToString(value, CultureInfo.InvariantCulture)),
                };
            }

            return new(property.Name, texts);
        }

        if (Number(type) is not { } kind)
        {
            throw new DataException($"'{source}', property '{property.Name}': {type.Name} found, a number, text, a truth value, a date or an enumeration expected");
        }

        double[] numbers = new double[rows.Length];
        for (int row = 0; row < numbers.Length; row++)
        {
            numbers[row] = Value(property, rows, row) is { } value ? Convert.ToDouble(value, CultureInfo.InvariantCulture) : double.NaN;
            if (double.IsInfinity(numbers[row]))
            {
                throw new DataException($"'{source}', row {row}, property '{property.Name}': {numbers[row].ToString(CultureInfo.InvariantCulture)} found, a finite number expected");
            }
        }

        return new(property.Name, kind, numbers);
    }

    private static object? Value<TRow>(PropertyInfo property, TRow[] rows, int row) =>
        property.GetValue(rows[row] is { } present ? present : throw new DataException($"row {row}: null found, an object expected"));

    /// <summary>As in files: blanks around do not count, and nothing is missing.</summary>
    private static string? Trimmed(string? text) => text?.Trim() is { Length: > 0 } trimmed ? trimmed : null;

    private static bool IsDate(Type type) => type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(DateOnly);

    private static ColumnType? Number(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => ColumnType.Boolean,
        TypeCode.Byte or TypeCode.SByte or TypeCode.Int16 or TypeCode.UInt16 or TypeCode.Int32 or TypeCode.UInt32 or TypeCode.Int64 or TypeCode.UInt64 => ColumnType.Integer,
        TypeCode.Single or TypeCode.Double or TypeCode.Decimal => ColumnType.Real,
        _ => null,
    };
}
