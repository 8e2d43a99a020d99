using System.Globalization;
using System.Runtime.CompilerServices;
using Backprop.Tables.Cells;

namespace Backprop.Tables.Reading;

/// <summary>
/// What the columns of a text file are: numbers of one format, or text. All cells of a column decide together; where two readings are left, the
/// other columns do.
/// </summary>
/// <remarks>
/// 1,234 throughout is 1234 in a file that is separated by commas, 1.234 in others, unless the other columns prove one decimal mark: then it is
/// what agrees with them. 1.234 throughout is 1.234 unless the other columns prove that the decimal mark is a comma. Both are noted. Whole
/// numbers beside proven decimal commas take the comma for their decimal mark.
/// </remarks>
internal sealed class CsvColumns
{
    /// <summary>The share of numbers from which a column was meant to be one of them.</summary>
    private const double Mostly = 0.9;

    private readonly CsvCells _cells;
    private readonly ReadingOptions _options;
    private readonly bool _hasCommas;
    private readonly ColumnReadingKind[] _kinds;
    private readonly bool[] _showsDecimal;
    private readonly double[]?[] _numbers;
    private readonly int[]?[] _codes;
    private readonly Dictionary<int, Column> _written = [];

    public CsvColumns(CsvCells cells, ReadingOptions options, CsvFile file)
    {
        int count = cells.Names.Count;
        (_cells, _options, _kinds, _showsDecimal, _numbers, _codes) = (cells, options, new ColumnReadingKind[count], new bool[count], new double[count][], new int[count][]);
        _hasCommas = file.Dialect.Separator == ',';
        var missing = new MissingCells(options.Missing);
        for (int cell = 0; cell < file.Columns.Length; cell++)
        {
            if (file.Columns[cell] is var column and >= 0)
            {
                ColumnReading? known = options.Of(cells.Names[column]);
                _kinds[column] = known is { Kind: not ColumnReadingKind.Skip } ? known.Kind : ColumnReadingKind.Auto;
                cells.Format(column) = _kinds[column] switch
                {
                    ColumnReadingKind.Number => known!.Format ?? Plain,
                    ColumnReadingKind.Text or ColumnReadingKind.Carried => null,
                    _ => FirstFormat(file.Dialect.Sample.ConvertAll(row => row[cell]).FindAll(text => !missing.Contains(text)), ref _showsDecimal[column]),
                };
            }
        }
    }

    private NumberFormat Plain => _options.Decimal is ',' ? new(',') : NumberFormat.Plain;

    /// <summary>Reads all cells.</summary>
    public void Read()
    {
        bool[] all = new bool[_cells.Names.Count];
        Array.Fill(all, true);
        _cells.ReadAll(all, _numbers, _codes);
    }

    /// <summary>Decides what the columns are.</summary>
    public Column[] Decide(string source, Notes? notes)
    {
        int count = _cells.Names.Count;
        bool[] isText = new bool[count];
        bool[] isReal = new bool[count];
        foreach (CsvPart part in _cells.Parts)
        {
            for (int column = 0; column < count; column++)
            {
                isText[column] |= part.IsText[column];
                isReal[column] |= part.IsReal[column];
            }
        }

        for (int column = 0; column < count; column++)
        {
            if (_cells.Parts.Count == 0)
            {
                isText[column] = false;
            }

            _numbers[column] = isText[column] ? null : _numbers[column] ?? new double[_cells.Rows];
        }

        _cells.ReadAsText(isText, _codes);
        List<string>?[] values = _cells.Merge(_codes);
        _cells.Close(_numbers, _codes);
        var inferred = new NumberInference?[count];
        for (int column = 0; column < count; column++)
        {
            // Where no cell is present, it is as much a column of numbers as of text.
            inferred[column] = isText[column] && _kinds[column] == ColumnReadingKind.Auto ? Infer(values[column] ?? []) : null;
        }

        NumberFormat?[] formats = Agree(isText, isReal, inferred, values, source, notes);
        var columns = new Column[count];
        List<Column> unread = [];
        for (int column = 0; column < count; column++)
        {
            string name = _cells.Names[column];
            if (formats[column] is not { } format)
            {
                columns[column] = new(name, _codes[column] ?? [], values[column] ?? []) { DecimalMark = _options.Decimal ?? (_hasCommas ? '.' : null) };
                if (_kinds[column] == ColumnReadingKind.Auto && HasOtherMark(columns[column]))
                {
                    unread.Add(columns[column]);
                }

                continue;
            }

            double[] numbers = _numbers[column] ?? Numbers(_codes[column]!, values[column] ?? [], format, ref isReal[column]);
            _cells.Decide(column, format);
            columns[column] = new(name, isReal[column] ? ColumnType.Real : ColumnType.Integer, numbers) { Format = format, DecimalMark = _options.Decimal, Written = (_cells, column) };
        }

        NoteOtherMarks(unread, source, notes);
        return columns;
    }

