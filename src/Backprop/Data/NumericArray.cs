using System.Numerics;

namespace Backprop.Data;

/// <summary>An array of numbers as it came from a NumPy or IDX file, in C order.</summary>
/// <param name="Source">Where it came from, for messages.</param>
/// <param name="Shape">Row-major.</param>
/// <param name="Values">All numbers, as doubles.</param>
/// <param name="IsInteger">Whether the file holds whole numbers or booleans.</param>
/// <param name="IsPixels">Whether the numbers are the bytes of images.</param>
public sealed record NumericArray(string Source, IReadOnlyList<int> Shape, double[] Values, bool IsInteger, bool IsPixels)
{
    /// <summary>The first dimension.</summary>
    public int Rows => Shape.Count == 0 ? 1 : Shape[0];

    /// <summary>The product of the other dimensions.</summary>
    public int Columns => Rows == 0 ? 0 : Values.Length / Rows;

    /// <summary>As float or double.</summary>
    /// <exception cref="DataException">A number that is not finite: which row and column.</exception>
    public T[] ToFinite<T>(double factor = 1) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var result = new T[Values.Length];
        for (int n = 0; n < result.Length; n++)
        {
            result[n] = double.IsFinite(Values[n])
                ? T.CreateTruncating(Values[n] * factor)
                : throw new DataException($"'{Source}', row {n / Columns}, column {n % Columns}: {Values[n]} found, a finite number expected");
        }

        return result;
    }
}
