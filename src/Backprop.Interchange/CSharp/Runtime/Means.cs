internal static class Means
{
    /// <summary>The mean over members of one output, added in their order.</summary>
    private static double Mean(ReadOnlySpan<double> numbers)
    {
        double sum = 0;
        for (int member = 0; member < EnsembleSize; member++)
        {
            sum += numbers[member * OutputWidth];
        }

        return sum / EnsembleSize;
    }

    /// <summary>log of the mean of e to the numbers.</summary>
    private static double LogMean(ReadOnlySpan<double> numbers, int stride)
    {
        double greatest = numbers[0], sum = 0;
        for (int member = 1; member < EnsembleSize; member++)
        {
            greatest = Math.Max(greatest, numbers[member * stride]);
        }

        for (int member = 0; member < EnsembleSize; member++)
        {
            sum += Exp(numbers[member * stride] - greatest);
        }

        return greatest + Log(sum / EnsembleSize);
    }

    /// <summary>log softmax.</summary>
    private static void ToLogProbabilities(Span<double> p)
    {
        double greatest = p[0], sum = 0;
        for (int n = 0; n < p.Length; n++)
        {
            greatest = Math.Max(greatest, p[n]);
        }

        for (int n = 0; n < p.Length; n++)
        {
            sum += Exp(p[n] - greatest);
        }

        double all = greatest + Log(sum);
        for (int n = 0; n < p.Length; n++)
        {
            p[n] -= all;
        }
    }

    /// <summary>The logit of the mean probability, of log p and log(1 − p) each by itself.</summary>
    private static double MeanLogit(ReadOnlySpan<double> logits, Span<double> second) => MeanLogProbability(logits, 1, second) - MeanLogProbability(logits, -1, second);

    private static double MeanLogProbability(ReadOnlySpan<double> logits, int sign, Span<double> second)
    {
        for (int member = 0; member < EnsembleSize; member++)
        {
            double z = sign * logits[member * OutputWidth];
            second[member] = Math.Min(z, 0) - Log(1 + Exp(-Math.Abs(z)));
        }

        return LogMean(second, 1);
    }

    /// <summary>The variance of a mixture: the mean variance and the variance of the means.</summary>
    private static void ToMixture(ReadOnlySpan<double> numbers, Span<double> mean)
    {
        int count = OutputWidth / 2;
        for (int target = 0; target < count; target++)
        {
            double sum = 0;
            for (int member = 0; member < EnsembleSize; member++)
            {
                double apart = numbers[(member * OutputWidth) + target] - mean[target];
                sum += Exp(numbers[(member * OutputWidth) + count + target]) + (apart * apart);
            }

            mean[count + target] = Log(sum / EnsembleSize);
        }
    }
}
