using Backprop.Tables.Cells;

namespace Backprop.Tables.Schemas;

/// <summary>
/// Finds a class or a category: by its text; else, if exactly one has the same number, by that (so that 1.0 of one file is the 1 of another);
/// else, where they are the two spellings of true and false, by what it means; classes 0 and 1 are such too.
/// </summary>
internal sealed class LabelIndex
{
    private readonly Dictionary<string, int> _byText = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _byBare = new(StringComparer.Ordinal); // −1: several
    private readonly Dictionary<double, int> _byNumber = []; // −1: several
    private readonly NumberFormat _format;
    private readonly bool[]? _booleans;

    /// <param name="labels">The labels.</param>
    /// <param name="format">How they are written where they are numbers; null: plainly.</param>
    /// <param name="areClasses">Whether they are classes; else they are categories.</param>
    public LabelIndex(IReadOnlyList<string> labels, NumberFormat? format = null, bool areClasses = false)
    {
        _format = format ?? NumberFormat.Plain;
        for (int label = 0; label < labels.Count; label++)
        {
            _byText.Add(labels[label], label);
            string bare = labels[label].Trim(); // labels of version 1 have blanks around them, cells have not
            if (bare.Length < labels[label].Length)
            {
                _byBare[bare] = _byBare.ContainsKey(bare) ? -1 : label;
            }

            if (IsNumber(labels[label], out double number))
            {
                _byNumber[number] = _byNumber.ContainsKey(number) || Math.Abs(number) >= NumberTexts.InexactIntegers ? -1 : label;
            }
        }

        NumbersDecide = !_byNumber.ContainsValue(-1);
        _booleans = labels.Count == 2 && (BooleanText.ArePair(labels) || (areClasses && _byNumber.ContainsKey(0) && _byNumber.ContainsKey(1))) ? [.. labels.Select(label => BooleanText.TryParse(label, out bool value) && value)] : null;
    }

    /// <summary>Whether a number says which label it is, however it is written.</summary>
    public bool NumbersDecide { get; }

    /// <summary>The label of a text; −1: none.</summary>
    /// <param name="text">The cell.</param>
    /// <param name="typed">The number that it is, where the file has it as one; else NaN.</param>
    /// <param name="isByText">Whether it is spelled as the label is.</param>
    public int Find(string text, double typed, out bool isByText)
    {
        isByText = _byText.TryGetValue(text, out int label) || (_byBare.TryGetValue(text, out label) && label >= 0);
        return isByText ? label
            : (!double.IsNaN(typed) || IsNumber(text, out typed)) && Find(typed) is >= 0 and var found ? found
            : _booleans is not null && BooleanText.TryParse(text, out bool value) ? Array.IndexOf(_booleans, value)
            : -1;
    }

    /// <summary>The label of a number; −1: none, or several.</summary>
    public int Find(double number) => _byNumber.TryGetValue(number, out int label) ? label
        : _booleans is not null && (number is 0 or 1) ? Array.IndexOf(_booleans, number == 1)
        : -1;

    private bool IsNumber(string text, out double number) => NumberTexts.TryParse(text, _format, out number);
}
