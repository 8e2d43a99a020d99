using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Interchange;

/// <summary>What the outputs of a network alone are, in words: nobody stands there who makes predictions of them.</summary>
internal static class OutputText
{
    /// <param name="network">The network.</param>
    /// <param name="names">What the outputs are of: labels or targets, within a text.</param>
    /// <param name="areLabels">Whether they are labels.</param>
    public static string Of(NetworkDefinition network, string names, bool areLabels)
    {
        string each = areLabels && network.Outputs == 1 ? "the second of" : "each of";
        return network.OutputMeaning switch
        {
            OutputMeaning.Probability => $"the probability of {each} {names}",
            OutputMeaning.LogProbability => $"the logarithm of the probability of {each} {names}",
            OutputMeaning.LogRate => $"the logarithm of the rate of {each} {names}",
            OutputMeaning.MeanAndLogVariance => $"the mean of {each} {names}, behind them the logarithm of the variance of each",
            OutputMeaning.Quantile => $"the quantile {network.Loss.Parameter} of {each} {names}",
            OutputMeaning.Score => $"a score, which is no probability, of {each} {names}",
            _ => areLabels && network.Outputs == 1 ? $"how likely the second is of {names}" : $"a number for {each} {names}",
        };
    }

    /// <summary>What is to be done with outputs that are logarithms; null: they are none.</summary>
    public static string? Logarithms(NetworkDefinition network) => network.OutputMeaning switch
    {
        OutputMeaning.LogProbability => "the outputs y are logarithms: exp(y) are the probabilities",
        OutputMeaning.LogRate => "the outputs y are logarithms: exp(y) are the rates",
        OutputMeaning.MeanAndLogVariance => "the second half of the outputs, v, are logarithms of variances: exp(v / 2) are the deviations",
        _ => null,
    };
}
