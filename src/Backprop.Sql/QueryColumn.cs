using System.Data.Common;
using System.Globalization;
using Backprop.Tables;
using Backprop.Tables.Reading;

namespace Backprop.Sql;

/// <summary>One column of a query, as it is read.</summary>
internal sealed class QueryColumn
{
    private readonly string _name;
    private readonly ColumnReading? _reading;
    private readonly ColumnType _type;
    private readonly TextCodes? _texts;
    private readonly MissingCells _isMissing;
    private readonly List<double> _numbers = [];
    private readonly List<int> _codes = [];

    private QueryColumn(string name, string expression, ColumnType type, ColumnReading? reading, ReadingOptions? options, TextCodes? texts)
    {
        (_name, _type, _reading, _isMissing, _texts) = (name, type, reading, MissingCells.Of(options, reading), texts);
        Expression = $"{expression} AS {DuckDb.Identifier(name)}";
    }

    /// <summary>What is selected for it: a DOUBLE, a BOOLEAN, or text.</summary>
    public string Expression { get; }

    /// <summary>About how many bytes its cells take.</summary>
    public long Bytes => _texts is null ? sizeof(double) * (long)_numbers.Count : (sizeof(double) * (long)_codes.Count) + _texts.Bytes;

    /// <param name="name">Its name.</param>
    /// <param name="type">DuckDB's name of its type.</param>
    /// <param name="reading">How a schema knows it.</param>
    /// <param name="options">What stands for a missing cell.</param>
    /// <exception cref="DataException">It is neither numbers nor text.</exception>
    public static QueryColumn Of(string name, string type, ColumnReading? reading, ReadingOptions? options)
    {
        string identifier = DuckDb.Identifier(name), text = $"CAST({identifier} AS VARCHAR)";
        bool asText = reading?.Kind == ColumnReadingKind.Text;
        return type switch
        {
            "BOOLEAN" when !asText => new(name, identifier, ColumnType.Boolean, reading, options, null),
            "TINYINT" or "SMALLINT" or "INTEGER" or "UTINYINT" or "USMALLINT" or "UINTEGER" when !asText => new(name, $"CAST({identifier} AS DOUBLE)", ColumnType.Integer, reading, options, null),
            "FLOAT" or "DOUBLE" when !asText => new(name, $"CAST({identifier} AS DOUBLE)", ColumnType.Real, reading, options, null),
            "TIMESTAMP" or "TIMESTAMP_S" or "TIMESTAMP_MS" or "TIMESTAMP_NS" => AsText($"CASE WHEN {identifier} = date_trunc('day', {identifier}) THEN strftime({identifier}, '%Y-%m-%d') ELSE replace({text}, ' ', 'T') END", new(ColumnReadingKind.Text)),
            "TIMESTAMP WITH TIME ZONE" => AsText($"replace(CAST(make_timestamp(epoch_us({identifier})) AS VARCHAR), ' ', 'T') || 'Z'", new(ColumnReadingKind.Text)),
            "JSON" => AsText($"{identifier} ->> '$'", reading), // a text without JSON's quotes
            _ when !HasCells(type) =>
                throw new DataException($"'query', column '{name}': {type} found, numbers or text expected") { Settings = [$"Ignore = {name}"] },
            "FLOAT" => AsNumbers($"CAST(CAST({identifier} AS DOUBLE) AS VARCHAR)"), // the digits of the double that it is among numbers
            "TINYINT" or "SMALLINT" or "INTEGER" or "UTINYINT" or "USMALLINT" or "UINTEGER" or "BIGINT" or "UBIGINT" or "HUGEINT" or "UHUGEINT" or "DOUBLE" => AsNumbers(text),
            _ when type.StartsWith("DECIMAL", StringComparison.Ordinal) => AsNumbers(text),
            _ => AsText(text, reading),
        };

        // As they are written, which a double would not keep of large numbers.
        QueryColumn AsNumbers(string expression) => new(name, expression, ColumnType.Real, reading, options, new TextCodes(options, reading));

        QueryColumn AsText(string expression, ColumnReading? asWhat) => new(name, expression, ColumnType.Text, asWhat, options, new TextCodes(options, reading));
    }

    /// <summary>Whether values of a type are cells: no lists, structures and bytes.</summary>
    public static bool HasCells(string type) => !(type.Contains('[', StringComparison.Ordinal) || type.StartsWith("STRUCT", StringComparison.Ordinal) || type.StartsWith("MAP", StringComparison.Ordinal) || type.StartsWith("UNION", StringComparison.Ordinal) || type == "BLOB");

    /// <summary>Takes the cell of a row.</summary>
    /// <exception cref="DataException">A number that is not finite.</exception>
    public void Add(DbDataReader rows, int index, int row)
    {
        bool isMissing = rows.IsDBNull(index);
        if (_texts is not null)
        {
            string text = isMissing ? "" : rows.GetString(index);
            _codes.Add(isMissing ? TextCodes.Missing : _type == ColumnType.Text ? _texts.Code(text.AsSpan()) : _texts.Code(text, double.Parse(text, CultureInfo.InvariantCulture)));
            return;
        }

        double number = isMissing ? double.NaN : _type == ColumnType.Boolean ? (rows.GetBoolean(index) ? 1 : 0) : rows.GetDouble(index);
        if (double.IsInfinity(number))
        {
            throw new DataException($"'query', row {row.ToString(CultureInfo.InvariantCulture)}, column '{_name}': {(number > 0 ? "inf" : "-inf")} found, a finite number expected, or null where it is missing");
        }

        _numbers.Add(_type != ColumnType.Boolean && _isMissing.HasNumbers && _isMissing.Contains(number) ? double.NaN : number);
    }

    /// <summary>The column.</summary>
    /// <param name="notes">Takes what is in doubt.</param>
    public Column Finish(Notes? notes) => _texts is not null ? _texts.Column(_name, [.. _codes], _reading, notes, "query") : new(_name, _type, [.. _numbers]);
}
