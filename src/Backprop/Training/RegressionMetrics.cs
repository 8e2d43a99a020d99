using System.Numerics;
using Backprop.Data;

namespace Backprop.Training;

/// <summary>r2 (mean over the targets, scikit-learn's default), rmse and mae (over all values), in the targets' own units.</summary>
internal static class RegressionMetrics
{
    public static Evaluation Compute<T>(double loss, Targets<T> targets, double[] outputs, int width, double[]? scales) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = targets.Rows, count = targets.Count;
        double squares = 0, absolutes = 0, r2 = 0;
        for (int target = 0; target < count; target++)
        {
            double scale = scales?[target] ?? 1, mean = 0, residual = 0, total = 0;
            for (int row = 0; row < rows; row++)
            {
                mean += (double.CreateTruncating(targets[row, target]) - mean) / (row + 1);
            }

            for (int row = 0; row < rows; row++)
            {
                double t = double.CreateTruncating(targets[row, target]), error = outputs[(row * width) + target] - t;
                residual += error * error;
                total += (t - mean) * (t - mean);
                absolutes += Math.Abs(error) * scale;
            }

            squares += residual * scale * scale;
            r2 += total > 0 ? 1 - (residual / total) : residual == 0 ? 1 : 0;
        }

        return new(rows, loss, [new("r2", r2 / count), new("rmse", Math.Sqrt(squares / rows / count)), new("mae", absolutes / rows / count)], null);
    }
}
