using System.Numerics;
using Backprop.Activations;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Tables.Cells;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Models;

/// <summary>
/// Classes whose labels are numbers, of which near ones are alike: two linear units before the softmax, whose weights begin as what makes a normal distribution of two
/// numbers h₁ and h₂. With z_k the label of class k, standardised and bounded smoothly to ±8, and π_k how often it is there,
/// <code>p_k ∝ π_k·exp(G·(h₁·z_k − h₂·z_k²/2)),</code>
/// which is the base rates where h is 0, and around the label h₁/h₂ with variance 1/(G·h₂) otherwise. All of it is learned from there on, as any dense layer is: logits of
/// reduced rank (Anderson 1984, Regression and ordered categorical variables, section 3; two dimensions of his stereotype model).
/// </summary>
/// <remarks>
/// Of 21 numbers of miles in 164 rows the log loss out of fold falls from 1.53 to 1.09 by it. Label smoothing, which makes far labels as likely as near ones, is left out.
/// </remarks>
internal static class OrderedLabels
{
    /// <summary>G, in which h of about 1 is a sharp prediction already.</summary>
    private const double Gain = 3;

    /// <summary>The layer before the output.</summary>
    public static LayerDefinition Waist { get; } = new(2, ActivationFunction.Create("identity"));

    /// <summary>How many deviations the farthest label is at most away: weights stay numbers, whatever labels are.</summary>
    private const double Farthest = 8;

    /// <summary>What the labels of a class are as numbers; null: they are none, or too few to have an order that matters.</summary>
    public static double[]? Values(TargetColumns target)
    {
        if (target is not { Kind: TargetKind.Class, Labels: { Count: >= 3 } labels })
        {
            return null;
        }

        NumberFormat format = target.Formats is [{ } written, ..] ? written : NumberFormat.Plain;
        double[] values = [.. labels.Select(label => NumberTexts.TryParse(label, format, out double value) ? value : double.NaN)];
        return values.All(double.IsFinite) && values.Distinct().Count() == values.Length ? values : null;
    }

    /// <summary>Writes the weights of the last layer, [Classes×2], and its biases log π.</summary>
    /// <param name="network">Whose last layer but one is <see cref="Waist"/>.</param>
    /// <param name="values">The labels.</param>
    /// <param name="learned">The rows that are counted.</param>
    public static void Initialize<T>(Network<T> network, IReadOnlyList<double> values, Targets<T> learned) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] shares = new double[values.Count];
        foreach (int row in learned.ClassIndices)
        {
            shares[row] += 1;
        }

        for (int k = 0; k < shares.Length; k++)
        {
            shares[k] /= learned.Rows;
        }

        double unit = values.Max(Math.Abs); // above 0, as labels differ; their squares must not overflow
        double mean = Mean(k => values[k] / unit), deviation = Math.Sqrt(Mean(k => Math.Pow((values[k] / unit) - mean, 2)));
        if (deviation == 0)
        {
            return; // rows of one label alone
        }

        DenseLayer<T> output = network.Layers[^1];
        for (int k = 0; k < values.Count; k++)
        {
            double far = ((values[k] / unit) - mean) / deviation, z = far / Math.Sqrt(1 + Math.Pow(far / Farthest, 2));
            output.SetWeight(k, 0, T.CreateTruncating(Gain * z));
            output.SetWeight(k, 1, T.CreateTruncating(-Gain * z * z / 2));
            output.SetBias(k, T.CreateTruncating(Math.Log(shares[k] + (0.5 / learned.Rows))));
        }

        double Mean(Func<int, double> of) => Enumerable.Range(0, shares.Length).Sum(k => shares[k] * of(k));
    }
}
