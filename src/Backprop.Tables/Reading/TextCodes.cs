using System.Buffers;
using System.Globalization;
using System.Text.Unicode;

namespace Backprop.Tables.Reading;

/// <summary>
/// The different texts of one column, numbered in the order in which they are found. Blanks around a text do not count, and what stands for a
/// missing cell is none.
/// </summary>
internal sealed class TextCodes
{
    /// <summary>The code of a missing cell.</summary>
    public const int Missing = -1;

    /// <summary>The code of bytes that are no text.</summary>
    public const int NoText = -2;

    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _missing;
    private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly List<string> _values = [];
    private readonly List<double> _typed = [];
    private bool _anyTyped;
    private char[] _buffer = new char[256];

    /// <param name="options">What stands for a missing cell.</param>
    public TextCodes(ReadingOptions? options)
    {
        _missing = new HashSet<string>(options?.Missing ?? ReadingOptions.DefaultMissing, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        _lookup = _codes.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>About how many bytes the texts take.</summary>
    public long Bytes { get; private set; }

    /// <summary>The code of a text, a new one where it was not found before; <see cref="Missing"/> where it stands for a missing cell.</summary>
    public int Code(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        return _lookup.TryGetValue(text, out int code) ? code : IsMissing(text) ? Missing : New(text.ToString(), double.NaN);
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
        if (!_lookup.TryGetValue(spelling, out int code))
        {
            code = New(spelling.ToString(), number);
        }

        _typed[code] = number;
        _anyTyped = true;
        return code;
    }

    /// <summary>Whether a text stands for a missing cell.</summary>
    /// <param name="text">Without blanks around it.</param>
    public bool IsMissing(ReadOnlySpan<char> text) => text.IsEmpty || _missing.Contains(text);

    /// <summary>The column: of numbers, where every present cell is one and nothing else is asked for; else of text.</summary>
    public Column Column(string name, int[] codes, ColumnReading? reading)
    {
        var text = new Column(name, codes, _values, _anyTyped ? [.. _typed] : null);
        return reading?.Kind == ColumnReadingKind.Text ? text : Numbers(text, reading) ?? text;
    }

    private Column? Numbers(Column text, ColumnReading? reading)
    {
        double[] numbers = new double[_values.Count];
        bool whole = true;
        for (int code = 0; code < numbers.Length; code++)
        {
            if (!double.IsNaN(_typed[code]))
            {
                numbers[code] = _typed[code];
            }
            else if (!TryNumber(_values[code], out numbers[code]))
            {
                return null;
            }

            whole &= _values[code].AsSpan().IndexOfAny('.', 'e', 'E') < 0;
        }

        double[] cells = new double[text.Rows];
        for (int row = 0; row < cells.Length; row++)
        {
            cells[row] = text.Codes[row] < 0 ? double.NaN : numbers[text.Codes[row]];
        }

        return new(text.Name, whole && numbers.Length > 0 ? ColumnType.Integer : ColumnType.Real, cells) { Written = (new KeptCells(text), 0) };
    }

    /// <summary>A number without any mark.</summary>
    public static bool TryNumber(ReadOnlySpan<char> text, out double number) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private int New(string text, double number)
    {
        int code = _values.Count;
        _codes.Add(text, code);
        _values.Add(text);
        _typed.Add(number);
        Bytes += 64 + (2L * text.Length);
        return code;
    }
}
