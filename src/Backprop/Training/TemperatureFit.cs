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
/// A row of a class of which there are n counts as that class to (n + 1)/(n + 2), and to the rest as the others (Platt 1999): where every row is right, no sharper
/// probability is believed than so many rows can show.
/// </summary>
internal static class TemperatureFit
{
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

        double[] rest = Rest(definition.Outputs, targets, weights);
        double Loss(double logarithm) => LogLoss(definition, preActivations, members, Exp(logarithm), targets, weights, rest);
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

    /// <summary>What a row is believed not to be what it is: of each class; of flags, of 0 and of 1 of each.</summary>
    private static double[] Rest<T>(int width, Targets<T> targets, T[]? weights) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] count = new double[targets.AreClasses ? width : 2 * width];
        for (int row = 0; row < targets.Rows; row++)
        {
            if (weights is not null && weights[row] == T.Zero)
            {
                continue;
            }

            for (int output = 0; output < width; output++)
            {
                if (!targets.AreClasses)
                {
                    count[(2 * output) + (targets[row, output] == T.One ? 1 : 0)]++;
                }
                else if (targets.ClassIndices[row] == output)
                {
                    count[output]++;
                }
            }
        }

        return [.. count.Select(rows => 1 / (rows + 2))];
    }

    private static double Exp(double value) => Lane<double>.Exp(new(value)).Value;

    private static double Log(double value) => Lane<double>.Log(new(value)).Value;

    /// <summary>Σ over rows of −log of what was true; the mean's divisor is the same at any temperature.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double LogLoss<T>(NetworkDefinition definition, T[] preActivations, int members, double temperature, Targets<T> targets, T[]? weights, double[] rest) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var mean = new MemberMean<T>(definition, members, temperature);
        bool isSigmoid = definition.Layers[^1].Activation.Name == "sigmoid";
        int width = definition.Outputs, stride = targets.Rows * width;
        double[] p = new double[width];
        CompensatedSum sum = default;
        for (int row = 0; row < targets.Rows; row++)
        {
            double weight = weights is null ? 1 : double.CreateTruncating(weights[row]), loss = 0;
            if (weight == 0)
            {
                continue;
            }

            int one = isSigmoid ? -1 : targets.AreClasses ? targets.ClassIndices[row] : targets.AllValues.Slice(row * width, width).IndexOf(T.One);
            double ofRow = one < 0 ? 0 : rest[targets.AreClasses ? one : (2 * one) + 1];
            mean.Row(preActivations.AsSpan(row * width), stride, p);
            for (int output = 0; output < width; output++)
            {
                if (isSigmoid)
                {
                    bool isTrue = targets[row, output] == T.One;
                    double wrong = rest[(2 * output) + (isTrue ? 1 : 0)], right = isTrue ? p[output] : -p[output]; // of the logit of what is true
                    loss += ((1 - wrong) * SoftPlus(-right)) + (wrong * SoftPlus(right));
                }
                else
                {
                    loss -= p[output] * (output == one ? 1 - ofRow : ofRow / (width - 1));
                }
            }

            sum.Add(weight * loss);
        }

        return sum.Value;
    }

    private static double SoftPlus(double value) => Math.Max(value, 0) + Log(1 + Exp(-Math.Abs(value)));
}