    /// <summary>How texts are written as numbers. Where commas separate the cells, a decimal comma within them must have been asked for.</summary>
    private NumberInference Infer(IReadOnlyList<string> values)
    {
        NumberInference found = NumberText.Infer(values, _options.Decimal);
        return _hasCommas && _options.Decimal is null && found is { Format.Decimal: ',', ShowsDecimal: true } ? NumberText.Infer(values, '.') : found;
    }

    /// <summary>Whether (nearly) all texts are numbers of the decimal mark that the file may not have.</summary>
    private static bool HasOtherMark(Column column)
    {
        if (column.DecimalMark is not { } mark || !column.Values.Any(value => value.Contains(Other(mark), StringComparison.Ordinal)))
        {
            return false;
        }

        NumberInference found = NumberText.Infer(column.Values, Other(mark));
        return found.Fitting >= Mostly * column.Values.Count;
    }

    private static char Other(char mark) => mark == ',' ? '.' : ',';

    private void NoteOtherMarks(List<Column> columns, string source, Notes? notes)
    {
        if (columns.Count > 0)
        {
            string names = string.Join(", ", columns.Take(5).Select(column => $"'{column.Name}'")), more = columns.Count > 5 ? $" and {columns.Count - 5} more" : "";
            char other = Other(columns[0].DecimalMark!.Value);
            notes?.Add(new($"'{source}': {(columns.Count == 1 ? "column" : "columns")} {names}{more} ('{columns[0].Values[0]}', …) {(columns.Count == 1 ? "is" : "are")} taken for text, not for numbers with the decimal mark '{other}'{(_options.Decimal is null ? ": where commas separate the cells, that must be asked for" : "")}", false, $"Decimal = '{other}'"));
        }
    }

    /// <summary>In what format a column is tried from the first row on; null: as text, since its first rows are no numbers or leave the format open.</summary>
    private NumberFormat? FirstFormat(List<string> sample, ref bool showsDecimal)
    {
        if (_options.Decimal is not ',' && sample.TrueForAll(text => NumberText.TryParse(text, NumberFormat.Plain, out _)))
        {
            showsDecimal = sample.Exists(text => text.Contains('.', StringComparison.Ordinal));
            return NumberFormat.Plain; // no format is simpler
        }

        if (sample.Count == 0)
        {
            return Plain;
        }

        NumberInference inference = Infer([.. sample.Distinct(StringComparer.Ordinal)]);
        showsDecimal = inference.ShowsDecimal;
        return inference.Format is not { } format || format.Currency == "%" || (inference.Other is not null && format != Plain) ? null : format;
    }

