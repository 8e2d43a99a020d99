using System.Globalization;
using System.Numerics;

namespace Backprop.Data;

/// <summary>An array of numbers as it came from a NumPy or IDX file, in C order.</summary>
/// <param name="Source">Where it came from, for messages.</param>
/// <param name="Shape">Row-major.</param>
/// <param name="Values">All numbers, as doubles.</param>
/// <param name="IsInteger">Whether the file holds whole numbers or booleans.</param>
/// <param name="IsPixels">Whether the numbers are the bytes of images: what IDX files of bytes are for.</param>
/// <param name="IsBytes">Whether the file holds unsigned bytes, of images or of anything else.</param>
public sealed record NumericArray(string Source, IReadOnlyList<int> Shape, double[] Values, bool IsInteger, bool IsPixels, bool IsBytes = false)
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
            result[n] = T.CreateTruncating(Values[n] * factor);
            if (!T.IsFinite(result[n]))
            {
                throw NotFinite(n, double.IsFinite(Values[n]) ? $"a number that {(typeof(T) == typeof(float) ? "float" : "double")} holds" : "a finite number");
            }
        }

        return result;
    }

    /// <summary>Requires that every number is finite: in arrays nothing else says that one is missing, unless NaN is said to.</summary>
    /// <param name="allowMissing">Whether NaN says that a number is missing.</param>
    /// <exception cref="DataException">A number that is not: which row and column.</exception>
    public void RequireFinite(bool allowMissing = false)
    {
        int bad = IsInteger ? -1 : Array.FindIndex(Values, value => !double.IsFinite(value) && !(allowMissing && double.IsNaN(value)));
        if (bad >= 0)
        {
            throw NotFinite(bad, "a finite number");
        }
    }

    private DataException NotFinite(int index, string expected) =>
        new(string.Create(CultureInfo.InvariantCulture, $"'{Source}', row {index / Columns}, column {index % Columns}: {Values[index]} found, {expected} expected"));
}
