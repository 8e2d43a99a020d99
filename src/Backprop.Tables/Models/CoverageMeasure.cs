using System.Numerics;
using Backprop.Data;
using Backprop.Tables.Schemas;
using Backprop.Training;

namespace Backprop.Tables.Models;

/// <summary>How often intervals or sets hold what is true, and how large they are; rows count by their weights.</summary>
internal static class CoverageMeasure
{
    /// <param name="predictions">With intervals or sets.</param>
    /// <param name="targets">What is true.</param>
    /// <param name="weights">What rows weigh; null: the same.</param>
    /// <param name="target">How values were scaled.</param>
    public static CoverageFigures Of<T, TTarget>(Predictions predictions, Targets<TTarget> targets, T[]? weights, TargetColumns? target) where T : unmanaged, IBinaryFloatingPointIeee754<T> where TTarget : unmanaged, IBinaryFloatingPointIeee754<TTarget>
    {
        int count = predictions.Labels.Count > 0 ? 1 : predictions.Targets.Count;
        double[] held = new double[count], sizes = new double[count];
        double all = 0;
        for (int row = 0; row < predictions.Count; row++)
        {
            double weight = weights is null ? 1 : double.CreateTruncating(weights[row]);
            all += weight;
            if (predictions.Labels.Count > 0)
            {
                IReadOnlyList<string> set = predictions.SetOf(row);
                int actual = targets.AreClasses ? targets.ClassIndices[row] : targets[row, 0] == TTarget.One ? 1 : 0;
                held[0] += weight * (set.Contains(predictions.Labels[actual]) ? 1 : 0);
                sizes[0] += weight * set.Count;
                continue;
            }

            (double Low, double High)[] intervals = predictions.IntervalsOf(row);
            for (int of = 0; of < count; of++)
            {
                double value = double.CreateTruncating(targets[row, of]), own = target?.Unscale(of, value) ?? value;
                held[of] += weight * (own >= intervals[of].Low && own <= intervals[of].High ? 1 : 0);
                sizes[of] += weight * (intervals[of].High - intervals[of].Low);
            }
        }

        return new(predictions.Coverage!.Value, held.Average() / all, sizes.Average() / all, predictions.Labels.Count > 0)
        {
            PerOutput = count == 1 ? null : [.. held.Zip(sizes, (one, size) => (one / all, size / all))],
        };
    }
}
