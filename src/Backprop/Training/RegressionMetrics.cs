using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Data;
using Backprop.Losses;

namespace Backprop.Training;

/// <summary>
/// r2, rmse and mae of what the outputs predict (a rate, not its logarithm), in the targets' own units: scikit-learn's definitions, of several
/// targets its uniform average; weighted where rows are. docs/metrics.md has the formulas. A row of weight 0 counts as if it were not there.
/// </summary>
internal static class RegressionMetrics
{
    public static readonly string[] Names = ["r2", "rmse", "mae"];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Evaluation Compute<T, TTarget>(double loss, Targets<TTarget> targets, OutputReader<T> outputs, double[]? scales, RowWeights<TTarget> weights) where T : unmanaged, IBinaryFloatingPointIeee754<T> where TTarget : unmanaged, IBinaryFloatingPointIeee754<TTarget>
    {
        int rows = targets.Rows, count = outputs.Network.ValueCount;
        bool takesOffset = outputs.Network.Loss.TakesOffset;
        double[] means = Means(targets, weights, out double weightSum, out int counted);
        OutputMeaning meaning = outputs.Network.OutputMeaning;
        double[] y = new double[outputs.Width];
        CompensatedSum[] squares = new CompensatedSum[count], absolutes = new CompensatedSum[count], totals = new CompensatedSum[count];
        int firstBad = -1;
        for (int row = 0; row < rows; row++)
        {
            double weight = weights[row];
            if (weight == 0)
            {
                continue;
            }

            firstBad = !outputs.Read(row, y) && firstBad < 0 ? row : firstBad;
            for (int output = 0; takesOffset && output < y.Length; output++)
            {
                y[output] += double.CreateTruncating(targets[row, count]);
            }

            meaning.ToPredictions(y);
            for (int target = 0; target < count; target++)
            {
                double t = double.CreateTruncating(targets[row, target]), error = y[target] - t, deviation = t - means[target];
                squares[target].Add(weight * error * error);
                absolutes[target].Add(weight * Math.Abs(error));
                totals[target].Add(weight * deviation * deviation);
            }
        }

        double[] r2 = new double[count], rmse = new double[count], mae = new double[count];
        for (int target = 0; target < count; target++)
        {
            double scale = scales?[target] ?? 1;
            r2[target] = counted < 2 ? double.NaN : R2(squares[target].Value, totals[target].Value);
            rmse[target] = scale * Math.Sqrt(squares[target].Value / weightSum);
            mae[target] = scale * (absolutes[target].Value / weightSum);
        }

        double[] all = [r2.Average(), rmse.Average(), mae.Average()];
        string why = weightSum == 0 ? "the weights of all rows are 0"
            : firstBad >= 0 ? $"row {firstBad}: an output is not a finite number"
            : counted < 2 ? "one row has no variance"
            : "a prediction or a target is too large to be squared";
        return new(rows, loss, Named(r2: all[0], rmse: all[1], mae: all[2]), null)
        {
            PerOutput = count == 1 ? null : [.. Enumerable.Range(0, count).Select(target => new OutputMetrics(Named(r2[target], rmse[target], mae[target])))],
            Reasons = Names.Where((_, n) => !double.IsFinite(all[n])).ToDictionary(name => name, _ => why),
        };
    }

    private static KeyValuePair<string, double>[] Named(double r2, double rmse, double mae) => [new(Names[0], r2), new(Names[1], rmse), new(Names[2], mae)];

    /// <summary>1 − residual/total; without any variance 1 where all is right, else 0.</summary>
    private static double R2(double residual, double total) =>
        double.IsNaN(residual) || double.IsNaN(total) ? double.NaN : residual == 0 ? 1 : total == 0 ? 0 : 1 - (residual / total);

    /// <summary>The weighted mean of each target, from the first row on: a constant's mean is that constant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[] Means<T>(Targets<T> targets, RowWeights<T> weights, out double weightSum, out int counted) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] first = new double[targets.Count];
        var sums = new CompensatedSum[targets.Count];
        CompensatedSum all = default;
        counted = 0;
        for (int row = 0; row < targets.Rows; row++)
        {
            double weight = weights[row];
            if (weight == 0)
            {
                continue;
            }

            all.Add(weight);
            for (int target = 0; target < first.Length; target++)
            {
                double t = double.CreateTruncating(targets[row, target]);
                first[target] = counted == 0 ? t : first[target];
                sums[target].Add(weight * (t - first[target]));
            }

            counted++;
        }

        weightSum = all.Value;
        for (int target = 0; target < first.Length; target++)
        {
            first[target] += sums[target].Value / weightSum;
        }

        return first;
    }
}
