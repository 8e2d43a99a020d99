using System.Numerics;

namespace Backprop.Tables.Schemas;

/// <summary>One-hot: a 1 at the place of the cell's category.</summary>
/// <param name="column">Text, or numbers.</param>
/// <param name="places">Which of the column's features is 1: for a missing cell, then for each code; −1: none.</param>
/// <param name="ofNumber">The same for a number.</param>
/// <param name="offset">Where they stand in a row.</param>
internal sealed class CategoryEncoder<T>(Column column, int[] places, Func<double, int> ofNumber, int offset) : ColumnEncoder<T>(offset) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Write(T[] features, int width, int first, int end)
    {
        ReadOnlySpan<int> codes = column.Codes;
        ReadOnlySpan<double> numbers = column.Numbers;
        for (int row = first; row < end; row++)
        {
            int place = column.IsText ? places[codes[row] + 1] : double.IsNaN(numbers[row]) ? places[0] : ofNumber(numbers[row]);
            if (place >= 0)
            {
                features[(row * width) + Offset + place] = T.One;
            }
        }
    }
}
