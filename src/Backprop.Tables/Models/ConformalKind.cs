namespace Backprop.Tables.Models;

/// <summary>What a score of <see cref="ConformalScores"/> is: how little a row's target t agreed with what was predicted of it.</summary>
public enum ConformalKind
{
    /// <summary>|t − y|: intervals of one width.</summary>
    Absolute,

    /// <summary>|t − μ|/σ where the model says how sure it is (gaussian_nll): intervals as wide as that.</summary>
    Deviations,

    /// <summary>|t − μ|/√μ of counts (poisson), whose variance is their mean: intervals that grow as √μ, and end at 0.</summary>
    RootOfRate,

    /// <summary>1 − p of the row's own class: sets of all labels that are likely enough.</summary>
    Improbability,
}