    /// <summary>The formats of the columns of numbers, so that they agree on a decimal mark where one reading alone would leave it open.</summary>
    private NumberFormat?[] Agree(bool[] isText, bool[] isReal, NumberInference?[] inferred, List<string>?[] values, string source, Notes? notes)
    {
        int count = _cells.Names.Count;
        var formats = new NumberFormat?[count];
        var others = new NumberFormat?[count];
        bool provesComma = false, provesPoint = false;
        List<int> groupable = [];
        for (int column = 0; column < count; column++)
        {
            NumberInference? inference = inferred[column];
            formats[column] = isText[column] ? inference?.Format : _cells.Format(column);
            if (formats[column] is not { } format || _kinds[column] != ColumnReadingKind.Auto || _options.Decimal is not null)
            {
                continue;
            }

            others[column] = inference?.Other;
            bool isPlainReal = format == Plain && !isText[column] && isReal[column];
            if (isPlainReal && MayBeGrouped(_numbers[column]))
            {
                groupable.Add(column);
            }
            else if (others[column] is null)
            {
                provesComma |= format.Decimal == ',';
                provesPoint |= isPlainReal || (format.Decimal == '.' && (format.Thousands == ',' || (inference?.ShowsDecimal ?? _showsDecimal[column])));
            }
        }

        if (_options.Decimal is not null)
        {
            return formats;
        }

        if (!provesPoint && groupable.Count > 0 && (provesComma || !_hasCommas || Array.Exists(others, other => other is { Thousands: null })))
        {
            provesPoint = FindGrouped(groupable, others);
        }

        bool agreesOnComma = provesComma && !provesPoint;

        for (int column = 0; column < count; column++)
        {
            if (formats[column] is not { } format || _kinds[column] != ColumnReadingKind.Auto)
            {
                continue;
            }

            if (others[column] is { } other)
            {
                // One of the two has a decimal comma: 1,234 is 1.234, or 1.234 is 1234.
                bool isPoint = other.Thousands == '.';
                if ((agreesOnComma && (isPoint || !_hasCommas)) || (!isPoint && !_hasCommas && (provesComma || !provesPoint)))
                {
                    (formats[column], other) = (other, format);
                    if (_written.TryGetValue(column, out Column? spelled))
                    {
                        _numbers[column] = Numbers(spelled.Codes, spelled.Values, formats[column]!, ref isReal[column]);
                    }
                }

                if (!isPoint || provesComma || (!_hasCommas && !provesPoint)) // where commas separate cells, points are decimal
                {
                    IEnumerable<string> texts = _written.TryGetValue(column, out Column? written) ? written.Values : values[column]!;
                    notes?.Add(Doubt(texts, formats[column]!, other, $"'{source}', column '{_cells.Names[column]}'"));
                }
            }
            else if (agreesOnComma && !_hasCommas && format.Decimal == '.' && format.Thousands != ',' && !(inferred[column]?.ShowsDecimal ?? (isReal[column] || _showsDecimal[column])))
            {
                formats[column] = format with { Decimal = ',' };
            }
        }

        string[] commas = [.. Enumerable.Range(0, count).Where(column => formats[column]?.Decimal == ',' && _kinds[column] == ColumnReadingKind.Auto && (isReal[column] || inferred[column]?.ShowsDecimal == true)).Select(column => $"'{_cells.Names[column]}'")];
        if (commas.Length > 0)
        {
            notes?.Add(new($"'{source}': decimal commas are taken in {(commas.Length == 1 ? "column" : "columns")} {string.Join(", ", commas.Take(5))}{(commas.Length > 5 ? $" and {commas.Length - 5} more" : "")}", false, "Decimal = '.'"));
        }

        return formats;
    }

    /// <summary>Whether numbers with a point could be whole numbers with points between their thousands: three digits after each point, and 1 to 999 before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool MayBeGrouped(ReadOnlySpan<double> numbers)
    {
        foreach (double number in numbers)
        {
            double size = Math.Abs(number);
            if (size != Math.Truncate(size) && (size is < 1 or >= 1000 || Math.Abs((size * 1000) - Math.Round(size * 1000)) > 1e-9 * size * 1000))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Looks at the spelling of columns with points: whether one of them proves that these are decimal.</summary>
    private bool FindGrouped(List<int> columns, NumberFormat?[] others)
    {
        bool provesPoint = false;
        Column[] written = _cells.Read([.. columns]);
        for (int n = 0; n < written.Length; n++)
        {
            if (NumberText.Infer(written[n].Values).Other is { } other)
            {
                others[columns[n]] = other;
                _written.Add(columns[n], written[n]);
            }
            else
            {
                provesPoint = true;
            }
        }

        return provesPoint;
    }

    private static Note Doubt(IEnumerable<string> texts, NumberFormat taken, NumberFormat other, string where)
    {
        foreach (string text in texts)
        {
            if (NumberText.TryParse(text, taken, out double number) && NumberText.TryParse(text, other, out double otherwise) && number != otherwise)
            {
                return new(string.Create(CultureInfo.InvariantCulture, $"{where}: '{text}' is read as {number:R}; it could be {otherwise:R} too"), false, $"Decimal = '{other.Decimal}'");
            }
        }

        throw new InvalidOperationException("two formats that read the same are not in doubt");
    }

    private double[] Numbers(ReadOnlySpan<int> codes, IReadOnlyList<string> values, NumberFormat format, ref bool isReal)
    {
        var missing = new MissingCells(_options.Missing);
        double[] byCode = new double[values.Count];
        isReal = false;
        for (int code = 0; code < byCode.Length; code++)
        {
            if (!NumberText.TryParse(values[code], format, out byCode[code], out bool isWhole))
            {
                throw new InvalidOperationException($"'{values[code]}' does not fit the format that was inferred");
            }

            if (missing.HasNumbers && missing.Contains(byCode[code]))
            {
                byCode[code] = double.NaN;
            }
            else
            {
                isReal |= !isWhole;
            }
        }

        double[] numbers = new double[codes.Length];
        for (int row = 0; row < numbers.Length; row++)
        {
            numbers[row] = codes[row] < 0 ? double.NaN : byCode[codes[row]];
        }

        return numbers;
    }
}
