using Backprop.Tables.Cells;

namespace Backprop.Tables.Schemas;

/// <summary>What a schema makes of the target columns.</summary>
/// <param name="Names">The columns.</param>
/// <param name="Kind">What they hold.</param>
/// <param name="Labels">Class: the labels as they were first written, in the order of the network's outputs.</param>
/// <param name="Means">Values: what is subtracted from each.</param>
/// <param name="Scales">Values: what each is divided by.</param>
public sealed record TargetColumns(
    IReadOnlyList<string> Names, TargetKind Kind, IReadOnlyList<string>? Labels = null, IReadOnlyList<double>? Means = null, IReadOnlyList<double>? Scales = null)
{
    /// <summary>How the numbers of each column were written in training; null: they were all plain.</summary>
    public IReadOnlyList<NumberFormat?>? Formats { get; init; }

    /// <summary>
    /// The probability from which on a row is said to be of the second of two labels, or to have each of several flags; null: whatever is likelier. It decides what is
    /// said and counted, no probability.
    /// </summary>
    public IReadOnlyList<double>? Thresholds { get; init; }

    /// <summary>The figure that they were chosen by, one of <see cref="Training.DecisionThreshold.Figures"/>; null: none.</summary>
    public string? ThresholdBy { get; init; }

    /// <summary>A predicted value in the column's own units.</summary>
    public double Unscale(int target, double value) => Means is null ? value : (value * Scales![target]) + Means[target];

    /// <summary>The class of each row of a table.</summary>
    /// <exception cref="DataException">A missing target, or a label that is none of <see cref="Labels"/>.</exception>
    /// <exception cref="InvalidOperationException">The target is no class.</exception>
    public int[] Classes(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return Kind == TargetKind.Class ? TargetEncoder.Classes(this, table) : throw new InvalidOperationException("the target is no class");
    }
}
