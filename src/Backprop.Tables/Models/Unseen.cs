using System.Numerics;
using Backprop.Data;
using Backprop.Training;

namespace Backprop.Tables.Models;

/// <summary>What networks say of rows that they have not learned from.</summary>
/// <param name="Outputs">P_N of each row; of an ensemble on one split the mean of the networks' outputs.</param>
/// <param name="Rows">The rows.</param>
/// <param name="Temperature">What logits are divided by.</param>
internal sealed record Unseen<T>(OutputReader<T> Outputs, Dataset<T> Rows, double Temperature) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Which rows of all they are, where there are folds.</summary>
    public int[] At { get; init; } = [];

    /// <summary>The loss of each of all rows, of classes the log loss; NaN: no network that has not learned from it finished, or it weighs nothing.</summary>
    public double[] Losses(int all)
    {
        double[] losses = new double[all], y = new double[Outputs.Width];
        Array.Fill(losses, double.NaN);
        if (!Rows.Targets.AreClasses)
        {
            foreach ((int row, double loss) in OutputLoss.OfRows(Outputs, Rows).Index())
            {
                losses[At[row]] = loss;
            }

            return losses;
        }

        for (int n = 0; n < At.Length; n++)
        {
            _ = Outputs.Read(n, y);
            losses[At[n]] = -Math.Log(Math.Max(1e-15, y[Rows.Targets.ClassIndices[n]]));
        }

        return losses;
    }
}
