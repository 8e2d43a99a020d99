using Backprop.Training;

namespace Backprop.Pages.Drawing;

/// <summary>What stands in a place of a confusion table: a count, or a sum of weights where rows have them.</summary>
public static class ConfusionCell
{
    /// <summary>The number of a place.</summary>
    public static string Of(Evaluation evaluation, int actual, int predicted)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        return evaluation.WeightedConfusion is { } weighted ? $"{weighted[actual][predicted]:G6}" : $"{evaluation.Confusion![actual][predicted]}";
    }
}
