using System.Text.Json;

namespace Backprop.Tables.Reading;

/// <summary>One column of a JSON file, as it is read: numbers as long as they are all numbers, true and false as long as they are that, else texts.</summary>
/// <param name="name">Its name.</param>
/// <param name="reading">How a schema knows it.</param>
/// <param name="options">What stands for a missing cell.</param>
internal sealed class JsonColumn(string name, ColumnReading? reading, ReadingOptions? options)
{
    private readonly TextCodes _texts = new(options, reading);
    private readonly bool _isCarried = reading?.Kind == ColumnReadingKind.Carried;
    private Cells _cells = reading?.Kind == ColumnReadingKind.Text ? Cells.Texts : Cells.Empty;
    private double[] _numbers = [];
    private int[] _codes = [];
    private int _count;
    private bool _whole = true;
    private int _odd;
    private string? _firstOdd;

    private enum Cells
    {
        Empty,
        Numbers,
        Booleans,
        Texts,
        Mixed,
    }

    public string Name { get; } = name;

    /// <summary>Whether it is not wanted.</summary>
    public bool IsSkipped { get; private set; } = reading?.Kind == ColumnReadingKind.Skip;

    /// <summary>What it has that is no cell, for which it is left out; null: nothing.</summary>
    public string? Odd { get; private set; }

    /// <summary>Whether numbers, or true and false, were followed by something else: the column is to be read again as text.</summary>
    public bool IsMixed => _cells == Cells.Mixed;

    /// <summary>The last row that has it.</summary>
    public int LastRow { get; set; } = -1;

    /// <summary>About how many bytes its cells take.</summary>
    public long Bytes => (sizeof(double) * (long)_count) + _texts.Bytes;

    /// <summary>Leaves it out if it may be, since it has something that is no cell.</summary>
    /// <param name="row">Where.</param>
    /// <param name="what">What.</param>
    /// <returns>Whether it may be.</returns>
    public bool LeaveOut(int row, string what)
    {
        if (options?.LeavesOut(Name) != true)
        {
            return false;
        }

        (IsSkipped, Odd) = (true, $"{what} in row {row}");
        return true;
    }

    /// <summary>Takes what is no cell for a missing one, if it may.</summary>
    /// <param name="row">Where.</param>
    /// <param name="what">What.</param>
    /// <returns>Whether it may.</returns>
    public bool TakeAsMissing(int row, string what)
    {
        if (options?.OddIsMissing != true)
        {
            return false;
        }

        _firstOdd ??= $"{what} in row {row}";
        _odd++;
        return true;
    }

    /// <summary>Takes a number.</summary>
    /// <returns>Whether it is finite.</returns>
    public bool Number(int row, ref Utf8JsonReader reader)
    {
        double number = reader.GetDouble();
        if (!double.IsFinite(number))
        {
            return false;
        }

        if (_texts.IsMissing(number))
        {
            return true; // as a cell that is not there
        }

        EndBooleans();
        if (_cells == Cells.Numbers || (_cells == Cells.Empty && !_isCarried))
        {
            _cells = Cells.Numbers;
            _whole &= reader.ValueSpan.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0;
            Add(ref _numbers, row, double.NaN, number);
        }
        else if (_cells is Cells.Texts or Cells.Empty)
        {
            _cells = Cells.Texts; // as it is spelled
            Span<char> spelling = reader.ValueSpan.Length <= 256 ? stackalloc char[reader.ValueSpan.Length] : new char[reader.ValueSpan.Length];
            System.Text.Encoding.ASCII.GetChars(reader.ValueSpan, spelling);
            Add(ref _codes, row, TextCodes.Missing, _texts.Code(spelling, number));
        }
        else
        {
            _cells = Cells.Mixed;
        }

        return true;
    }

    /// <summary>Takes true or false.</summary>
    public void Boolean(int row, bool value)
    {
        if (_cells is Cells.Empty or Cells.Booleans)
        {
            _cells = Cells.Booleans;
            Add(ref _numbers, row, double.NaN, value ? 1 : 0);
        }
        else if (_cells == Cells.Texts)
        {
            Add(ref _codes, row, TextCodes.Missing, Code(value));
        }
        else
        {
            _cells = Cells.Mixed;
        }
    }

    /// <summary>Takes a text.</summary>
    public void Text(int row, ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (_texts.IsMissing(text))
        {
            return; // as a cell that is not there
        }

        EndBooleans();
        if (_cells is Cells.Empty or Cells.Texts)
        {
            _cells = Cells.Texts;
            Add(ref _codes, row, TextCodes.Missing, _texts.Code(text));
        }
        else
        {
            _cells = Cells.Mixed;
        }
    }

    /// <summary>Truth values that are only carried on become texts where something else follows.</summary>
    private void EndBooleans()
    {
        if (_cells == Cells.Booleans && _isCarried)
        {
            (int count, _count, _cells) = (_count, 0, Cells.Texts);
            for (int row = 0; row < count; row++)
            {
                if (!double.IsNaN(_numbers[row]))
                {
                    Add(ref _codes, row, TextCodes.Missing, Code(_numbers[row] != 0));
                }
            }
        }
    }

    /// <summary>A text; where it is only carried on, what is written without quotes.</summary>
    private int Code(bool value) => _isCarried ? _texts.Code(value ? "true" : "false", value ? 1 : 0) : _texts.Code(value ? "true" : "false");

    /// <summary>The column.</summary>
    /// <param name="rows">The rows of the file.</param>
    /// <param name="asWhat">How a schema knows it.</param>
    /// <param name="written">Where its spelling can be had.</param>
    /// <param name="notes">Takes what is in doubt.</param>
    /// <param name="source">For notes.</param>
    public Column Finish(int rows, ColumnReading? asWhat, (WrittenCells Source, int Index)? written, Notes? notes, string source)
    {
        if (_odd > 0)
        {
            notes?.Add(new($"'{source}', column '{Name}': {(_odd == 1 ? "1 cell that is a list or an object is" : $"{_odd} cells that are lists or objects are")} taken as missing, the first {_firstOdd}", IsLoss: true, "BadCells = missing"));
        }

        if (_cells == Cells.Texts)
        {
            return _texts.Column(Name, Fill(_codes, rows, TextCodes.Missing), asWhat, notes, source);
        }

        ColumnType type = _cells == Cells.Booleans ? ColumnType.Boolean : _cells == Cells.Numbers && _whole ? ColumnType.Integer : ColumnType.Real;
        return new(Name, type, Fill(_numbers, rows, double.NaN)) { Written = _cells == Cells.Numbers ? written : null };
    }

    private void Add<T>(ref T[] cells, int row, T missing, T value)
    {
        if (row >= cells.Length)
        {
            Array.Resize(ref cells, Math.Max(row + 1, Math.Max(16, (int)Math.Min(2L * cells.Length, Array.MaxLength))));
        }

        cells.AsSpan(_count, row - _count).Fill(missing);
        cells[row] = value;
        _count = row + 1;
    }

    private T[] Fill<T>(T[] cells, int rows, T missing)
    {
        Array.Resize(ref cells, rows);
        cells.AsSpan(_count).Fill(missing);
        return cells;
    }
}
