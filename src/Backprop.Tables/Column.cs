using System.Globalization;
using Backprop.Tables.Cells;

namespace Backprop.Tables;

/// <summary>
/// One column of a table: numbers, or texts as codes into a list of the different ones. What its cells mean is for a schema to say; a column
/// only keeps them as they are written.
/// </summary>
public sealed class Column
{
    private readonly double[]? _numbers;
    private readonly int[]? _codes;
    private readonly IReadOnlyList<string>? _values;
    private readonly double[]? _typed;

    /// <summary>A column of numbers (or of booleans, as 0 and 1); NaN: missing.</summary>
    public Column(string name, ColumnType type, double[] numbers) => (Name, Type, _numbers) = (name, type, numbers);

    /// <summary>A column of text as it stands: null is missing, and nothing else.</summary>
    public Column(string name, string?[] texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        var values = new List<string>();
        int[] codes = new int[texts.Length];
        for (int row = 0; row < codes.Length; row++)
        {
            if (texts[row] is not { } text)
            {
                codes[row] = -1;
            }
            else if (!known.TryGetValue(text, out codes[row]))
            {
                known.Add(text, codes[row] = values.Count);
                values.Add(text);
            }
        }

        (Name, Type, _codes, _values) = (name, ColumnType.Text, codes, values);
    }

    /// <summary>A column of text, as indices into its different values.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="codes">An index into <paramref name="values"/> for each row; −1: missing.</param>
    /// <param name="values">The different texts; no row need have one.</param>
    /// <param name="typed">The number that a value is, where the file says that it is a number and no text; NaN: it is text. Null: all are text.</param>
    public Column(string name, int[] codes, IReadOnlyList<string> values, double[]? typed = null) => (Name, Type, _codes, _values, _typed) = (name, ColumnType.Text, codes, values, typed);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What its cells are.</summary>
    public ColumnType Type { get; }

    /// <summary>Whether its cells are text.</summary>
    public bool IsText => _codes is not null;

    /// <summary>The number of cells.</summary>
    public int Rows => _numbers?.Length ?? _codes!.Length;

    /// <summary>The numbers, NaN where a cell is missing; empty for text.</summary>
    public ReadOnlySpan<double> Numbers => _numbers;

    /// <summary>For each row an index into <see cref="Values"/>, −1 where a cell is missing; empty for numbers.</summary>
    public ReadOnlySpan<int> Codes => _codes;

    /// <summary>The different texts; empty for numbers.</summary>
    public IReadOnlyList<string> Values => _values ?? [];

    /// <summary>Of text that the file has as a number (JSON's 1.50 beside "B1"): the number; else NaN.</summary>
    public double TypedNumber(int code) => _typed is null ? double.NaN : _typed[code];

    /// <summary>How the numbers are written, where a text file has them; null: they are text, or typed numbers of another kind of file.</summary>
    public NumberFormat? Format { get; init; }

    /// <summary>The decimal mark that its numbers have, where reading was told or the file leaves no choice; null: it was found by their looks, or is open.</summary>
    internal char? DecimalMark { get; init; }

    /// <summary>Where the numbers' own spelling can be had again, and as which column; null: nowhere, they are written as short as they can be.</summary>
    internal (WrittenCells Source, int Index)? Written { get; init; }

    /// <summary>Of texts that are several joined: those of each of <see cref="Values"/>, for files that have lists; null: each is one.</summary>
    internal IReadOnlyList<IReadOnlyList<string>>? Parts { get; init; }

    /// <summary>Whether a cell is empty.</summary>
    public bool IsMissing(int row) => _numbers is null ? _codes![row] < 0 : double.IsNaN(_numbers[row]);

    /// <summary>The number in a cell; NaN: missing, or text that is no number.</summary>
    public double Number(int row) => _numbers is not null ? _numbers[row]
        : NumberText.TryParse(Text(row), NumberFormat.Plain, out double number) ? number
        : double.NaN;

    /// <summary>The cell as text, numbers as short as they can be written (<see cref="Table.AsWritten"/> has them as they stand in the file); null: missing.</summary>
    public string? Text(int row) => _codes is not null ? (_codes[row] < 0 ? null : _values![_codes[row]])
        : double.IsNaN(_numbers![row]) ? null
        : Type == ColumnType.Boolean ? (_numbers[row] != 0 ? "true" : "false")
        : _numbers[row].ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The same column under another name.</summary>
    public Column Named(string name) => _numbers is not null ? new(name, Type, _numbers) { Written = Written, Format = Format, DecimalMark = DecimalMark } : new(name, _codes!, _values!, _typed) { DecimalMark = DecimalMark, Parts = Parts };

    /// <summary>The column of a table that has only one of the rows.</summary>
    public Column Only(int row) => Select([row]);

    /// <summary>The column of a table that has some of the rows.</summary>
    public Column Select(ReadOnlySpan<int> rows)
    {
        double[] numbers = new double[_numbers is null ? 0 : rows.Length];
        int[] codes = new int[_codes is null ? 0 : rows.Length];
        for (int n = 0; n < rows.Length; n++)
        {
            if (_numbers is not null)
            {
                numbers[n] = _numbers[rows[n]];
            }
            else
            {
                codes[n] = _codes![rows[n]];
            }
        }

        return _numbers is not null
            ? new(Name, Type, numbers) { Format = Format, DecimalMark = DecimalMark, Written = Written is var (source, index) ? (new SelectedCells(source, rows.ToArray()), index) : null }
            : new(Name, codes, _values!, _typed) { DecimalMark = DecimalMark, Parts = Parts };
    }
}
