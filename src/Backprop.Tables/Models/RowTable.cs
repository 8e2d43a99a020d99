using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Reflection;
using Backprop.Tables.Reading;

namespace Backprop.Tables.Models;

/// <summary>Objects and arrays as columns.</summary>
internal static class RowTable
{
    private const long ExactIntegers = 1L << 53;

    /// <summary>Numbers, text, truth values, dates, enumerations, and each of them where it may be null; texts and numbers mean what they mean as the cells of a file.</summary>
    /// <param name="rows">The objects.</param>
    /// <param name="reading">What stands for a missing cell, and what is known of columns; null: nothing is.</param>
    /// <param name="notes">Takes what is in doubt.</param>
    /// <exception cref="DataException">No rows, no property that is a column, a row that is null, a number that is not finite.</exception>
    public static Table Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRow>(IEnumerable<TRow> rows, ReadingOptions? reading = null, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        string source = SourceOf<TRow>();
        PropertyInfo[] properties = [.. typeof(TRow).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property is { CanRead: true } && property.GetIndexParameters().Length == 0)];
        if (properties.Length == 0)
        {
            throw new DataException($"'{source}' has no public property that could be a column");
        }

        TRow[] all = [.. rows];
        reading = reading?.For([.. properties.Select(property => property.Name)]);
        ILookup<bool, PropertyInfo> skipped = properties.ToLookup(property => reading?.Kind(property.Name) == ColumnReadingKind.Skip);
        PropertyInfo[] used = skipped[false].Any() ? [.. skipped[false]] : properties; // a schema says which are missing
        foreach (PropertyInfo odd in used.Where(property => !IsCell(TypeOf(property)) && reading?.LeavesOut(property.Name) == true).ToArray())
        {
            notes?.Add(ReadingOptions.LeftOut(source, odd.Name, odd.PropertyType.Name));
            used = [.. used.Except([odd])];
        }

        return new(source, [.. used.Select(property => Column(property, all, source, reading, notes))]) { Skipped = [.. properties.Except(used).Select(property => property.Name)] };
    }

    /// <summary>What a table of objects is called.</summary>
    public static string SourceOf<TRow>() => typeof(TRow).Name;

    /// <summary>A column of texts that mean what they mean as the cells of a file.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="texts">Null: missing.</param>
    /// <param name="source">For notes.</param>
    /// <param name="reading">What stands for a missing cell, and what is known of the column; null: nothing is.</param>
    /// <param name="notes">Takes what is in doubt.</param>
    public static Column Texts(string name, string?[] texts, string source, ReadingOptions? reading, Notes? notes)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var codes = new TextCodes(reading, reading?.Of(name));
        return codes.Column(name, Array.ConvertAll(texts, text => codes.Code(text)), reading?.Of(name), notes, source);
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

    private static Column Column<TRow>(PropertyInfo property, TRow[] rows, string source, ReadingOptions? reading, Notes? notes)
    {
        Type type = TypeOf(property);
        if (IsText(type))
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
                    var value => Convert.ToString(value, CultureInfo.InvariantCulture),
                };
            }

            return Texts(property.Name, texts, source, reading, notes);
        }

        if (Number(type) is not { } kind)
        {
            throw new DataException($"'{source}', property '{property.Name}': {type.Name} found, a number, text, a truth value, a date or an enumeration expected");
        }

        var missing = MissingCells.Of(reading, reading?.Of(property.Name));
        double[] numbers = new double[rows.Length];
        bool areExact = true;
        for (int row = 0; row < numbers.Length; row++)
        {
            (double number, string? spelling) = Value(property, rows, row) is { } value ? Number(value) : (double.NaN, null);
            if (double.IsInfinity(number))
            {
                throw new DataException($"'{source}', row {row}, property '{property.Name}': {number.ToString(CultureInfo.InvariantCulture)} found, a finite number expected");
            }

            areExact &= spelling is null || spelling == number.ToString("R", CultureInfo.InvariantCulture);
            numbers[row] = kind != ColumnType.Boolean && missing.Contains(number) ? double.NaN : number;
        }

        return areExact ? new(property.Name, kind, numbers) : Spelled(property, rows, source, reading, notes);
    }

    /// <summary>Numbers that have digits which a double has not.</summary>
    private static Column Spelled<TRow>(PropertyInfo property, TRow[] rows, string source, ReadingOptions? reading, Notes? notes)
    {
        var texts = new TextCodes(reading, reading?.Of(property.Name));
        int[] codes = new int[rows.Length];
        for (int row = 0; row < codes.Length; row++)
        {
            (double number, string? spelling) = Value(property, rows, row) is { } value ? Number(value) : (double.NaN, null);
            codes[row] = double.IsNaN(number) ? TextCodes.Missing : texts.Code(spelling ?? number.ToString("R", CultureInfo.InvariantCulture), number);
        }

        return texts.Column(property.Name, codes, reading?.Of(property.Name), notes, source);
    }

    /// <summary>A number, correctly rounded from its digits; and those, where it may have more of them than a double.</summary>
    private static (double Number, string? Spelling) Number(object value)
    {
        switch (value)
        {
            case long and >= -ExactIntegers and <= ExactIntegers or ulong and <= ExactIntegers:
                return (Convert.ToDouble(value, CultureInfo.InvariantCulture), null);
            case long or ulong or decimal or Int128 or UInt128 or BigInteger:
                string spelling = ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture);
                return (double.Parse(spelling, CultureInfo.InvariantCulture), spelling);
            case Half half:
                return ((double)half, null);
            default:
                return (Convert.ToDouble(value, CultureInfo.InvariantCulture), null);
        }
    }

    private static object? Value<TRow>(PropertyInfo property, TRow[] rows, int row) =>
        property.GetValue(rows[row] is { } present ? present : throw new DataException($"row {row}: null found, an object expected"));

    private static Type TypeOf(PropertyInfo property) => Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;

    private static bool IsCell(Type type) => IsText(type) || Number(type) is not null;

    private static bool IsText(Type type) => type == typeof(string) || type == typeof(char) || type == typeof(Guid) || type.IsEnum || IsDate(type);

    private static bool IsDate(Type type) => type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(DateOnly);

    private static ColumnType? Number(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => ColumnType.Boolean,
        TypeCode.Byte or TypeCode.SByte or TypeCode.Int16 or TypeCode.UInt16 or TypeCode.Int32 or TypeCode.UInt32 or TypeCode.Int64 or TypeCode.UInt64 => ColumnType.Integer,
        TypeCode.Single or TypeCode.Double or TypeCode.Decimal => ColumnType.Real,
        _ => type == typeof(Int128) || type == typeof(UInt128) || type == typeof(BigInteger) ? ColumnType.Integer : type == typeof(Half) ? ColumnType.Real : null,
    };
}
