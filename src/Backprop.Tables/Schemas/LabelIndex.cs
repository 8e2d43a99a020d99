using Backprop.Tables.Cells;

namespace Backprop.Tables.Schemas;

/// <summary>
/// Finds a class or a category: by its text; else, if exactly one has the same number, by that (so that 1.0 of one file is the 1 of another);
/// else, where they are the two spellings of true and false, by what it means.
/// </summary>
internal sealed class LabelIndex
{
    private const double ExactIntegers = 9007199254740992; // 2^53: beyond it different whole numbers are the same double

    private readonly Dictionary<string, int> _byText = new(StringComparer.Ordinal);
    private readonly Dictionary<double, int> _byNumber = []; // −1: several
    private readonly bool[]? _booleans;

    public LabelIndex(IReadOnlyList<string> labels)
    {
        for (int label = 0; label < labels.Count; label++)
        {
            _byText.Add(labels[label], label);
            if (IsNumber(labels[label], out double number))
            {
                _byNumber[number] = _byNumber.ContainsKey(number) || Math.Abs(number) > ExactIntegers ? -1 : label;
            }
        }

        NumbersDecide = !_byNumber.ContainsValue(-1);
        _booleans = labels.Count == 2 && BooleanText.ArePair(labels) ? [.. labels.Select(label => BooleanText.TryParse(label, out bool value) && value)] : null;
    }

    /// <summary>Whether a number says which label it is, however it is written.</summary>
    public bool NumbersDecide { get; }

    /// <summary>The label of a text; −1: none.</summary>
    /// <param name="text">The cell.</param>
    /// <param name="isByText">Whether it is spelled as the label is.</param>
    public int Find(string text, out bool isByText)
    {
        isByText = _byText.TryGetValue(text, out int label);
        return isByText ? label
            : IsNumber(text, out double number) && Find(number) is >= 0 and var found ? found
            : _booleans is not null && BooleanText.TryParse(text, out bool value) ? Array.IndexOf(_booleans, value)
            : -1;
    }

    /// <summary>The label of a number; −1: none, or several.</summary>
    public int Find(double number) => _byNumber.TryGetValue(number, out int label) ? label
        : _booleans is not null && (number is 0 or 1) ? Array.IndexOf(_booleans, number == 1)
        : -1;

    private static bool IsNumber(string text, out double number) => NumberTexts.TryParse(text, NumberFormat.Plain, out number);
}
