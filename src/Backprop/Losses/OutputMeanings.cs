namespace Backprop.Losses;

/// <summary>Outputs as what they mean.</summary>
public static class OutputMeanings
{
    /// <summary>Whether outputs say how likely something is.</summary>
    public static bool IsProbability(this OutputMeaning meaning) => meaning is OutputMeaning.Probability or OutputMeaning.LogProbability;

    /// <summary>Whether targets may be shifted and scaled, and outputs back: counts, probabilities and classes may not.</summary>
    public static bool IsOnTargetScale(this OutputMeaning meaning) =>
        meaning is OutputMeaning.Value or OutputMeaning.Mean or OutputMeaning.MeanAndLogVariance or OutputMeaning.Quantile;

    /// <summary>y becomes what is predicted of the targets: eʸ where y is a logarithm, else y itself. Of means and log variances the means are the first half.</summary>
    public static void ToPredictions(this OutputMeaning meaning, Span<double> y)
    {
        if (meaning is not (OutputMeaning.LogRate or OutputMeaning.LogProbability))
        {
            return;
        }

        for (int i = 0; i < y.Length; i++)
        {
            y[i] = Math.Exp(y[i]);
        }
    }

    /// <summary>The deviation of a log variance s, e^(s/2).</summary>
    public static double Deviation(double logVariance) => Math.Exp(0.5 * logVariance);
}
