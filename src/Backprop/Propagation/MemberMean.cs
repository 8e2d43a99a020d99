using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Activations;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>
/// What the members of an ensemble say together: the mean of their probabilities, rates or values, added in the members' order; of means and log variances
/// those of the mixture. Probabilities stay what they are made of, p with f_N(p) the mean, so that they neither round to 0 nor to 1.
/// </summary>
public sealed unsafe class MemberMean<T>(NetworkDefinition definition, int members, double temperature) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ActivationKernel<Lane<double>> _activation = definition.Layers[^1].Activation.Bind<Lane<double>>();
    private readonly bool _isSoftmax = definition.HasLogits && definition.Layers[^1].Activation.Name != "sigmoid";
    private readonly int _width = definition.Outputs;
    private readonly double[] _numbers = new double[members * definition.Outputs], _second = new double[members];

    /// <summary>Whether what is written is y itself; else f_N makes y of it.</summary>
    public static bool IsOutput(NetworkDefinition definition) => !definition.HasLogits;

    /// <summary>The mean of many rows.</summary>
    /// <param name="preActivations">P_N, [Members][Rows×Outputs].</param>
    /// <param name="mean">[Rows×Outputs], written.</param>
    public void Write(ReadOnlySpan<T> preActivations, Span<T> mean)
    {
        Span<double> row = new double[_width];
        for (int at = 0; at < mean.Length; at += _width)
        {
            Row(preActivations[at..], mean.Length, row);
            for (int output = 0; output < _width; output++)
            {
                mean[at + output] = T.CreateTruncating(row[output]);
            }
        }
    }

    /// <summary>The mean of one row; of softmax the logarithms of probabilities.</summary>
    /// <param name="preActivations">p_N of the row and the first member.</param>
    /// <param name="stride">From member to member.</param>
    /// <param name="mean">[Outputs], written.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Row(ReadOnlySpan<T> preActivations, int stride, Span<double> mean)
    {
        for (int member = 0; member < members; member++)
        {
            Span<double> own = _numbers.AsSpan(member * _width, _width);
            for (int output = 0; output < own.Length; output++)
            {
                own[output] = double.CreateTruncating(preActivations[(member * stride) + output]) / temperature;
            }

            if (_isSoftmax)
            {
                ToLogProbabilities(own);
            }
            else if (!definition.HasLogits)
            {
                fixed (double* y = own)
                {
                    _activation.Forward((Lane<double>*)y, (Lane<double>*)y, own.Length);
                }
            }
        }

        for (int output = 0; output < _width; output++)
        {
            ReadOnlySpan<double> all = _numbers.AsSpan(output);
            mean[output] = _isSoftmax || (!definition.HasLogits && definition.OutputMeaning == OutputMeaning.LogRate) ? LogMean(all, _width)
                : definition.HasLogits ? Logit(all)
                : Mean(all);
        }

        if (definition.OutputMeaning == OutputMeaning.MeanAndLogVariance)
        {
            ToMixture(mean);
        }
    }

    /// <summary>Own functions, so the same bits everywhere.</summary>
    private static double Exp(double value) => Lane<double>.Exp(new(value)).Value;

    private static double Log(double value) => Lane<double>.Log(new(value)).Value;

    /// <summary>log softmax.</summary>
    private static void ToLogProbabilities(Span<double> p)
    {
        double greatest = p[0], sum = 0;
        foreach (double value in p)
        {
            greatest = Math.Max(greatest, value);
        }

        foreach (double value in p)
        {
            sum += Exp(value - greatest);
        }

        double all = greatest + Log(sum);
        foreach (ref double value in p)
        {
            value -= all;
        }
    }

    private double Mean(ReadOnlySpan<double> numbers)
    {
        double sum = 0;
        for (int member = 0; member < members; member++)
        {
            sum += numbers[member * _width];
        }

        return sum / members;
    }

    /// <summary>log of the mean of e to the numbers.</summary>
    private double LogMean(ReadOnlySpan<double> numbers, int stride)
    {
        double greatest = numbers[0], sum = 0;
        for (int member = 1; member < members; member++)
        {
            greatest = Math.Max(greatest, numbers[member * stride]);
        }

        for (int member = 0; member < members; member++)
        {
            sum += Exp(numbers[member * stride] - greatest);
        }

        return greatest + Log(sum / members);
    }

    /// <summary>The logit of the mean probability, of log p and log(1 − p) each by itself.</summary>
    private double Logit(ReadOnlySpan<double> logits)
    {
        double Of(ReadOnlySpan<double> logits, int sign)
        {
            for (int member = 0; member < members; member++)
            {
                double z = sign * logits[member * _width];
                _second[member] = Math.Min(z, 0) - Log(1 + Exp(-Math.Abs(z)));
            }

            return LogMean(_second, 1);
        }

        return Of(logits, 1) - Of(logits, -1);
    }

    /// <summary>The variance of a mixture: the mean variance and the variance of the means.</summary>
    private void ToMixture(Span<double> mean)
    {
        int count = _width / 2;
        for (int target = 0; target < count; target++)
        {
            double sum = 0;
            for (int member = 0; member < members; member++)
            {
                double apart = _numbers[(member * _width) + target] - mean[target];
                sum += Exp(_numbers[(member * _width) + count + target]) + (apart * apart);
            }

            mean[count + target] = Log(sum / members);
        }
    }
}
