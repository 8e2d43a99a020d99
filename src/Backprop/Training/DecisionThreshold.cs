namespace Backprop.Training;

/// <summary>
/// The probability from which on a row is said to be of the positive class: the one that makes a figure greatest on rows that were not learned from. It changes what is
/// decided, no probability. The idea is that of scikit-learn's TunedThresholdClassifierCV; there the best of 100 thresholds between the least and the greatest score is taken, here
/// every place where a decision changes is tried.
/// </summary>
/// <example>
/// <code>
/// double[] probabilities = [0.1, 0.2, 0.3, 0.9];
/// (double threshold, double figure, _) = DecisionThreshold.Choose("f1", probabilities, [false, true, true, true]);
/// // 0.15 and 1: from 0.15 on all three are found, and nothing else
/// </code>
/// </example>
public static class DecisionThreshold
{
    /// <summary>Where nothing is chosen.</summary>
    public const double Usual = 0.5;

    /// <summary>Figures that differ by less are the same: sums of weights are rounded.</summary>
    private const double Rounding = 1e-12;

    /// <summary>
    /// What it can be chosen by. With TP, FP, TN, FN the rows' weights: accuracy (TP + TN)/all; balanced_accuracy, the mean of TP/(TP + FN) and TN/(TN + FP); youden, their sum − 1;
    /// f1 2 TP/(2 TP + FP + FN); f1_macro, the mean of f1 of both classes; mcc, Matthews' correlation.
    /// </summary>
    public static IReadOnlyList<string> Figures { get; } = ["accuracy", "balanced_accuracy", "f1", "f1_macro", "mcc", "youden"];

    /// <summary>Chooses between all thresholds that decide differently: of those with the greatest figure the nearest to 0.5, each in the middle between two probabilities; 0.5 itself where it decides the same.</summary>
    /// <param name="figure">One of <see cref="Figures"/>.</param>
    /// <param name="probabilities">Of the positive class, by row.</param>
    /// <param name="positives">Whether rows are of it.</param>
    /// <param name="weights">What rows weigh; empty: the same.</param>
    /// <returns>The threshold, the figure with it, and the figure with 0.5.</returns>
    /// <exception cref="UsageException">No such figure.</exception>
    /// <exception cref="ArgumentException">No row, not as many of one as of the other, or a probability that is no number.</exception>
    public static (double Threshold, double Figure, double FigureAtHalf) Choose(string figure, ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> positives, ReadOnlySpan<double> weights = default)
    {
        if (positives.Length != probabilities.Length || (weights.Length != 0 && weights.Length != probabilities.Length))
        {
            throw new ArgumentException($"{positives.Length} classes and {weights.Length} weights found for {probabilities.Length} probabilities", nameof(positives));
        }

        Func<double, double, double, double, double> measure = Measure(figure);
        if (probabilities.IsEmpty)
        {
            throw new ArgumentException("no row found, at least one expected", nameof(probabilities));
        }

        foreach (double one in probabilities)
        {
            if (!double.IsFinite(one))
            {
                throw new ArgumentException($"the probability {one} found, a number expected", nameof(probabilities));
            }
        }

        double[] p = probabilities.ToArray();
        int[] order = [.. Enumerable.Range(0, p.Length).OrderByDescending(row => p[row])]; // stable: the same sums everywhere
        double allPositive = 0, allNegative = 0;
        foreach (int row in order)
        {
            double weight = weights.Length == 0 ? 1 : weights[row];
            (allPositive, allNegative) = positives[row] ? (allPositive + weight, allNegative) : (allPositive, allNegative + weight);
        }

        (double Threshold, double Figure) best = (double.NaN, double.NegativeInfinity);
        double atHalf = double.NaN, tp = 0, fp = 0, above = double.PositiveInfinity;
        for (int n = 0; n <= order.Length;)
        {
            double below = n < order.Length ? p[order[n]] : double.NegativeInfinity, value = measure(tp, fp, allNegative - fp, allPositive - tp);
            double? threshold = Between(below, above);
            if (below < Usual && above >= Usual)
            {
                (threshold, atHalf) = (Usual, value);
            }

            bool isNearer = threshold is { } near && Math.Abs(near - Usual) < Math.Abs(best.Threshold - Usual);
            if (threshold is { } found && (value > best.Figure + Rounding || (value >= best.Figure - Rounding && isNearer)))
            {
                best = (found, value);
            }

            above = below;
            if (n == order.Length)
            {
                break;
            }

            for (; n < order.Length && p[order[n]] == below; n++)
            {
                double weight = weights.Length == 0 ? 1 : weights[order[n]];
                (tp, fp) = positives[order[n]] ? (tp + weight, fp) : (tp, fp + weight);
            }
        }

        return (best.Threshold, best.Figure, atHalf);
    }

    /// <summary>The class of a row: the likeliest, or by a threshold one of two.</summary>
    /// <param name="probabilities">Of each class.</param>
    /// <param name="threshold">From which on it is the second of two; null: the likeliest.</param>
    public static int Winner(ReadOnlySpan<double> probabilities, double? threshold) =>
        threshold is { } least ? probabilities[1] >= least ? 1 : 0 : ClassificationMetrics.ArgMax(probabilities);

    /// <summary>In the middle between two probabilities; null: none from 0 to 1 decides so.</summary>
    private static double? Between(double below, double above)
    {
        if (above <= 0 || below >= 1)
        {
            return null; // only a threshold of 0 says all, and one above 1 says none
        }

        (double low, double high) = (Math.Max(below, 0), Math.Min(above, 1));
        double middle = low + (0.5 * (high - low));
        return middle > below ? middle : high;
    }

    private static Func<double, double, double, double, double> Measure(string figure) => figure switch
    {
        "accuracy" => (tp, fp, tn, fn) => (tp + tn) / (tp + fp + tn + fn),
        "balanced_accuracy" => (tp, fp, tn, fn) => 0.5 * (Part(tp, tp + fn) + Part(tn, tn + fp)),
        "youden" => (tp, fp, tn, fn) => Part(tp, tp + fn) + Part(tn, tn + fp) - 1,
        "f1" => (tp, fp, tn, fn) => Part(2 * tp, (2 * tp) + fp + fn),
        "f1_macro" => (tp, fp, tn, fn) => 0.5 * (Part(2 * tp, (2 * tp) + fp + fn) + Part(2 * tn, (2 * tn) + fp + fn)),
        "mcc" => (tp, fp, tn, fn) => Part((tp * tn) - (fp * fn), Math.Sqrt(tp + fp) * Math.Sqrt(tp + fn) * Math.Sqrt(tn + fp) * Math.Sqrt(tn + fn)),
        _ => throw new UsageException(Suggestion.Unknown("figure", figure, [.. Figures])) { Settings = ["Threshold"] },
    };

    private static double Part(double of, double whole) => whole > 0 ? of / whole : 0;
}
