using System.Numerics;

namespace Backprop.Kernels;

/// <summary>√Σ v², summed in double in the order of the numbers. Where squares would leave double's range, powers of two are taken out first.</summary>
public static class EuclideanNorm
{
    /// <summary>Sums of squares within these limits have lost nothing: what underflowed is below their last place, and nothing overflowed.</summary>
    private const double Least = 1e-280, Greatest = double.MaxValue;

    /// <summary>Whether a sum of squares, as it is, gives the norm.</summary>
    internal static bool IsExact(double squares) => squares is >= Least and <= Greatest || double.IsNaN(squares);

    /// <summary>√Σ v²; infinite only where it is beyond the largest number itself.</summary>
    public static double Of<T>(ReadOnlySpan<T> values) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double squares = SumOfSquares(values, 1);
        if (IsExact(squares))
        {
            return Math.Sqrt(squares);
        }

        double norm = Scaled(values, out int exponent);
        return Math.ScaleB(norm, exponent);
    }

    /// <summary>√Σ v² · 2^−exponent, the exponent that of the largest |v|. 0, infinity and NaN are themselves, with an exponent of 0.</summary>
    internal static double Scaled<T>(ReadOnlySpan<T> values, out int exponent) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double largest = 0;
        foreach (T value in values)
        {
            largest = Math.Max(largest, Math.Abs(double.CreateTruncating(value)));
        }

        exponent = 0;
        if (largest == 0 || !double.IsFinite(largest))
        {
            return largest;
        }

        exponent = Math.Max(Math.ILogB(largest), -1022); // 2^1022 is the greatest whose reciprocal is normal
        return Math.Sqrt(SumOfSquares(values, Math.ScaleB(1, -exponent)));
    }

    private static double SumOfSquares<T>(ReadOnlySpan<T> values, double scale) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double sum = 0;
        foreach (T value in values)
        {
            double v = double.CreateTruncating(value) * scale;
            sum = Math.FusedMultiplyAdd(v, v, sum);
        }

        return sum;
    }
}
