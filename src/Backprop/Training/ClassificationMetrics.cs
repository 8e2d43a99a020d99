namespace Backprop.Training;

/// <summary>accuracy, balanced_accuracy, f1_macro and, where outputs are probabilities, log_loss, brier and (two classes) auc: scikit-learn's definitions.</summary>
internal static class ClassificationMetrics
{
    public static Evaluation Compute(double loss, ReadOnlySpan<int> classes, double[] scores, int width, bool areProbabilities)
    {
        int rows = classes.Length, right = 0;
        int[][] confusion = [.. Enumerable.Range(0, width).Select(_ => new int[width])];
        double logLoss = 0, brier = 0;
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<double> y = scores.AsSpan(row * width, width);
            int predicted = ArgMax(y), actual = classes[row];
            confusion[actual][predicted]++;
            right += predicted == actual ? 1 : 0;
            logLoss -= Math.Log(Math.Clamp(y[actual], 2.2204460492503131e-16, 1));
            for (int c = 0; c < width; c++)
            {
                double error = y[c] - (c == actual ? 1 : 0);
                brier += error * error;
            }
        }

        double recalls = 0, f1 = 0;
        int present = 0, seen = 0;
        for (int c = 0; c < width; c++)
        {
            int actual = confusion[c].Sum(), predicted = confusion.Sum(line => line[c]), hits = confusion[c][c];
            if (actual > 0)
            {
                recalls += (double)hits / actual;
                present++;
            }

            if (actual + predicted > 0)
            {
                f1 += 2.0 * hits / (actual + predicted);
                seen++;
            }
        }

        var metrics = new List<KeyValuePair<string, double>>
        {
            new("accuracy", (double)right / rows),
            new("balanced_accuracy", recalls / present),
            new("f1_macro", f1 / seen),
        };
        if (areProbabilities)
        {
            metrics.Add(new("log_loss", logLoss / rows));
            metrics.Add(new("brier", brier / rows / (width == 2 ? 2 : 1))); // two classes: the error of one probability, as usual
        }

        if (width == 2 && present == 2)
        {
            metrics.Add(new("auc", AreaUnderCurve(classes, scores)));
        }

        return new(rows, loss, metrics, confusion);
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

    /// <summary>The chance that a row of class 1 scores higher than one of class 0, ties counting half, by ranks.</summary>
    private static double AreaUnderCurve(ReadOnlySpan<int> classes, double[] scores)
    {
        int rows = classes.Length;
        double[] margin = new double[rows];
        int[] order = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            margin[row] = scores[(2 * row) + 1] - scores[2 * row];
            order[row] = row;
        }

        Array.Sort((double[])margin.Clone(), order);
        double rankSum = 0;
        long positives = 0;
        for (int start = 0; start < rows;)
        {
            int end = start;
            while (end < rows && margin[order[end]].Equals(margin[order[start]])) // a NaN, where both scores are infinite, ties with other NaNs
            {
                end++;
            }

            double rank = 0.5 * (start + 1 + end);
            for (; start < end; start++)
            {
                if (classes[order[start]] == 1)
                {
                    rankSum += rank;
                    positives++;
                }
            }
        }

        return (rankSum - (0.5 * positives * (positives + 1))) / ((double)positives * (rows - positives));
    }
}
