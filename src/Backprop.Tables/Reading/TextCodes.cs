using System.Buffers;
using System.Globalization;
using System.Text.Unicode;
using Backprop.Tables.Cells;

namespace Backprop.Tables.Reading;

/// <summary>
/// The different texts of one column of a file that has numbers of its own beside text, in the order in which they are found. Blanks around a text
/// do not count, and what stands for a missing cell is none.
/// </summary>
public sealed class TextCodes
{
    /// <summary>The code of a missing cell.</summary>
    public const int Missing = -1;

    /// <summary>The code of bytes that are no text.</summary>
    public const int NoText = -2;

    private readonly ReadingOptions? _options;
    private readonly MissingCells _missing;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _codes = new Dictionary<string, int>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _numbers = new Dictionary<string, int>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    private readonly List<string> _values = [];
    private readonly List<double> _typed = []; // of those that the file has as numbers; else NaN
    private char[] _buffer = [];

    /// <param name="options">What stands for a missing cell, and the decimal mark.</param>
    /// <param name="reading">How a schema knows the column.</param>
    public TextCodes(ReadingOptions? options, ColumnReading? reading = null) => (_options, _missing) = (options, MissingCells.Of(options, reading));

    /// <summary>About how many bytes the texts take.</summary>
    public long Bytes { get; private set; }

    /// <summary>The code of a text, a new one where it was not found before; <see cref="Missing"/> where it stands for a missing cell.</summary>
    public int Code(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        return _codes.TryGetValue(text, out int code) ? code : _missing.Contains(text) ? Missing : New(_codes.Dictionary, text.ToString(), double.NaN);
    }

    /// <summary>The code of a text in UTF-8; <see cref="NoText"/> where the bytes are none.</summary>
    public int Code(ReadOnlySpan<byte> text)
    {
        if (text.Length > _buffer.Length)
        {
            _buffer = new char[Math.Max(text.Length, 2 * _buffer.Length)];
        }

        return Utf8.ToUtf16(text, _buffer, out _, out int count, replaceInvalidSequences: false) == OperationStatus.Done ? Code(_buffer.AsSpan(0, count)) : NoText;
    }

    /// <summary>The code of what the file has as a number.</summary>
    /// <param name="spelling">As it is written.</param>
    /// <param name="number">The number.</param>
    public int Code(ReadOnlySpan<char> spelling, double number)
    {
        return _numbers.TryGetValue(spelling, out int code) ? code : IsMissing(spelling) || IsMissing(number) ? Missing : New(_numbers.Dictionary, spelling.ToString(), number);
    }

    /// <summary>Whether a text stands for a missing cell.</summary>
    /// <param name="text">Without blanks around it.</param>
    public bool IsMissing(ReadOnlySpan<char> text) => _missing.Contains(text);

    /// <summary>Whether a number stands for a missing cell.</summary>
    public bool IsMissing(double number) => _missing.HasNumbers && _missing.Contains(number);

    /// <summary>The column: of numbers, where every present cell is one and nothing else is asked for; else of text.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="codes">The code of each cell.</param>
    /// <param name="reading">How a schema knows it.</param>
    /// <param name="notes">Takes what is in doubt.</param>
    /// <param name="source">For notes.</param>
    public Column Column(string name, int[] codes, ColumnReading? reading, Notes? notes, string source)
    {
        var text = new Column(name, codes, _values, _typed.Exists(number => !double.IsNaN(number)) ? [.. _typed] : null);
        if (reading?.Kind == ColumnReadingKind.Carried)
        {
            return text;
        }

        Column kept = reading?.Kind == ColumnReadingKind.Number ? text : Shared(text);
        return reading?.Kind == ColumnReadingKind.Text || Format(reading, notes, $"'{source}', column '{name}'") is not { } format ? kept
            : Numbers(text, kept, format) ?? (reading?.Kind == ColumnReadingKind.Number ? WithoutMarkers(text, codes, format) : kept);
    }

