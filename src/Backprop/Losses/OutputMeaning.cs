namespace Backprop.Losses;

/// <summary>What an output y says about its target t: the one place that metrics, predictions and the page ask.</summary>
public enum OutputMeaning
{
    /// <summary>y is the target, or something in its middle.</summary>
    Value,

    /// <summary>y is the mean of the targets: of targets of 0 and 1, where y stays between them, the probability of 1.</summary>
    Mean,

    /// <summary>y is the probability that the target is 1, or that the row is of this class.</summary>
    Probability,

    /// <summary>eʸ is that probability.</summary>
    LogProbability,

    /// <summary>eʸ is the mean of the targets, which are counts.</summary>
    LogRate,

    /// <summary>The first half of the outputs are means μ, the second half log variances s: the deviation is e^(s/2).</summary>
    MeanAndLogVariance,

    /// <summary>y is what a share τ of the targets lie below.</summary>
    Quantile,

    /// <summary>Only which y is the greatest, and by how much, means anything.</summary>
    Score,
}
