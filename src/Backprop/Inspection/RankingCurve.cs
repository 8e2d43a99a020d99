using Backprop.Training;

namespace Backprop.Inspection;

/// <summary>
/// What becomes of rows at every threshold of a score: a row whose score is at least the threshold is taken for positive. The points of the ROC and of the
/// precision-recall curve are made of it: scikit-learn's roc_curve(drop_intermediate=False) and precision_recall_curve (1.2.1).
/// </summary>
/// <remarks>
/// TP and FP are the weights of the positive and of the other rows at or above a threshold, P and N those of all. ROC: FP/N → TP/P, from (0, 0).
/// Precision-recall: TP/P → TP/(TP + FP), from (0, 1). A row of weight 0 counts as if it were not there.
/// </remarks>
/// <example>
/// <code>
/// RankingCurve curve = RankingCurve.Of([true, false, true], [0.9, 0.6, 0.4]);
/// Console.WriteLine($"area {curve.RocArea}, average precision {curve.AveragePrecision}"); // 0.5 and 0.8333
/// </code>
/// </example>
public sealed class RankingCurve
{
    private RankingCurve(double[] thresholds, double[] truePositives, double[] falsePositives) =>
        (Thresholds, TruePositives, FalsePositives) = (thresholds, truePositives, falsePositives);

    /// <summary>The different scores, the greatest first.</summary>
    public IReadOnlyList<double> Thresholds { get; }

    /// <summary>TP at each threshold.</summary>
    public IReadOnlyList<double> TruePositives { get; }

    /// <summary>FP at each threshold.</summary>
    public IReadOnlyList<double> FalsePositives { get; }

    /// <summary>P.</summary>
    public double Positives => TruePositives.Count == 0 ? 0 : TruePositives[^1];

    /// <summary>N.</summary>
    public double Negatives => FalsePositives.Count == 0 ? 0 : FalsePositives[^1];

    /// <summary>The false positive rate FP/N and the true positive rate TP/P, from (0, 0) to (1, 1); NaN where there is none of a kind.</summary>
    public IReadOnlyList<(double FalsePositiveRate, double TruePositiveRate)> Roc =>
        [(0, 0), .. TruePositives.Zip(FalsePositives, (t, f) => (f / Negatives, t / Positives))];

    /// <summary>Recall TP/P and precision TP/(TP + FP), from (0, 1) on to a recall of 1; a recall of NaN where no row is positive.</summary>
    public IReadOnlyList<(double Recall, double Precision)> PrecisionRecall =>
        [(0, 1), .. TruePositives.Zip(FalsePositives, (t, f) => (t / Positives, t / (t + f)))];

    /// <summary>The area under the ROC curve, by trapezoids: the chance that a positive row has the greater score, ties counting half. NaN where there is none of a kind.</summary>
    public double RocArea
    {
        get
        {
            CompensatedSum area = default;
            (double f, double t) = (0, 0);
            for (int n = 0; n < Thresholds.Count; n++)
            {
                area.Add((FalsePositives[n] - f) * 0.5 * (TruePositives[n] + t));
                (f, t) = (FalsePositives[n], TruePositives[n]);
            }

            return area.Value / Positives / Negatives;
        }
    }

    /// <summary>Σ (recall − recall before) · precision: scikit-learn's average_precision_score. NaN where no row is positive.</summary>
    public double AveragePrecision
    {
        get
        {
            CompensatedSum sum = default;
            double before = 0;
            for (int n = 0; n < Thresholds.Count; n++)
            {
                double t = TruePositives[n];
                sum.Add((t - before) * (t / (t + FalsePositives[n])));
                before = t;
            }

            return sum.Value / Positives;
        }
    }

    /// <summary>Ranks rows.</summary>
    /// <param name="isPositive">Whether each row is what the score is of.</param>
    /// <param name="scores">The more, the likelier; finite.</param>
    /// <param name="weights">What each row counts, ≥ 0; empty: 1.</param>
    /// <exception cref="ArgumentException">Not as many of one as of the other, or a score that is not finite.</exception>
    public static RankingCurve Of(ReadOnlySpan<bool> isPositive, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights = default)
    {
        if (isPositive.Length != scores.Length || (weights.Length > 0 && weights.Length != scores.Length))
        {
            throw new ArgumentException($"{isPositive.Length} rows, {scores.Length} scores and {weights.Length} weights found, as many of each expected", nameof(scores));
        }

        int[] order = new int[scores.Length];
        double[] descending = new double[scores.Length];
        for (int row = 0; row < order.Length; row++)
        {
            (order[row], descending[row]) = (row, double.IsFinite(scores[row]) ? -scores[row] : throw new ArgumentException($"score {scores[row]} found in row {row}, a finite number expected", nameof(scores)));
        }

        Array.Sort(descending, order);
        var points = new List<(double Threshold, double True, double False)>();
        CompensatedSum positive = default, negative = default;
        for (int n = 0; n < order.Length;)
        {
            double score = descending[n], counted = 0;
            for (; n < order.Length && descending[n] == score; n++)
            {
                double weight = weights.IsEmpty ? 1 : weights[order[n]];
                counted += weight;
                (isPositive[order[n]] ? ref positive : ref negative).Add(weight);
            }

            if (counted > 0)
            {
                points.Add((-score + 0.0, positive.Value, negative.Value)); // −0 is 0
            }
        }

        return new([.. points.Select(point => point.Threshold)], [.. points.Select(point => point.True)], [.. points.Select(point => point.False)]);
    }
}
