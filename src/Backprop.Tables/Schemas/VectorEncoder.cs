using System.Numerics;

namespace Backprop.Tables.Schemas;

/// <summary>The features of each different cell, made once and copied to its rows.</summary>
/// <param name="spec">The column's.</param>
/// <param name="column">Text, or booleans as numbers.</param>
/// <param name="vectors">The features of a missing cell, then of each code (of booleans: <see cref="CodeOf"/>).</param>
/// <param name="offset">Where they stand in a row.</param>
internal sealed class VectorEncoder<T>(FeatureColumn spec, Column column, T[] vectors, int offset) : ColumnEncoder<T>(offset) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Write(T[] features, int width, int first, int end)
    {
        ReadOnlySpan<int> codes = column.Codes;
        ReadOnlySpan<double> numbers = column.Numbers;
        int count = spec.FeatureCount;
        for (int row = first; row < end; row++)
        {
            int vector = column.IsText ? codes[row] + 1 : CodeOf(numbers[row]) + 1;
            vectors.AsSpan(vector * count, count).CopyTo(features.AsSpan((row * width) + Offset));
        }
    }

    /// <summary>Of a boolean as a number: 0 for false, 1 for true, 2 for what is neither, −1 for a missing cell.</summary>
    public static int CodeOf(double number) => number == 0 ? 0 : number == 1 ? 1 : double.IsNaN(number) ? -1 : 2;
}
