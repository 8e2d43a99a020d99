using Backprop.Tables.Cells;

namespace Backprop.Tables.Reading;

/// <summary>
/// Which cells are missing: empty ones, and those that say so. A marker that is a number stands for that number
/// however it is written: -999 for -999.0 too, in a column of text as among numbers, so that it does not depend on the cells beside it.
/// </summary>
public sealed class MissingCells
{
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _markers;
    private readonly string[] _texts;
    private readonly double[] _numbers;
    private readonly int _longest;

    /// <param name="markers">Null: <see cref="ReadingOptions.DefaultMissing"/>.</param>
    public MissingCells(IReadOnlyList<string>? markers)
    {
        var texts = new HashSet<string>((markers ?? ReadingOptions.DefaultMissing).Select(marker => marker.Trim()), StringComparer.Ordinal);
        _markers = texts.GetAlternateLookup<ReadOnlySpan<char>>();
        _texts = [.. texts.Where(text => text.Length > 0)];
        _longest = texts.Count == 0 ? 0 : texts.Max(text => text.Length);
        _numbers = [.. texts.Select(text => NumberText.TryParse(text, NumberFormat.Plain, out double number) ? number : double.NaN).Where(double.IsFinite).Distinct()];
    }

    /// <summary>Those of a column: where it is only carried on, no text stands for a missing cell.</summary>
    public static MissingCells Of(ReadingOptions? options, ColumnReading? reading) => new(reading?.Kind == ColumnReadingKind.Carried ? [] : options?.Missing);

    /// <summary>The markers as they are written, without blanks around them.</summary>
    public IReadOnlyList<string> Markers => _texts;

    /// <summary>The numbers that markers are.</summary>
    public IReadOnlyList<double> Numbers => _numbers;

    /// <summary>Whether any marker is a number.</summary>
    public bool HasNumbers => _numbers.Length > 0;

    /// <summary>Whether a cell is missing.</summary>
    /// <param name="text">The cell without the blanks around it.</param>
    public bool Contains(ReadOnlySpan<char> text) => text.IsEmpty || (text.Length <= _longest && _markers.Contains(text))
        || (HasNumbers && NumberText.TryParse(text, NumberFormat.Plain, out double number) && Contains(number));

    /// <summary>Whether a number stands for a missing one.</summary>
    public bool Contains(double number) => Array.IndexOf(_numbers, number) >= 0;
}
