namespace Backprop.Tables;

/// <summary>One column of a table. Missing cells are NaN or null.</summary>
public sealed class Column
{
    private readonly double[]? _numbers;
    private readonly string?[]? _texts;

    /// <summary>A column of numbers (or of booleans, as 0 and 1); NaN: missing.</summary>
    public Column(string name, ColumnType type, double[] numbers) => (Name, Type, _numbers) = (name, type, numbers);

    /// <summary>A column of text; null: missing.</summary>
    public Column(string name, string?[] texts) => (Name, Type, _texts) = (name, ColumnType.Text, texts);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What its cells are.</summary>
    public ColumnType Type { get; }

    /// <summary>Whether its cells are text.</summary>
    public bool IsText => _texts is not null;

    /// <summary>The number of cells.</summary>
    public int Rows => _numbers?.Length ?? _texts!.Length;

    /// <summary>The column of a table that has only one of the rows.</summary>
    public Column Only(int row) => _numbers is null ? new(Name, [_texts![row]]) : new(Name, Type, [_numbers[row]]);

    /// <summary>Whether a cell is empty.</summary>
    public bool IsMissing(int row) => _numbers is null ? _texts![row] is null : double.IsNaN(_numbers[row]);

    /// <summary>The number in a cell; NaN: missing, or text that is no number.</summary>
    public double Number(int row) => _numbers is not null ? _numbers[row]
        : double.TryParse(_texts![row], System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out double number) ? number
        : double.NaN;

    /// <summary>The cell as text, as a class label or a category would be written; null: missing.</summary>
    public string? Text(int row) => _texts is not null ? _texts[row]
        : double.IsNaN(_numbers![row]) ? null
        : Type == ColumnType.Boolean ? (_numbers[row] != 0 ? "true" : "false")
        : _numbers[row].ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}
