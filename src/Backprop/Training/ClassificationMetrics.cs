using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Losses;
using Backprop.Propagation.Schedules;

namespace Backprop.Training;

/// <summary>
/// accuracy, balanced_accuracy, f1_macro, log_loss, brier, auc and calibration_error, each class by itself, and the confusion: scikit-learn's
/// definitions, weighted where rows are. docs/metrics.md has the formulas. A row of weight 0 counts as if it were not there.
/// </summary>
internal static class ClassificationMetrics
{
    /// <summary>The bins of the winning probability that calibration is taken over.</summary>
    private const int Bins = 15;

    /// <summary>scikit-learn's clipping of probabilities before their logarithm: the distance from 1 to the next number.</summary>
    private const double Epsilon = 2.2204460492503131e-16;

    /// <summary>Rows are read by all threads, some at a time, then added by one in their order, while what was made of them is in the cache.</summary>
    private const int ChunkRows = 8192;

    /// <summary>The rows of a piece, and the ranks below which one thread is faster than several.</summary>
    private const int PieceRows = 512, FewRanks = 4096;

    public static readonly string[] Names = ["accuracy", "balanced_accuracy", "f1_macro", "log_loss", "brier", "auc", "calibration_error"];

    /// <param name="loss">The mean loss.</param>
    /// <param name="classes">The class of each row.</param>
    /// <param name="scores">What the outputs say.</param>
    /// <param name="weights">What rows weigh.</param>
    /// <param name="dealer">Shares out rows and classes; the bits are the same.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Evaluation Compute<T, TWeight>(double loss, int[] classes, ClassScores<T> scores, RowWeights<TWeight> weights, Dealer dealer) where T : unmanaged, IBinaryFloatingPointIeee754<T> where TWeight : unmanaged, IBinaryFloatingPointIeee754<TWeight>
    {
        int rows = classes.Length, width = scores.Classes;
        int[][] counts = [.. Enumerable.Range(0, width).Select(_ => new int[width])];
        var sums = weights.AreGiven ? new CompensatedSum[(long)width * width] : [];
        bool areProbabilities = scores.Meaning.IsProbability();
        CompensatedSum weightSum = default, logLoss = default, brier = default;
        var bins = new CompensatedSum[Bins];
        int firstBad = -1;
        RowFigures[] chunk = ArrayPool<RowFigures>.Shared.Rent(Math.Min(rows, ChunkRows));
        var readers = new (ClassScores<T> Scores, double[] Y)[dealer.Threads];
        int first = 0;
        Action<int, int> read = (thread, piece) =>
        {
            (ClassScores<T> of, double[] y) = readers[thread] = readers[thread].Y is null ? (thread == 0 ? scores : scores.Again(), new double[width]) : readers[thread];
            ReadRows(of, y, first + (piece * PieceRows), classes, weights, chunk.AsSpan(piece * PieceRows, Math.Min(PieceRows, Math.Min(rows - first, ChunkRows) - (piece * PieceRows))));
        };
        for (; first < rows; first += ChunkRows)
        {
            int count = Math.Min(rows - first, ChunkRows), pieces = (count + PieceRows - 1) / PieceRows;
            dealer.Share(pieces, isSmall: pieces == 1, read);
            for (int n = 0; n < count; n++)
            {
                ref readonly RowFigures row = ref chunk[n];
                if (row.Weight == 0)
                {
                    continue;
                }

                weightSum.Add(row.Weight);
                if (row.Predicted < 0)
                {
                    firstBad = firstBad < 0 ? first + n : firstBad;
                    continue;
                }

                int actual = classes[first + n];
                counts[actual][row.Predicted]++;
                if (sums.Length > 0)
                {
                    sums[(actual * width) + row.Predicted].Add(row.Weight);
                }

                if (areProbabilities)
                {
                    logLoss.Add(row.LogLoss);
                    brier.Add(row.Brier);
                    bins[row.Bin].Add(row.Calibration);
                }
            }
        }

        ArrayPool<RowFigures>.Shared.Return(chunk);
        double[][]? weighted = weights.AreGiven ? Weighted(sums, width, weights) : null;
        string? nothing = firstBad >= 0 ? $"row {firstBad}: an output is not a finite number" : weightSum.Value == 0 ? "the weights of all rows are 0" : null;
        if (nothing is not null)
        {
            return new(rows, loss, [.. Names.Select(name => new KeyValuePair<string, double>(name, double.NaN))], counts)
            {
                WeightedConfusion = weighted,
                PerClass = [.. counts.Select(_ => new ClassMetrics(double.NaN, double.NaN, double.NaN, double.NaN, double.NaN))],
                Reasons = Names.ToDictionary(name => name, _ => nothing),
            };
        }

        ClassMetrics[] perClass = PerClass(counts, sums, weights);
        AddAreas(perClass, classes, scores, weights, dealer);
        double right = 0, recalls = 0, f1 = 0, calibration = 0;
        int present = 0, seen = 0;
        for (int c = 0; c < width; c++)
        {
            right += weighted is null ? counts[c][c] : sums[(c * width) + c].Value;
            if (perClass[c].Support > 0)
            {
                recalls += perClass[c].Recall;
                present++;
            }

            if (perClass[c].Support > 0 || counts.Any(line => line[c] > 0))
            {
                f1 += perClass[c].F1;
                seen++;
            }
        }

        foreach (CompensatedSum bin in bins)
        {
            calibration += Math.Abs(bin.Value);
        }

        double all = weightSum.Value, ofProbabilities = areProbabilities ? all : double.NaN;
        var reasons = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!areProbabilities)
        {
            string why = $"{scores.Origin} makes scores, no probabilities";
            (reasons["log_loss"], reasons["brier"], reasons["calibration_error"]) = (why, why, why);
        }

