internal static class Means
{
    /// <summary>The mean over members of one output, added in their order.</summary>
    private static double Mean(ReadOnlySpan<double> numbers)
    {
        double sum = 0;
        for (int member = 0; member < Members; member++)
        {
            sum += numbers[member * Outputs];
        }

        return sum / Members;
    }

    /// <summary>log of the mean of e to the numbers.</summary>
    private static double LogMean(ReadOnlySpan<double> numbers, int stride)
    {
        double greatest = numbers[0], sum = 0;
        for (int member = 1; member < Members; member++)
        {
            greatest = Math.Max(greatest, numbers[member * stride]);
        }

        for (int member = 0; member < Members; member++)
        {
            sum += Exp(numbers[member * stride] - greatest);
        }

        return greatest + Log(sum / Members);
    }

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

    /// <summary>The logit of the mean probability, of log p and log(1 − p) each by itself.</summary>
    private static double MeanLogit(ReadOnlySpan<double> logits, Span<double> second) => MeanLogProbability(logits, 1, second) - MeanLogProbability(logits, -1, second);

    private static double MeanLogProbability(ReadOnlySpan<double> logits, int sign, Span<double> second)
    {
        for (int member = 0; member < Members; member++)
        {
            double z = sign * logits[member * Outputs];
            second[member] = Math.Min(z, 0) - Log(1 + Exp(-Math.Abs(z)));
        }

        return LogMean(second, 1);
    }

    /// <summary>The variance of a mixture: the mean variance and the variance of the means.</summary>
    private static void ToMixture(ReadOnlySpan<double> numbers, Span<double> mean)
    {
        int count = Outputs / 2;
        for (int target = 0; target < count; target++)
        {
            double sum = 0;
            for (int member = 0; member < Members; member++)
            {
                double apart = numbers[(member * Outputs) + target] - mean[target];
                sum += Exp(numbers[(member * Outputs) + count + target]) + (apart * apart);
            }

            mean[count + target] = Log(sum / Members);
        }
    }
}
