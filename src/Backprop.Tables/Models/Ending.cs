namespace Backprop.Tables.Models;

/// <summary>What a network of the recipe has before its output, for what the target is.</summary>
internal enum Ending
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Two linear units that know the order of labels: <see cref="OrderedLabels"/>.</summary>
    Ordered,

    /// <summary>An exponential: <see cref="PositiveValues"/>.</summary>
    Positive,
}