        double auc = MeanArea(perClass);
        if (double.IsNaN(auc))
        {
            reasons["auc"] = "all rows are of one class";
        }

        return new(
            rows, loss,
            [
                new("accuracy", right / all),
                new("balanced_accuracy", recalls / present),
                new("f1_macro", f1 / seen),
                new("log_loss", logLoss.Value / ofProbabilities),
                new("brier", brier.Value / ofProbabilities),
                new("auc", auc),
                new("calibration_error", calibration / ofProbabilities),
            ],
            counts)
        {
            WeightedConfusion = weighted,
            PerClass = perClass,
            Reasons = reasons,
        };
    }

    public static int ArgMax(ReadOnlySpan<double> values)
    {
        int best = 0;
        for (int c = 1; c < values.Length; c++)
        {
            best = values[c] > values[best] ? c : best;
        }

        return best;
    }

    /// <summary>What rows will add to the sums.</summary>
    /// <param name="scores">A thread's own.</param>
    /// <param name="y">[Classes], its scratch.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="classes">The class of each row.</param>
    /// <param name="weights">What rows weigh.</param>
    /// <param name="figures">Written, one of each row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadRows<T, TWeight>(ClassScores<T> scores, double[] y, int firstRow, int[] classes, RowWeights<TWeight> weights, Span<RowFigures> figures) where T : unmanaged, IBinaryFloatingPointIeee754<T> where TWeight : unmanaged, IBinaryFloatingPointIeee754<TWeight>
    {
        bool areProbabilities = scores.Meaning.IsProbability();
        for (int n = 0; n < figures.Length; n++)
        {
            int row = firstRow + n;
            ref RowFigures to = ref figures[n];
            to = new() { Weight = weights[row], Predicted = -1 };
            if (to.Weight == 0 || !scores.Read(row, y))
            {
                continue;
            }

            int likeliest = ArgMax(y), actual = classes[row];
            to.Predicted = scores.Threshold is null ? likeliest : DecisionThreshold.Winner(y, scores.Threshold);
            if (areProbabilities)
            {
                to.LogLoss = to.Weight * LogLoss(y, actual);
                to.Brier = to.Weight * Brier(y, actual);
                to.Bin = Math.Clamp((int)Math.Ceiling(Bins * y[likeliest]) - 1, 0, Bins - 1);
                to.Calibration = to.Weight * ((likeliest == actual ? 1 : 0) - y[likeliest]); // of probabilities, whatever is decided by them
            }
        }
    }

    /// <summary>−log of the class's probability, after all are clipped and made to sum to 1 again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double LogLoss(ReadOnlySpan<double> y, int actual)
    {
        double sum = 0;
        foreach (double probability in y)
        {
            sum += Math.Clamp(probability, Epsilon, 1 - Epsilon);
        }

        return -Math.Log(Math.Clamp(y[actual], Epsilon, 1 - Epsilon) / sum);
    }

    /// <summary>Σ over classes of the squared error of a probability; of two classes the second's alone, as usual.</summary>
    private static double Brier(ReadOnlySpan<double> y, int actual)
    {
        double sum = 0;
        for (int c = y.Length == 2 ? 1 : 0; c < y.Length; c++)
        {
            double error = y[c] - (c == actual ? 1 : 0);
            sum += error * error;
        }

        return sum;
    }

    private static double[][] Weighted<T>(CompensatedSum[] sums, int width, RowWeights<T> weights) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[][] confusion = new double[width][];
        for (int r = 0; r < width; r++)
        {
            confusion[r] = new double[width];
            for (int c = 0; c < width; c++)
            {
                confusion[r][c] = weights.Unscale(sums[(r * width) + c].Value);
            }
        }

        return confusion;
    }

    private static ClassMetrics[] PerClass<T>(int[][] counts, CompensatedSum[] sums, RowWeights<T> weights) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int width = counts.Length;
        double[] actual = new double[width], predicted = new double[width];
        double At(int r, int c) => sums.Length == 0 ? counts[r][c] : sums[(r * width) + c].Value;
        for (int r = 0; r < width; r++)
        {
            for (int c = 0; c < width; c++)
            {
                actual[r] += At(r, c);
                predicted[c] += At(r, c);
            }
        }

        static double Part(double of, double whole) => whole > 0 ? of / whole : 0;
        var perClass = new ClassMetrics[width];
        for (int c = 0; c < width; c++)
        {
            perClass[c] = new(
                Part(At(c, c), predicted[c]), Part(At(c, c), actual[c]), Part(2 * At(c, c), actual[c] + predicted[c]), double.NaN, weights.Unscale(actual[c]));
        }

        return perClass;
    }

    private static void AddAreas<T, TWeight>(ClassMetrics[] perClass, int[] classes, ClassScores<T> scores, RowWeights<TWeight> weights, Dealer dealer) where T : unmanaged, IBinaryFloatingPointIeee754<T> where TWeight : unmanaged, IBinaryFloatingPointIeee754<TWeight>
    {
        int[] positives = new int[perClass.Length];
        int counted = 0;
        for (int row = 0; row < classes.Length; row++)
        {
            if (!weights.AreGiven || weights[row] > 0)
            {
                positives[classes[row]]++;
                counted++;
            }
        }

        int first = scores.AreOpposite && !weights.AreGiven ? 1 : 0; // the same pairs, which whole numbers count
        scores.BeginRanks(dealer);
        dealer.Share(perClass.Length - first, isSmall: (long)classes.Length * (perClass.Length - first) < FewRanks, (_, piece) =>
        {
            int c = first + piece;
            if (positives[c] > 0 && positives[c] < counted)
            {
                double[] ranks = ArrayPool<double>.Shared.Rent(classes.Length);
                scores.Rank(c, ranks.AsSpan(0, classes.Length));
                perClass[c] = perClass[c] with { Auc = weights.AreGiven ? Area(c, classes, ranks, weights) : RankedPairs.Area(c, classes, ranks, positives[c]) };
                ArrayPool<double>.Shared.Return(ranks);
            }
        });
        if (first == 1)
        {
            perClass[0] = perClass[0] with { Auc = perClass[1].Auc };
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Area<T>(int c, int[] classes, double[] ranks, RowWeights<T> weights) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var area = new AreaUnderCurve(classes.Length);
        for (int row = 0; row < classes.Length; row++)
        {
            if (weights[row] > 0)
            {
                area.Add(row, ranks[row]);
            }
        }

        return area.Of(classes, c, weights);
    }

    /// <summary>Two classes: of the second against the first; more: the mean over those that occur.</summary>
    private static double MeanArea(ClassMetrics[] perClass)
    {
        if (perClass.Length == 2)
        {
            return perClass[1].Auc;
        }

        double sum = 0;
        int areas = 0;
        foreach (ClassMetrics metrics in perClass)
        {
            if (!double.IsNaN(metrics.Auc))
            {
                sum += metrics.Auc;
                areas++;
            }
        }

        return areas == 0 ? double.NaN : sum / areas;
    }

    /// <summary>What a row adds to each sum, times its weight; <see cref="Predicted"/> is −1 where an output is not finite.</summary>
    private struct RowFigures
    {
        public double Weight, LogLoss, Brier, Calibration;

        public int Predicted, Bin;
    }
}
