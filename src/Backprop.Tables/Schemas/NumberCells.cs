using Backprop.Tables.Cells;

namespace Backprop.Tables.Schemas;

/// <summary>The cells of a column as numbers: each different text is read once.</summary>
internal readonly struct NumberCells
{
    private readonly Column _column;
    private readonly double[]? _ofCode;

    /// <param name="column">Numbers, or text.</param>
    /// <param name="format">How texts are written that are numbers.</param>
    /// <param name="takesBooleans">Whether true and false are 1 and 0.</param>
    public NumberCells(Column column, NumberFormat? format, bool takesBooleans = false) =>
        (_column, _ofCode) = (column, column.IsText ? OfCodes(column, format, takesBooleans) : null);

    /// <summary>The number in a cell; NaN: it is missing, or no number.</summary>
    public double this[int row]
    {
        get
        {
            if (_ofCode is null)
            {
                return _column.Numbers[row];
            }

            int code = _column.Codes[row];
            return code < 0 ? double.NaN : _ofCode[code];
        }
    }

    /// <summary>The numbers that the different texts are; NaN: none.</summary>
    public static double[] OfCodes(Column column, NumberFormat? format, bool takesBooleans)
    {
        double[] numbers = new double[column.Values.Count];
        for (int code = 0; code < numbers.Length; code++)
        {
            string text = column.Values[code];
            double number = column.TypedNumber(code);
            numbers[code] = double.IsNaN(number) && !NumberTexts.TryParse(text, format, out number)
                ? takesBooleans && BooleanText.TryParse(text, out bool value) ? (value ? 1 : 0) : double.NaN
                : number;
        }

        return numbers;
    }
}
