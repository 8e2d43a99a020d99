using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Propagation;

namespace Backprop.Training;

/// <summary>
/// The one temperature that makes probabilities of rows that were not learned from the likeliest: golden section on its logarithm, the same whenever it is asked.
/// log T is taken to be about 0, give or take <see cref="Doubt"/>: where every row is right, no sharper probability is believed than so many rows can show.
/// </summary>
public static class TemperatureFit
{
    private const double Doubt = 0.5;

    private const double Least = 0.05, Greatest = 20, Width = 1e-4;

    private static readonly double s_golden = (Math.Sqrt(5) - 1) / 2;

    /// <param name="definition">What made the logits.</param>
    /// <param name="preActivations">P_N, [Members][Rows×Outputs].</param>
    /// <param name="members">How many networks spoke of each row.</param>
    /// <param name="targets">The rows' classes, or 0 and 1.</param>
    /// <param name="weights">What they weigh; null: the same.</param>
    /// <returns>The temperature; 1 where the outputs are no probabilities of classes, or none lowers the log loss.</returns>
    public static double Fit<T>(NetworkDefinition definition, T[] preActivations, int members, Targets<T> targets, T[]? weights) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!definition.HasLogits || !definition.OutputMeaning.IsProbability() || !(targets.AreClasses || !targets.AllValues.ContainsAnyExcept(T.Zero, T.One)))
        {
            return 1;
        }

        double Loss(double logarithm) => LogLoss(definition, preActivations, members, Exp(logarithm), targets, weights) + (logarithm * logarithm / (2 * Doubt * Doubt));
        double low = Log(Least), high = Log(Greatest), plain = Loss(0);
        double left = high - (s_golden * (high - low)), right = low + (s_golden * (high - low)), atLeft = Loss(left), atRight = Loss(right);
        while (high - low > Width)
        {
            if (atLeft <= atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                left = high - (s_golden * (high - low));
                atLeft = Loss(left);
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                right = low + (s_golden * (high - low));
                atRight = Loss(right);
            }
        }

        return Math.Min(atLeft, atRight) < plain ? Exp(atLeft <= atRight ? left : right) : 1;
    }

    private static double Exp(double value) => Lane<double>.Exp(new(value)).Value;

    private static double Log(double value) => Lane<double>.Log(new(value)).Value;

    /// <summary>Σ over rows of −log of what was true, each by its weight over the mean weight of rows that count: what stands against the doubt is how many rows there are, not the unit of weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double LogLoss<T>(NetworkDefinition definition, T[] preActivations, int members, double temperature, Targets<T> targets, T[]? weights) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var mean = new MemberMean<T>(definition, members, temperature);
        bool isSigmoid = definition.Layers[^1].Activation.Name == "sigmoid";
        int width = definition.Outputs, stride = targets.Rows * width;
        double[] p = new double[width];
        CompensatedSum sum = default, weightSum = default;
        int counted = 0;
        for (int row = 0; row < targets.Rows; row++)
        {
            double weight = weights is null ? 1 : double.CreateTruncating(weights[row]), loss = 0;
            if (weight == 0)
            {
                continue;
            }

            int one = isSigmoid ? -1 : targets.AreClasses ? targets.ClassIndices[row] : targets.AllValues.Slice(row * width, width).IndexOf(T.One);
            mean.Row(preActivations.AsSpan(row * width), stride, p);
            for (int output = 0; output < width; output++)
            {
                loss += isSigmoid ? SoftPlus(targets[row, output] == T.One ? -p[output] : p[output]) : output == one ? -p[output] : 0;
            }

            sum.Add(weight * loss);
            weightSum.Add(weight);
            counted++;
        }

        return weights is null || counted == 0 ? sum.Value : sum.Value * (counted / weightSum.Value);
    }

    private static double SoftPlus(double value) => Math.Max(value, 0) + Log(1 + Exp(-Math.Abs(value)));
}