    /// <summary>How the texts among the numbers are written as numbers; null: not all of them are.</summary>
    private NumberFormat? Format(ColumnReading? reading, Notes? notes, string where)
    {
        if (reading?.Kind == ColumnReadingKind.Number)
        {
            return reading.Format ?? NumberFormat.Plain;
        }

        string[] texts = [.. _values.Where((_, code) => double.IsNaN(_typed[code]))];
        if (texts.Length == 0)
        {
            return NumberFormat.Plain;
        }

        NumberInference inference = NumberText.Infer(texts, _options?.Decimal);
        if (inference is { Format: { } format, Other: { } other } && Array.Find(texts, text => Read(text, format) != Read(text, other)) is { } doubtful)
        {
            notes?.Add(new(string.Create(CultureInfo.InvariantCulture, $"{where}: '{doubtful}' is read as {Read(doubtful, format):R}; it could be {Read(doubtful, other):R} too"), false, $"Decimal = '{other.Decimal}'"));
        }

        return inference.Format;
    }

    private static double Read(string text, NumberFormat format) => NumberText.TryParse(text, format, out double number) ? number : double.NaN;

    private Column? Numbers(Column text, Column kept, NumberFormat format)
    {
        double[] numbers = new double[_values.Count];
        bool isWhole = true, isTyped = true;
        for (int code = 0; code < numbers.Length; code++)
        {
            if (!double.IsNaN(_typed[code]))
            {
                numbers[code] = _typed[code];
                isWhole &= _values[code].AsSpan().IndexOfAny('.', 'e', 'E') < 0;
                continue;
            }

            if (!NumberText.TryParse(_values[code], format, out numbers[code], out bool isWholeText))
            {
                return null;
            }

            isTyped = false;
            isWhole &= isWholeText;
            numbers[code] = IsMissing(numbers[code]) ? double.NaN : numbers[code];
        }

        double[] cells = new double[text.Rows];
        for (int row = 0; row < cells.Length; row++)
        {
            cells[row] = text.Codes[row] < 0 ? double.NaN : numbers[text.Codes[row]];
        }

        return new(text.Name, isWhole && numbers.Length > 0 ? ColumnType.Integer : ColumnType.Real, cells) { Format = isTyped ? null : format, Written = (new KeptCells(kept), 0) };
    }

    /// <summary>A column that is to be numbers and has other texts too: what stands for a missing number does so there as well.</summary>
    private Column WithoutMarkers(Column text, int[] codes, NumberFormat format)
    {
        bool[] isMarker = [.. _values.Select((value, code) => double.IsNaN(_typed[code]) && NumberText.TryParse(value, format, out double number) && IsMissing(number))];
        foreach (ref int code in codes.AsSpan())
        {
            code = code >= 0 && isMarker[code] ? Missing : code;
        }

        return text;
    }

    /// <summary>The same column with one code for a text and a number of the same spelling, which are one category.</summary>
    private Column Shared(Column column)
    {
        if (_numbers.Dictionary.Count == 0)
        {
            return column;
        }

        List<string> values = [];
        List<double> typed = [];
        int[] shared = new int[_values.Count];
        for (int code = 0; code < shared.Length; code++)
        {
            if ((double.IsNaN(_typed[code]) ? _numbers : _codes).TryGetValue(_values[code], out int other) && other < code)
            {
                shared[code] = shared[other];
                typed[shared[code]] = double.IsNaN(_typed[code]) ? _typed[other] : _typed[code];
            }
            else
            {
                shared[code] = values.Count;
                values.Add(_values[code]);
                typed.Add(_typed[code]);
            }
        }

        return new(column.Name, [.. column.Codes.ToArray().Select(code => code < 0 ? code : shared[code])], values, [.. typed]);
    }

    private int New(Dictionary<string, int> codes, string text, double number)
    {
        int code = _values.Count;
        codes.Add(text, code);
        _values.Add(text);
        _typed.Add(number);
        Bytes += 64 + (2L * text.Length);
        return code;
    }
}
