using Backprop.Training;

namespace Backprop.Inspection;

/// <summary>
/// Whether what is said to be likely is: rows are sorted into bins by their probability p, (i/n, (i + 1)/n] for i = 0 … n − 1, 0 in the first, and in each
/// bin the mean of p is compared with the share of rows that came true. scikit-learn's calibration_curve(strategy="uniform") (1.2.1), rows by their weights.
/// </summary>
/// <example>
/// <code>
/// foreach (CalibrationBin bin in CalibrationCurve.Of([true, true, false], [0.9, 0.95, 0.1], 10))
/// {
///     Console.WriteLine($"said {bin.Predicted:P0}, came true {bin.Observed:P0} of {bin.Rows} rows");
/// }
/// </code>
/// </example>
public static class CalibrationCurve
{
    /// <summary>The bins that hold rows that count, in ascending order.</summary>
    /// <param name="cameTrue">Whether each row is what the probability is of.</param>
    /// <param name="probabilities">p of each row, from 0 to 1.</param>
    /// <param name="bins">n, at least 1.</param>
    /// <param name="weights">What each row counts, ≥ 0; empty: 1.</param>
    /// <exception cref="ArgumentException">Not as many of one as of the other, or a probability that is none.</exception>
    public static IReadOnlyList<CalibrationBin> Of(ReadOnlySpan<bool> cameTrue, ReadOnlySpan<double> probabilities, int bins, ReadOnlySpan<double> weights = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        if (cameTrue.Length != probabilities.Length || (weights.Length > 0 && weights.Length != probabilities.Length))
        {
            throw new ArgumentException($"{cameTrue.Length} rows, {probabilities.Length} probabilities and {weights.Length} weights found, as many of each expected", nameof(probabilities));
        }

        int[] rows = new int[bins];
        CompensatedSum[] all = new CompensatedSum[bins], said = new CompensatedSum[bins], seen = new CompensatedSum[bins];
        for (int row = 0; row < probabilities.Length; row++)
        {
            (double p, double weight) = (probabilities[row], weights.IsEmpty ? 1 : weights[row]);
            if (!(p >= 0 && p <= 1))
            {
                throw new ArgumentException($"probability {p} found in row {row}, 0 to 1 expected", nameof(probabilities));
            }

            if (weight == 0)
            {
                continue;
            }

            int bin = Math.Clamp((int)Math.Ceiling(bins * p) - 1, 0, bins - 1);
            rows[bin]++;
            all[bin].Add(weight);
            said[bin].Add(weight * p);
            seen[bin].Add(cameTrue[row] ? weight : 0);
        }

        return [.. Enumerable.Range(0, bins).Where(bin => rows[bin] > 0).Select(bin => new CalibrationBin(said[bin].Value / all[bin].Value, seen[bin].Value / all[bin].Value, rows[bin]))];
    }
}
