namespace Backprop.Training;

/// <summary>How often intervals or sets held what was true.</summary>
/// <param name="Asked">The part of the rows that was asked for.</param>
/// <param name="Measured">The part that it was; of several targets the mean.</param>
/// <param name="MeanSize">The mean width of the intervals in the target's units, of several targets their mean; of sets the mean number of labels.</param>
/// <param name="AreSets">Whether they are sets; else intervals.</param>
public sealed record CoverageFigures(double Asked, double Measured, double MeanSize, bool AreSets)
{
    /// <summary>Measured coverage and mean width of each target; null unless there are several.</summary>
    public IReadOnlyList<(double Measured, double MeanWidth)>? PerOutput { get; init; }
}
